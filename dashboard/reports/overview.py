"""Overview on the Reports page: the run, its networks and the paper beside them."""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from covid_model.common import metrics, paper
from covid_model.common.architectures import mean_of, title_of
from covid_model.common.errors import CovidModelError
from covid_model.common.messages import Message
from covid_model.common.metrics import Place, shown_in
from covid_model.runs import Run
from covid_model.runs.notes import quantized_in_words
from covid_model.runs.report_schema import Report
from dashboard.components import display, formatting, pickers, text
from dashboard.components.run_picker import SelectedNetwork
from dashboard.i18n.translate import t
from dashboard.reports import charts, tables
from dashboard.reports import opening as openings
from dashboard.reports.opening import Opening
from dashboard.reports.performance import tables as performance_tables
from dashboard.reports.performance import text as performance_text

TEST_PART = Message("On its own test part")
TRAINING = Message("Training")
PAPER = Message("The networks of this run, beside the paper")
COMPANION = Message("Beside its companion run")
COURSE = ("epoch", "accuracy", "val_accuracy", "loss", "val_loss")  # of history.csv


def first(chosen: SelectedNetwork, report: Report) -> None:
    """Show what a network comes to: a sentence, four figures, whatever weakens them."""
    opening = Opening.of(report)
    alert = st.error if opening.guesses else st.warning if opening.poor else st.info
    alert(openings.sentence(opening, network=chosen.network))
    with st.container(key="opening"):
        grid = st.grid(4, min_column_width=150, gap="small")
    for label, value, below in openings.figures(opening):
        grid.metric(
            label, value, below, delta_color="off", delta_arrow="off", border=True, height="stretch"
        )
    st.caption(openings.about(opening))
    for note in openings.caveats(chosen):
        st.caption(text.plain(t(note)))
    sentence, shared = text.split_note(chosen.run.info.get("data") or {})
    if shared:
        st.warning(sentence)


def origin(chosen: SelectedNetwork, *, lacking: str) -> None:
    """Say in a fold where run and network come from, with what an older run lacks."""
    run, info = chosen.run, chosen.run.model_info(chosen.model)
    created = text.plain(str(run.info.get("created") or "")[:10]) or t("at an unknown time")
    made = t("{run} · made {created}", run=text.plain(run.name), created=created)
    come_from = mean_of(info.members) if info.members else info.backbone_origin
    with st.expander(t("Origin and notes of this run")):
        st.caption(f"{pickers.run_title(run)} · {made}")
        lines = [
            text.split_note(run.info.get("data") or {})[0],
            f"{chosen.network}: {text.plain(t(come_from))}",
            *([text.plain(t(quantized_in_words(info.quantized)))] if info.quantized else []),
            *(text.plain(t(note)) for note in run.info.get("notes") or ()),
        ]
        st.markdown("\n".join(f"- {line}" for line in lines))
        if not run.servable_models:
            st.info(t(text.REPORTS_ONLY))
        if lacking:
            st.info(lacking)


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
    if note := performance_text.interval_note(report):
        st.caption(note)
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
    if len(history) == 1:
        st.markdown(text.fitted_at_once(history[0]))
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


def companion(run: Run, reports: Mapping[str, Report], other: Run) -> None:
    """Show the run that this one names to be read beside it."""
    st.caption(f"{pickers.run_title(other)}. {text.split_note(other.info.get('data') or {})[0]}")
    theirs = all_reports(other)
    display.draw_table(
        lambda: tables.beside({pickers.run_title(run): reports, pickers.run_title(other): theirs}),
        alt=t("Accuracy and macro recall of both runs"),
        file=f"{run.name}-companion",
    )
