"""Overview on the Reports page: the run, its networks and the paper beside them."""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from covid_model.common import metrics, paper
from covid_model.common.architectures import mean_of, title_of
from covid_model.common.errors import CovidModelError
from covid_model.common.metrics import Place, shown_in
from covid_model.runs import Run
from covid_model.runs.report_schema import Report
from dashboard.components import display, formatting, pickers, text
from dashboard.components.run_picker import SelectedNetwork
from dashboard.i18n.translate import t
from dashboard.reports import charts, tables
from dashboard.reports.performance import tables as performance_tables
from dashboard.reports.performance import text as performance_text

COURSE = ("epoch", "accuracy", "val_accuracy", "loss", "val_loss")  # of history.csv


def facts(run: Run) -> None:
    """Say where the run comes from, with whatever weakens its figures."""
    data = run.info.get("data") or {}
    created = str(run.info.get("created") or "")[:10] or t("at an unknown time")
    st.caption(t("{run} · made {created}", run=text.plain(run.name), created=text.plain(created)))
    sentence, shared = text.split_note(data)
    (st.warning if shared else st.info)(sentence)
    if not run.servable_models:
        st.info(t(text.REPORTS_ONLY))
    if notes := run.info.get("notes"):
        st.markdown("\n".join(f"- {text.plain(t(note))}" for note in notes))


def all_reports(run: Run) -> dict[str, Report]:
    """Return the reports of the run that can be read, its mean's last; say which cannot."""
    reports = {}
    for name in run.reported:
        try:
            reports[name] = run.report(name)
        except CovidModelError as error:
            title = t("{network} is left out", network=title_of(name))
            st.error(text.plain(error.message), title=title)
    return reports


def headline(chosen: SelectedNetwork, report: Report) -> None:
    """Show the figures of one network that matter most, then those of each class."""
    cells = formatting.metric_cells(report, shown_in(Place.HEADLINE, metrics.OVERALL))
    cells |= performance_text.images(report)
    grid = st.grid(4, min_column_width=230, gap="small")
    for label, value in cells.items():
        grid.metric(label, value, border=True)
    info = chosen.run.model_info(chosen.model)
    origin = mean_of(info.members) if info.members else info.backbone_origin
    origin = f"{chosen.network}: {text.plain(t(origin))}"
    st.caption(f"{performance_text.interval_note(report)} {origin}".strip())
    display.draw_table(
        partial(performance_tables.per_class, report),
        alt=t("Figures of each class"),
        file=f"{chosen.file}-classes",
    )


def course(chosen: SelectedNetwork) -> None:
    """Show the training of one network by epoch."""
    table = chosen.run.table(chosen.model, "history.csv")
    try:
        history = [{key: float(row[key]) for key in COURSE} for row in table]
    except (KeyError, TypeError, ValueError):
        history = []
    if not history:
        st.error(t("{file} cannot be read as the course of a training.", file="history.csv"))
        return
    for column, quantity in zip(st.columns(2, gap="medium"), ("accuracy", "loss"), strict=True):
        with column:
            display.draw_chart(
                charts.history_chart(history, quantity=quantity),
                alt=text.history(history, quantity),
                key=f"history-{quantity}",
            )


def beside_the_paper(run: Run, reports: Mapping[str, Report]) -> None:
    """Show the networks of a run with what the paper reports."""
    st.subheader(t("The networks of this run, beside the paper"))
    table, chart = st.columns([3, 2], gap="medium")
    with table:
        display.draw_table(
            partial(tables.networks, reports),
            alt=t("Figures of each network"),
            file=f"{run.name}-networks",
        )
        st.caption(text.paper_note())
        with st.expander(t("The paper's protocol")):
            display.draw_table(
                tables.protocol,
                alt=t("Protocol of the paper"),
                file="paper-protocol",
            )
    with chart:
        theirs = {name: result.accuracy for name, result in paper.RESULTS.items()}
        display.draw_chart(
            charts.models_chart(reports, paper=theirs), alt=text.networks(reports), key="networks"
        )


def companion(run: Run, reports: Mapping[str, Report], runs: Mapping[str, Run]) -> None:
    """Show the run that this one names to be read beside it."""
    other = runs.get(run.info.get("companion") or "")
    if other is None:
        return
    st.subheader(t("Beside its companion run"))
    st.caption(f"{pickers.run_title(other)}. {text.split_note(other.info.get('data') or {})[0]}")
    theirs = all_reports(other)
    display.draw_table(
        lambda: tables.beside({pickers.run_title(run): reports, pickers.run_title(other): theirs}),
        alt=t("Accuracy and macro recall of both runs"),
        file=f"{run.name}-companion",
    )
