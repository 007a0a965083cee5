"""Classify many files: progress, filters, table, download."""

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
from dashboard.components import display, pickers, text, waiting
from dashboard.i18n.translate import t
from dashboard.session import cases, inference, reading, state
from dashboard.session.uploads import Case

TIME_SLICE = 10.0  # seconds of classifying, after which the page shows the results so far


def classify_pending(folder: Path) -> dict[str, CaseResult]:
    """Classify the session's files, the one in view first, for at most a time slice.

    A file that was classified before is not classified again. Where files are left, the bar stays
    and the page has to run again after it showed the others.

    Returns:
        The results so far, by the files' keys, in their order.

    Raises:
        RunError: if the network cannot be loaded.
    """
    files = cases.by_key()
    results: dict[str, CaseResult] = {}
    current, _ = cases.require_current_case()
    announced, bar = waiting.announce(), st.empty()
    deadline, classified = monotonic() + TIME_SLICE, False
    for key in sorted(files, key=lambda key: key != current):
        case = files[key]
        if not inference.has_result(key, folder):
            if classified and monotonic() > deadline:
                continue
            classified = True
            if len(files) > 1:
                bar.progress(len(results) / len(files), _progress_text(len(results) + 1, case.name))
        results[key] = inference.classify_case(key, case, [folder], waiting=announced)
    if len(results) == len(files):
        bar.empty()
    return {key: results[key] for key in files if key in results}


def _progress_text(number: int, name: str) -> str:
    count = len(cases.by_key())
    return t("File {number} of {count}: {name}", number=number, count=count, name=text.plain(name))


def table_rows(results: Mapping[str, CaseResult], *, run: str) -> list[Row]:
    """Return one row a file, and note in the log whose answers the table shows.

    Args:
        results: of ``classify_pending``.
        run: folder name of the network's run.
    """
    log, rows = reading.log(), []
    for key, case in cases.by_key().items():
        result, last = results.get(key), log.last(case.sha256)
        choice = reader_study_text.choice(last.reader_class) if last else ""
        if result is None:
            row = Row(key, case.name, "waiting", reading=choice)
        elif gate.is_hidden(case, result):
            row = Row(key, case.name, "hidden", reading=choice)
        else:
            log.note_shown(case.sha256, run, result)
            row = Row(key, case.name, result.status, result, choice)
        rows.append(row)
    return rows


def section(rows: Sequence[Row]) -> list[Row]:
    """Show the summary, the filters with their counts and the table; return the rows in it."""
    st.markdown(f"**{batch_table.summary(rows)}**")
    listed = _filtered(rows)
    if not listed:
        st.caption(t("No file has this outcome and class."))
        return listed
    cases.show_row([row.key for row in listed])
    st.dataframe(
        batch_table.frame(listed),
        key=cases.table_key(),
        on_select=cases.choose_row,
        selection_mode=["single-row", "single-cell"],
        column_config={
            batch_table.measure(listed): st.column_config.NumberColumn(format="percent"),
            t("Novelty"): st.column_config.NumberColumn(format="%.2f"),
            t("Outcome"): st.column_config.TextColumn(width=120),
            t("Reason"): st.column_config.TextColumn(width="large"),
        },
        hide_index=True,
        placeholder="–",
        alt=t("Outcome of every file"),
    )
    st.caption(t("Click a heading to sort, a row to look at its file."))
    return listed


def _filtered(rows: Sequence[Row]) -> list[Row]:
    counts = batch_table.counts(rows)
    left, right = st.columns(2)
    kinds = left.pills(
        t("Outcome"),
        [kind for kind in text.KINDS if counts[kind]],
        selection_mode="multi",
        format_func=lambda kind: f"{text.of_kind(kind)} ({counts[kind]})",
        key=state.SHOWN_OUTCOMES,
        persist_state="session",
    )
    names = right.pills(
        t("Class"),
        list(TITLES),
        selection_mode="multi",
        format_func=lambda name: f"{t(TITLES[name])} ({counts[name]})",
        key=state.SHOWN_CLASSES,
        persist_state="session",
    )
    return [
        row
        for row in rows
        if (not kinds or row.kind in kinds)
        and (not names or (row.named_prediction and row.named_prediction.predicted in names))
    ]


def pick(listed: Sequence[Row]) -> tuple[str, Case]:
    """Show the list of files between the steps to the ones before and after, in the table's order.

    Args:
        listed: the rows in the table; the steps leave out the others.
    """
    order = list(cases.by_key())
    current, _ = cases.require_current_case()
    place = order.index(current)
    keys = {row.key for row in listed}
    before = next((key for key in reversed(order[:place]) if key in keys), None)
    after = next((key for key in order[place + 1 :] if key in keys), None)
    left, middle, right = st.columns([1, 2, 1], vertical_alignment="bottom")
    with left:
        _step(t("Previous file"), before, icon=":material/chevron_left:")
    with middle:
        pickers.pick_case()
    with right:
        _step(t("Next file"), after, icon=":material/chevron_right:")
    return cases.require_current_case()


def _step(label: str, key: str | None, *, icon: str) -> None:
    st.button(
        label,
        icon=icon,
        width="stretch",
        disabled=key is None,
        on_click=cases.choose,
        args=(key,),
    )


def download(rows: Sequence[Row], *, run: str) -> None:
    """Offer the results of all files, whatever the filter, as CSV; what is hidden stays so."""
    results = batch_table.results_csv(rows, run=run)
    display.offer_text(t("Download results as CSV"), results, file="results.csv")
