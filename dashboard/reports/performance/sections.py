"""Performance section: curves, prevalence, subgroups, comparison."""

from functools import partial

import streamlit as st

from covid_model.common.errors import CovidModelError
from covid_model.runs import SCHEMA, Run
from covid_model.runs.report_schema import Comparison, Report
from dashboard.components import display, text
from dashboard.frame import error_boundary
from dashboard.i18n.translate import t
from dashboard.reports.performance import charts as performance_charts
from dashboard.reports.performance import tables as performance_tables
from dashboard.reports.performance import text as performance_text
from dashboard.session import state


def charts_of(report: Report) -> None:
    """Show the confusion matrix beside ROC with precision-recall, where the report has them."""
    matrix = report["confusion_matrix"]
    drawn = [(performance_charts.confusion_chart(matrix), text.confusion(matrix), "confusion")]
    if report.get("curves"):
        for kind, area, chart in (
            ("ROC", "auroc", performance_charts.roc_chart),
            (t("Precision-recall"), "average_precision", performance_charts.precision_recall_chart),
        ):
            alt = performance_text.curves_alt(report, kind=kind, area=area)
            drawn.append((chart(report), alt, f"curve-{area}"))
    for column, (figure, alt, key) in zip(st.columns(3, gap="medium"), drawn, strict=False):
        with column:
            display.draw_chart(figure, alt=alt, key=key)


@error_boundary.fragment
def prevalence(report: Report, *, file: str) -> None:
    """Show PPV with NPV at the prevalence that the visitor sets; only this part runs again."""
    chosen = st.slider(
        t("Share of images with the class"),
        1,
        60,
        10,
        format="%d %%",
        key=state.PREVALENCE,
        persist_state="session",
        help=t(performance_text.PREVALENCE_HELP),
    )
    display.draw_table(
        partial(performance_tables.predictive, report, prevalence=chosen / 100),
        alt=t("PPV and NPV of each class at {chosen} %", chosen=chosen),
        file=f"{file}-{chosen}",
    )
    carried = t(performance_text.CARRIED) if report.get("intervals") else ""
    st.caption(f"{t(performance_text.PREVALENCE)} {carried}".strip())


@error_boundary.fragment
def groups(report: Report, *, file: str) -> None:
    """Show the figures of each group of images, by what the visitor chooses."""
    kinds = report["groups"]
    names = [name for name in performance_text.GROUPS if kinds.get(name)]
    choice = st.segmented_control(
        t("Grouped by"),
        names,
        default=names[0],
        required=True,
        format_func=lambda name: t(performance_text.GROUPS[name]),
        key=state.GROUPED_BY,
        persist_state="session",
        wrap=True,
    )
    choice = choice if choice in names else names[0]
    rows = performance_text.named(kinds[choice], kind=choice)
    title = t(performance_text.GROUPS[choice])
    if few := performance_text.few(rows):
        st.warning(few)
    display.draw_chart(
        performance_charts.groups_chart(rows, title=title),
        alt=performance_text.groups_alt(rows),
        key=f"groups-{choice}",
    )
    display.draw_table(
        partial(performance_tables.groups, rows, title=performance_text.GROUPS[choice]),
        alt=t("Figures of each group: {title}", title=title),
        file=f"{file}-{choice}",
    )
    st.caption(t(performance_text.RECALL))
    if noisy := performance_text.noisy(report):
        st.caption(noisy)


def comparison_of(run: Run) -> Comparison | None:
    """Return a run's comparison of its networks; say why where its file is damaged."""
    try:
        return run.comparison()
    except CovidModelError as error:
        st.error(text.plain(error.message), title=t("The comparison of the networks is left out"))
        return {"schema": SCHEMA, "pairs": []}


def comparison(content: Comparison | None, *, file: str) -> None:
    """Show which network is right more often on the same images."""
    if content and content["pairs"]:
        st.markdown(t("**On the same images**"))
        display.draw_table(
            partial(performance_tables.pairs, content),
            alt=t("Pairs of networks on the same images"),
            file=file,
        )
        st.caption(t(performance_text.MCNEMAR))
