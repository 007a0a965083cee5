"""Tables of the performance section as formatted text, free of Streamlit."""

from collections.abc import Sequence

from covid_model.common import metrics
from covid_model.common.architectures import ARCHITECTURES
from covid_model.common.classes import CLASS_NAMES, TITLES
from covid_model.common.messages import Message
from covid_model.common.metrics import Place, shown_in
from covid_model.runs.report_schema import Comparison, GroupRow, PairRow, Report
from dashboard.components.csv_export import Rows
from dashboard.components.formatting import count, metric_cells, number, points, share
from dashboard.components.text import percent, plain, steady
from dashboard.i18n.translate import t
from dashboard.reports.performance import text as performance_text
from dashboard.reports.performance.predictive_values import PredictiveValues, predictive_values


def predictive(report: Report, *, prevalence: float) -> Rows:
    """Return one row a class: what naming it, or not, is worth at a prevalence.

    Args:
        report: with "per_class".
        prevalence: of each class against the rest, in (0, 1).
    """
    rows = []
    for row in report["per_class"]:
        values = predictive_values(row, prevalence=prevalence)
        rows.append(
            {
                t("Class"): t(TITLES[row["class"]]),
                t("Share of the test images"): percent(row["images"] / max(report["images"], 1)),
                t("PPV"): share(values, "ppv"),
                t("NPV"): share(values, "npv"),
                **_of_a_thousand(values),
            }
        )
    return rows


def _of_a_thousand(values: PredictiveValues) -> dict[str, str]:
    named, ppv = values["named"], values["ppv"]
    right = None if named is None or ppv is None else 1000 * named * ppv
    return {
        t("Named in 1,000 images"): number(None if named is None else 1000 * named, 0),
        t("Rightly so"): number(right, 0),
    }


def groups(rows: Sequence[GroupRow], *, title: Message) -> Rows:
    """Return one row a group: its size, its figures, whether it is too small.

    Args:
        rows: one of the report's "groups".
        title: what the groups are, the heading of their column.
    """
    return [
        {
            t(title): performance_text.group(row) + (" *" if row["few"] else ""),
            t("Images"): count(row["images"]),
            t("Patients"): performance_text.patients(row),
            **metric_cells(row, shown_in(Place.GROUPS, metrics.OVERALL)),
            **{t("Recall {name}", name=TITLES[name]): recall(row, name) for name in CLASS_NAMES},
        }
        for row in rows
    ]


def recall(row: GroupRow, name: str) -> str:
    """Format the recall of one class in a group, with how many images of it there are."""
    share = row["recall"].get(name)
    if share is None:
        return number(None)
    return t("{share} of {images:,}", share=percent(share), images=row["counts"][name])


def pairs(comparison: Comparison) -> Rows:
    """Return one row a pair of networks: who is right where, whether chance explains it."""
    return [
        {
            t("Networks"): in_order(row),
            t("Images"): count(row["images"]),
            t("Both right"): count(row["both_right"]),
            t("Only the first"): count(row["only_first"]),
            t("Only the second"): count(row["only_second"]),
            t("Neither"): count(row["both_wrong"]),
            t("Difference in points"): points(row, "accuracy_difference"),
            t("McNemar's p"): performance_text.p_value(row["p_value"]),
            t("In words"): steady(performance_text.pair(row), 30),
        }
        for row in comparison["pairs"]
    ]


def in_order(row: PairRow) -> str:
    """Name the two networks of a row, the first one first."""
    return ", ".join(ARCHITECTURES.get(name, plain(name)) for name in row["networks"])


def per_class(report: Report) -> Rows:
    """Return one row a class: its metrics with their intervals; older reports have fewer."""
    columns = shown_in(Place.CLASSES, metrics.PER_CLASS)
    return [
        {
            t("Class"): t(TITLES[row["class"]]),
            t("Images"): count(row["images"]),
            **metric_cells(row, [metric for metric in columns if metric.key in row]),
        }
        for row in report["per_class"]
    ]
