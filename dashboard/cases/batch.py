"""Classify many files: progress, filters, table, download."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from time import monotonic

import streamlit as st

from covid_model.common.classes import TITLES
from covid_model.serving import CaseResult
from dashboard.cases import batch_table
from dashboard.cases.batch_table import Row
from dashboard.cases.reader_study import gate
from dashboard.cases.reader_study import text as reader_study_text
from dashboard.components import display, text, waiting
from dashboard.i18n.translate import t
from dashboard.session import cases, inference, state
from dashboard.session.readings import reading

TIME_SLICE = 3.0  # seconds of classifying, after which the table shows the results so far


def known_results(folder: Path) -> dict[str, CaseResult]:
    """Return what the network in ``folder`` said of the session's files before, by their keys."""
    return {
        key: inference.classify_case(key, case, [folder])
        for key, case in cases.by_key().items()
        if inference.has_result(key, folder)
    }


def classify_rest(folder: Path) -> bool:
    """Classify the files that are left for at most a time slice, below a bar; say if more are left.

    Where more are left, the page has to run again to show what is new.

    Raises:
        RunError: if the network cannot be loaded.
    """
    files = cases.by_key()
    left = [key for key in files if not inference.has_result(key, folder)]
    announced, bar, deadline = waiting.announce(), st.empty(), monotonic() + TIME_SLICE
    for number, key in enumerate(left, len(files) - len(left) + 1):
        bar.progress((number - 1) / len(files), _progress_text(number, files[key].name))
        inference.classify_case(key, files[key], [folder], waiting=announced)
        if monotonic() > deadline:
            break
    return bool(left)


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


def section(rows: Sequence[Row]) -> None:
    """Show the summary, the filters with their counts, the table of what passes them."""
    st.markdown(f"**{batch_table.summary(rows)}**")
    _filters(rows)
    if shown := listed(rows):
        _table(shown)
    else:
        st.caption(t("No file has this outcome and class."))


def _table(rows: Sequence[Row]) -> None:
    cases.show_row([row.key for row in rows])
    st.dataframe(
        batch_table.styled(rows),
        key=cases.table_key(),
        on_select=cases.choose_row,
        selection_mode=["single-row", "single-cell"],
        column_config={
            t("Outcome"): st.column_config.TextColumn(width=120),
            t("Class"): st.column_config.TextColumn(width=120),
            t("Reason"): st.column_config.TextColumn(width="large"),
        },
        hide_index=True,
        placeholder="–",
        alt=t("Outcome of every file"),
    )
    st.caption(t("Click a heading to sort, a row to look at its file."))
    _reasons(rows)


def _reasons(rows: Sequence[Row]) -> None:
    """Show, folded, the reasons that the table cuts; nothing where there are none."""
    if batch_table.reasons(rows):
        with st.expander(t("Every reason in full")):
            display.draw_table(partial(batch_table.reasons, rows), alt=t("Every reason in full"))


def _filters(rows: Sequence[Row]) -> None:
    counts = batch_table.counts(rows)
    left, right = st.columns(2)
    left.pills(
        t("Outcome"),
        [kind for kind in text.KINDS if counts[kind]],
        selection_mode="multi",
        format_func=lambda kind: f"{text.of_kind(kind)} ({counts[kind]})",
        key=state.SHOWN_OUTCOMES,
        persist_state="session",
    )
    right.pills(
        t("Class"),
        list(TITLES),
        selection_mode="multi",
        format_func=lambda name: f"{t(TITLES[name])} ({counts[name]})",
        key=state.SHOWN_CLASSES,
        persist_state="session",
    )


def listed(rows: Sequence[Row]) -> list[Row]:
    """Return the rows that pass the filters, which are drawn further down."""
    counts = batch_table.counts(rows)
    kinds = [kind for kind in st.session_state.get(state.SHOWN_OUTCOMES, ()) if counts[kind]]
    names = st.session_state.get(state.SHOWN_CLASSES)
    return [
        row
        for row in rows
        if (not kinds or row.kind in kinds)
        and (not names or (row.named_prediction and row.named_prediction.predicted in names))
    ]


def download(rows: Sequence[Row], *, run: str) -> None:
    """Offer the results of all files, whatever the filter, as CSV; what is hidden stays so."""
    st.markdown(f"**{t('Every file')}**")
    results = batch_table.results_csv(rows, run=run)
    display.offer_text(t("Download results as CSV"), results, file="results.csv")
