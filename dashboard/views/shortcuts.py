"""Shortcuts: whether a network looks at the lungs, or at where an image comes from."""

import streamlit as st

from covid_model.common.errors import CovidModelError
from covid_model.runs.audit_schema import Audit
from covid_model.runs.report_schema import Report
from dashboard.components import run_picker, text
from dashboard.components.run_picker import SelectedNetwork
from dashboard.i18n.translate import t
from dashboard.reports.performance import sections as performance_sections
from dashboard.reports.shortcuts import sections as shortcuts_sections
from dashboard.reports.shortcuts import text as shortcuts_text


def audit_of(selection: SelectedNetwork) -> Audit | None:
    """Return the audit of a network; where there is none, say why with what to do."""
    try:
        audit = selection.run.audit(selection.model)
    except CovidModelError as error:
        st.error(text.plain(error.message), title=t("This audit cannot be shown"))
        return None
    if audit is None:
        st.info(shortcuts_text.missing(selection.run), title=t("This network was not audited"))
    return audit


def report_of(selection: SelectedNetwork) -> Report | None:
    """Return the report of a network, None where it cannot be read: Reports says why."""
    try:
        return selection.run.report(selection.model)
    except CovidModelError:
        return None


st.title(t("Shortcuts"))
st.markdown(t(shortcuts_text.INTRODUCTION))
selection = run_picker.pick()
audit = audit_of(selection)
if audit is not None:
    shortcuts_sections.banner(audit, report_of(selection))
    st.caption(shortcuts_text.basis(audit))
    shortcuts_sections.conditions(audit, file=selection.file)
    shortcuts_sections.source(audit, file=selection.file)
    shortcuts_sections.maps(
        audit, performance_sections.comparison_of(selection.run), file=selection.file
    )
