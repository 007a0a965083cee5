"""Blind reading: the networks' answers stay hidden until the reader gave a reading."""

from dataclasses import replace

import streamlit as st

from covid_model.serving import CaseResult
from dashboard.cases import viewer
from dashboard.cases.reader_study import form
from dashboard.cases.viewer import scene
from dashboard.components import toolbar
from dashboard.i18n.translate import t
from dashboard.session.readings import reading
from dashboard.session.uploads import Case


def switch() -> None:
    """Show the switch; turned off over unread files, it asks before it reveals them."""
    reading.show_reading_first()
    st.toggle(
        t("Read first, reveal later"),
        key=reading.READ_FIRST,
        on_change=reading.toggle_reading_first,
        help=t(
            "Hides everything that a network says of a file, on every page, until you have given "
            "a reading of your own. Both go into a log that you can download."
        ),
    )
    if not reading.asks_to_reveal():
        return
    st.warning(
        t("Files that you have not read would show their answers and be logged as seen."),
        title=t("Reveal every file?"),
    )
    with st.container(horizontal=True):
        st.button(t("Keep hidden"), on_click=reading.reveal, kwargs={"all_files": False})
        st.button(t("Reveal every file"), on_click=reading.reveal, kwargs={"all_files": True})


def is_hidden(case: Case, result: CaseResult) -> bool:
    """Whether what the networks say of a file may not be shown yet.

    A file that no network could be asked about hides nothing: its refusal is the reader's alone.
    """
    read = reading.log().last(case.sha256) is not None
    return reading.reads_first() and result.radiograph is not None and not read


def may_show(case: Case, result: CaseResult, *, run: str) -> bool:
    """Return whether the page may show what the networks say of a file; ask for a reading if not.

    Call it before anything of ``result`` is drawn. What it lets through is noted in the log.

    Args:
        case: the file.
        result: what the page would show of it.
        run: folder name of the run that the networks belong to.
    """
    if is_hidden(case, result):
        neutral = replace(result, withheld=False)  # a novel picture looks like any other
        left, right = st.columns([3, 1], gap="medium")
        with left:
            viewer.show(scene.alone(neutral), key="reading-viewer", height=toolbar.ONE_SCREEN)
        with right:
            form.ask_for_reading(case)
        return False
    reading.log().note_shown(case.sha256, run, result)
    return True


def show_reading(case: Case) -> None:
    """Repeat the reading of a file whose answer is shown, and let it be changed."""
    last = reading.log().last(case.sha256)
    if reading.reads_first() and last:
        form.show_reading(case, last)
