"""Films from the PACS: a search, a worklist, the films of a study or of the same patient."""

import datetime
from collections.abc import Callable

import streamlit as st

from covid_model.common.errors import CovidModelError
from covid_model.serving.pacs.films import StudyEntry, name_filter
from dashboard.cases.pacs import session
from dashboard.components import text
from dashboard.frame import error_boundary
from dashboard.i18n.translate import t

HEIGHT = 280  # pixels of the table
PATIENT, NAME, FIRST, LAST = "pacs-patient", "pacs-name", "pacs-first", "pacs-last"
ROWS = "pacs-rows"


def button() -> None:
    """Show the button that opens the worklist, where the server is set up with a PACS."""
    if session.configured() and st.button(t("Open from the PACS"), icon=":material/lan:"):
        st.dialog(t("Open from the PACS"), width="large")(_guarded)()


def _guarded() -> None:
    with error_boundary.guarded():
        _draw()


def _draw() -> None:
    with st.form("pacs-search", border=False):
        columns = st.columns(4)
        columns[0].text_input(t("Patient ID"), key=PATIENT)
        columns[1].text_input(t("Patient name"), key=NAME, help=t("The beginning is enough."))
        columns[2].date_input(t("From"), value=None, key=FIRST)
        columns[3].date_input(t("To"), value=None, key=LAST)
        asked = st.form_submit_button(t("Search"), type="primary")
    if asked and not _try(lambda: session.search(_filters())):
        return
    entries = session.found()
    if not entries:
        if entries is not None:
            st.info(t("The PACS has no study with a radiograph that matches."))
        return
    marked = st.dataframe(
        _table(entries),
        hide_index=True,
        height=HEIGHT,
        on_select="rerun",
        selection_mode="single-row",
        key=ROWS,
    )["selection"]["rows"]
    _actions(entries[marked[0]] if marked and marked[0] < len(entries) else None)


def _actions(entry: StudyEntry | None) -> None:
    """Open the marked study, or list what else there is of its patient."""
    with st.container(horizontal=True):
        opened = st.button(t("Open"), type="primary", disabled=entry is None)
        known = entry is not None and bool(entry.patient_id)
        priors = st.button(
            t("All studies of this patient"),
            disabled=not known,
            help=t("Open an earlier film too, to see both side by side."),
        )
    if entry is None:
        return
    if priors and _try(lambda: session.priors_of(entry.patient_id)):
        st.rerun(scope="fragment")
    if opened:
        _open(entry)


def _open(entry: StudyEntry) -> None:
    left_out: list[str] = []
    with st.spinner(t("Fetching from the PACS")):
        if not _try(lambda: left_out.extend(session.open_study(entry))):
            return
    if left_out:
        st.warning(t("There is no room for {count} of the films.", count=len(left_out)))
        return
    st.rerun()


def _try(ask: Callable[[], object]) -> bool:
    """Ask the PACS; say in one sentence what went wrong, and return whether nothing did."""
    try:
        ask()
    except CovidModelError as error:
        st.error(text.plain(t(error.message)))
        return False
    return True


def _filters() -> dict[str, str]:
    """What the form asks for, as QIDO-RS takes it."""
    filters = {}
    if patient := str(st.session_state[PATIENT]).strip():
        filters["PatientID"] = patient
    if name := str(st.session_state[NAME]).strip():
        filters["PatientName"] = name_filter(name)
    first, last = (_day(st.session_state[key]) for key in (FIRST, LAST))
    if first or last:
        filters["StudyDate"] = f"{first}-{last}"
    return filters


def _day(value: object) -> str:
    return f"{value:%Y%m%d}" if isinstance(value, datetime.date) else ""


def _table(entries: list[StudyEntry]) -> dict[str, list[str]]:
    return {
        t("Date"): [entry.day for entry in entries],
        t("Patient ID"): [entry.patient_id for entry in entries],
        t("Patient name"): [entry.patient_name.replace("^", " ").strip() for entry in entries],
        t("Study"): [entry.description for entry in entries],
    }
