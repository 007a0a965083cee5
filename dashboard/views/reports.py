"""Reports: how well each trained network does on images it never saw."""

from collections.abc import Iterator
from functools import partial

import streamlit as st

from covid_model.runs.report_schema import Report
from dashboard.components import run_picker
from dashboard.components.run_picker import SelectedNetwork
from dashboard.i18n.translate import t
from dashboard.reports import contents, overview
from dashboard.reports.contents import Section
from dashboard.reports.left_out import sections as left_out_sections
from dashboard.reports.left_out import text as left_out_text
from dashboard.reports.performance import sections as performance_sections
from dashboard.reports.performance import text as performance_text
from dashboard.reports.reliability import sections as reliability_sections
from dashboard.reports.reliability import text as reliability_text


def of_the_network(chosen: SelectedNetwork, report: Report) -> Iterator[Section]:
    """The sections on one network: its test part, then what its answers are worth."""
    run, name, file = chosen.run, chosen.model, chosen.file
    performance = performance_sections
    yield Section("test-part", overview.TEST_PART, partial(test_part, chosen, report))
    yield Section(
        "prevalence",
        performance_text.PREVALENCE_TITLE,
        partial(performance.prevalence, report, file=f"{file}-prevalence"),
    )
    if report.get("groups"):
        draw = partial(performance.groups, report, file=f"{file}-groups")
        yield Section("groups", performance_text.GROUPS_TITLE, draw)
    draw = partial(reliability_sections.section, run, name, reports)
    yield Section("answers", reliability_text.SECTION, draw)
    if name in run.models:  # a mean was not trained
        yield Section("training", overview.TRAINING, partial(overview.course, chosen))


def sections(chosen: SelectedNetwork) -> Iterator[Section]:
    """The sections that the run has something for, hospitals not seen first."""
    run = chosen.run
    if any("left_out" in report for report in reports.values()):
        draw = partial(left_out_sections.section, chosen.model, reports, file=run.name)
        yield Section("hospitals", left_out_text.SECTION, draw)
    if chosen.model in reports:
        yield from of_the_network(chosen, reports[chosen.model])
    yield Section("paper", overview.PAPER, beside_each_other)
    if other := chosen.runs.get(run.info.get("companion") or ""):
        draw = partial(overview.companion, run, reports, other)
        yield Section("companion", overview.COMPANION, draw)


def test_part(chosen: SelectedNetwork, report: Report) -> None:
    """Show the figures of the test part, then its curves."""
    overview.headline(chosen, report)
    performance_sections.charts_of(report)


def beside_each_other() -> None:
    """Show the networks beside the paper, then beside each other."""
    overview.beside_the_paper(selection.run, reports)
    performance_sections.comparison(comparison, file=f"{selection.run.name}-comparison")


st.title(t("Reports"))
selection = run_picker.pick(with_mean=True)
reports = overview.all_reports(selection.run)
comparison = performance_sections.comparison_of(selection.run)
if selection.model in reports:
    overview.first(selection, reports[selection.model])
overview.origin(
    selection,
    lacking=performance_text.missing(selection.run, reports.get(selection.model), comparison),
)
contents.show(list(sections(selection)))
