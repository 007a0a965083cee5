"""Form for a reader's own reading of a file."""

import streamlit as st

from dashboard.cases.reader_study import text as reader_study_text
from dashboard.i18n.translate import t
from dashboard.session import cases
from dashboard.session.readings import reading as session_reading
from dashboard.session.readings.reading_log import CHOICES, Reading
from dashboard.session.uploads import Case

MAX_NOTE = 500  # characters


def ask_for_reading(case: Case) -> None:
    """Ask for a reading, before the networks' answer is shown; ``toolbar.js`` knows its keys."""
    with st.container(key="reading-first"):
        st.subheader(t("Your reading first"), anchor=False)
        if case.sha256 in session_reading.log().seen:
            st.caption(
                t("The answer to this file was shown before: your reading is logged as not blind.")
            )
        elif case.sample:
            st.caption(t("A sample's name tells its class: your reading is logged as not blind."))
        _form(case, t("Save and reveal"), goes_on=session_reading.next_unread(case) is not None)


def show_reading(case: Case, reading: Reading) -> None:
    """Repeat the reading of a revealed file, and let it be changed."""
    st.markdown(reader_study_text.in_one_line(reading))
    with st.expander(t("Change my reading"), icon=":material/edit:"):
        st.caption(t("A changed reading is logged beside the first one, as not blind."))
        _form(case, t("Save the change"))


def _form(case: Case, label: str, *, goes_on: bool = False) -> None:
    """Draw the form; a second press on the same values logs nothing.

    Args:
        case: the file.
        label: of the button that saves and stays.
        goes_on: whether there is one, before it, that shows the next unread file.
    """
    with st.form(f"reading-form-{case.sha256}", border=False, enter_to_submit=False):
        reader_class = st.radio(
            t("What do you see?"),
            CHOICES,
            index=None,
            format_func=reader_study_text.choice,
            key=session_reading.widget_key("class", case),
        )
        st.segmented_control(
            t("How sure are you? (optional: 1 a guess, 5 certain)"),
            range(1, 6),
            key=session_reading.widget_key("sureness", case),
        )
        st.text_input(
            t("Note (optional)"), max_chars=MAX_NOTE, key=session_reading.widget_key("note", case)
        )
        pressed = goes_on and st.form_submit_button(
            t("Save, next unread file"), type="primary", on_click=_save, args=(case, True)
        )
        pressed |= st.form_submit_button(
            label, type="secondary" if goes_on else "primary", on_click=_save, args=(case, False)
        )
    if pressed and reader_class is None:
        st.error(t("Choose what you see first."))


def _save(case: Case, goes_on: bool) -> None:
    reader_class = st.session_state.get(session_reading.widget_key("class", case))
    if reader_class is None:
        return
    reading = Reading(
        file=case.name,
        sha256=case.sha256,
        reader_class=reader_class,
        sureness=st.session_state.get(session_reading.widget_key("sureness", case)),
        note=(st.session_state.get(session_reading.widget_key("note", case)) or "").strip(),
        resolution=session_reading.resolution_of(case),
    )
    session_reading.log().add(reading, sample=bool(case.sample))
    if goes_on:
        cases.choose(session_reading.next_unread(case))
