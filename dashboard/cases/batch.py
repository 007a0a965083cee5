"""Many files at once: asked in order, filtered, listed, stepped through."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic

import streamlit as st

from covid_model.common.classes import TITLES
from covid_model.serving import CaseResult
from dashboard.cases import batch_table
from dashboard.cases.batch_table import Row
from dashboard.cases.reader_study import gate
from dashboard.cases.reader_study import text as reader_study_text
from dashboard.components import display, pickers, text
from dashboard.i18n.translate import t
from dashboard.session import cases, inference, reading, state
from dashboard.session.uploads import Case

TIME_SLICE = 10.0  # seconds of asking, after which the page shows what is known so far


def classify_pending(folder: Path) -> dict[str, CaseResult]:
    """Ask one network about the session's files, the one in view first, for the time of a pass.

    A file asked before is not asked again. Where files are left, the bar stays and the page has to
    run again after it showed the others.

    Returns:
        What is known, by the files' keys, in their order.

    Raises:
        RunError: if the network cannot be loaded.
    """
    held, found = cases.by_key(), {}
    current, _ = cases.current_case()
    bar, until, asked = st.empty(), monotonic() + TIME_SLICE, False
    for key in sorted(held, key=lambda key: key != current):
        case = held[key]
        if not inference.has_result(key, folder):
            if asked and monotonic() > until:
                continue
            asked = True
            if len(held) > 1:
                bar.progress(len(found) / len(held), _asking(len(found) + 1, case.name))
        found[key] = inference.classify_case(key, case, [folder])
    if len(found) == len(held):
        bar.empty()
    return {key: found[key] for key in held if key in found}


def _asking(number: int, name: str) -> str:
    count = len(cases.by_key())
    return t("File {number} of {count}: {name}", number=number, count=count, name=text.plain(name))


def rows(diagnoses: Mapping[str, CaseResult], *, run: str) -> list[Row]:
    """Return one row a file, and note in the log whose answers the table shows.

    Args:
        diagnoses: what ``ask`` found.
        run: folder name of the network's run.
    """
    log, made = reading.log(), []
    for key, case in cases.by_key().items():
        known, last = diagnoses.get(key), log.last(case.sha256)
        said = reader_study_text.choice(last.reader_class) if last else ""
        if known is None:
            row = Row(key, case.name, "waiting", reading=said)
        elif gate.hidden(case, known):
            row = Row(key, case.name, "hidden", reading=said)
        else:
            log.show(case.sha256, run, known)
            row = Row(key, case.name, known.status, known, said)
        made.append(row)
    return made


def section(held: Sequence[Row]) -> list[Row]:
    """Show the summary, the filters with their counts and the table; return the rows in it."""
    st.markdown(f"**{batch_table.summary(held)}**")
    shown = _filtered(held)
    if not shown:
        st.caption(t("No file has this outcome and class."))
        return shown
    cases.show_row([row.key for row in shown])
    st.dataframe(
        batch_table.frame(shown),
        key=cases.table_key(),
        on_select=cases.choose_row,
        selection_mode=["single-row", "single-cell"],
        column_config={
            batch_table.measure(shown): st.column_config.NumberColumn(format="percent"),
            t("Novelty"): st.column_config.NumberColumn(format="%.2f"),
            t("Outcome"): st.column_config.TextColumn(width=120),
            t("Reason"): st.column_config.TextColumn(width="large"),
        },
        hide_index=True,
        placeholder="–",
        alt=t("Outcome of every file"),
    )
    st.caption(t("Click a heading to sort, a row to look at its file."))
    return shown


def _filtered(held: Sequence[Row]) -> list[Row]:
    found = batch_table.counts(held)
    left, right = st.columns(2)
    kinds = left.pills(
        t("Outcome"),
        [kind for kind in text.KINDS if found[kind]],
        selection_mode="multi",
        format_func=lambda kind: f"{text.of_kind(kind)} ({found[kind]})",
        key=state.SHOWN_OUTCOMES,
        persist_state="session",
    )
    names = right.pills(
        t("Class"),
        list(TITLES),
        selection_mode="multi",
        format_func=lambda name: f"{t(TITLES[name])} ({found[name]})",
        key=state.SHOWN_CLASSES,
        persist_state="session",
    )
    return [
        row
        for row in held
        if (not kinds or row.kind in kinds)
        and (not names or (row.named and row.named.predicted in names))
    ]


def pick(shown: Sequence[Row]) -> tuple[str, Case]:
    """Show the list of files between the steps to the ones before and after, in the table's order.

    Args:
        shown: the rows in the table; the steps leave out the others.
    """
    order = list(cases.by_key())
    current, _ = cases.current_case()
    place = order.index(current)
    keys = {row.key for row in shown}
    before = next((key for key in reversed(order[:place]) if key in keys), None)
    after = next((key for key in order[place + 1 :] if key in keys), None)
    left, middle, right = st.columns([1, 2, 1], vertical_alignment="bottom")
    with left:
        _step(t("Previous file"), before, icon=":material/chevron_left:")
    with middle:
        chosen = pickers.pick_case()
    with right:
        _step(t("Next file"), after, icon=":material/chevron_right:")
    return chosen


def _step(label: str, key: str | None, *, icon: str) -> None:
    st.button(
        label,
        icon=icon,
        width="stretch",
        disabled=key is None,
        on_click=cases.choose,
        args=(key,),
    )


def download(held: Sequence[Row]) -> None:
    """Offer the results of all files, whatever the filter, as CSV; what is hidden stays so."""
    results = batch_table.results_csv(held)
    display.offer_csv(t("Download results as CSV"), results, file="results.csv")
