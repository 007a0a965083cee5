"""Reports: how well each trained network does on images it never saw."""

import streamlit as st

from covid_model.common.errors import CovidModelError
from dashboard import evidence, evidence_text, report_parts, trust
from dashboard.components import run_picker
from dashboard.components.run_picker import Chosen
from dashboard.i18n.translate import t


def network(shown: Chosen) -> None:
    """Show one network's figures, its curves, its groups, its training."""
    report = shown.run.report(shown.model)
    report_parts.headline(shown, report)
    evidence.charts_of(report)
    evidence.prevalence(report, file=f"{shown.file}-prevalence")
    evidence.groups(report, file=f"{shown.file}-groups")
    st.subheader(t("Training"))
    report_parts.course(shown)


st.title(t("Reports"))
shown = run_picker.pick()
run = shown.run
report_parts.facts(run)
reports = report_parts.all_reports(run)
comparison = evidence.comparison_of(run)
if lacking := evidence_text.missing(run, reports.get(shown.model), comparison):
    st.info(lacking)
try:
    network(shown)
except CovidModelError as error:
    st.error(t(error.sentence), title=t("This report cannot be shown"))
trust.section(run, shown.model, reports)
report_parts.beside_the_paper(run, reports)
evidence.comparison(comparison, file=f"{run.name}-comparison")
report_parts.companion(run, reports, shown.runs)
