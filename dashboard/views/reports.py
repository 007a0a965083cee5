"""Reports: how well each trained network does on images it never saw."""

import streamlit as st

from covid_model.common.errors import CovidModelError
from dashboard.components import run_picker, text
from dashboard.components.run_picker import SelectedNetwork
from dashboard.i18n.translate import t
from dashboard.reports import overview
from dashboard.reports.left_out import sections as left_out_sections
from dashboard.reports.performance import sections as performance_sections
from dashboard.reports.performance import text as performance_text
from dashboard.reports.reliability import sections as reliability_sections


def network(selection: SelectedNetwork) -> None:
    """Show one network's figures, its curves, its groups, its training."""
    report = selection.run.report(selection.model)
    overview.headline(selection, report)
    performance_sections.charts_of(report)
    performance_sections.prevalence(report, file=f"{selection.file}-prevalence")
    performance_sections.groups(report, file=f"{selection.file}-groups")
    if selection.model in selection.run.models:  # a mean was not trained
        st.subheader(t("Training"))
        overview.course(selection)


st.title(t("Reports"))
selection = run_picker.pick(with_mean=True)
run = selection.run
overview.facts(run)
reports = overview.all_reports(run)
comparison = performance_sections.comparison_of(run)
if lacking := performance_text.missing(run, reports.get(selection.model), comparison):
    st.info(lacking)
left_out_sections.section(selection.model, reports, file=run.name)
try:
    network(selection)
except CovidModelError as error:
    st.error(text.plain(error.message), title=t("This report cannot be shown"))
reliability_sections.section(run, selection.model, reports)
overview.beside_the_paper(run, reports)
performance_sections.comparison(comparison, file=f"{run.name}-comparison")
overview.companion(run, reports, selection.runs)
