"""Reliability section: calibration, thresholds, two classes within one source."""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from covid_model.runs import Run
from covid_model.runs.report_schema import Report
from dashboard.components import display
from dashboard.i18n.translate import t
from dashboard.reports.reliability import charts as reliability_charts
from dashboard.reports.reliability import tables as reliability_tables
from dashboard.reports.reliability import text as reliability_text


def section(run: Run, name: str, reports: Mapping[str, Report]) -> None:
    """Show how far one network can be believed, with the thresholds of all beside each other.

    Args:
        run: the run that the reports are of.
        name: the network to show, one of ``reports``.
        reports: architecture -> report, of every network whose report can be read.
    """
    report = reports[name]
    if lacking := reliability_text.lacking(report):
        st.markdown(lacking)
    _charts(report)
    infos = {key: run.model_info(key) for key in reports}
    if reliability_tables.thresholds(infos, reports):
        display.draw_table(
            partial(reliability_tables.thresholds, infos, reports),
            alt=t("Thresholds of each network with what they cost"),
            file=f"{run.name}-thresholds",
        )
        st.caption(reliability_text.explained(report))
        if report.get("calibration", {}).get("classes_alike"):
            st.caption(t(reliability_text.CLASSES_ALIKE))
    _laterals(reports, file=f"{run.name}-laterals")
    _within_source(report, file=f"{run.name}-{name}-within-source")


def _charts(report: Report) -> None:
    """Draw the reliability diagram beside the answers by threshold, each where it was fitted."""
    left, right = st.columns(2, gap="medium")
    if calibration := report.get("calibration"):
        with left:
            display.draw_chart(
                reliability_charts.reliability_chart(calibration),
                alt=reliability_text.reliability(calibration),
                key="reliability",
            )
    if answers := report.get("answers"):
        with right:
            display.draw_chart(
                reliability_charts.answers_chart(answers),
                alt=reliability_text.answers(answers),
                key="answers",
            )


def _laterals(reports: Mapping[str, Report], *, file: str) -> None:
    """Show how many lateral views the networks recognise, where any was taught to."""
    if reliability_tables.laterals(reports):
        display.draw_table(
            partial(reliability_tables.laterals, reports),
            alt=t("Lateral views by each network"),
            file=file,
        )
        st.caption(t(reliability_text.LATERALS))


def _within_source(report: Report, *, file: str) -> None:
    """Show the figures of two classes within one source."""
    if report.get("within_source"):
        st.markdown(t("**Two classes within one source**"))
        display.draw_table(
            partial(reliability_tables.within_source, report),
            alt=t("Balanced accuracy within each source"),
            file=file,
        )
        st.caption(t(reliability_text.CHANCE))
