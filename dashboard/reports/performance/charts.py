"""Plotly charts of the performance section: curves, subgroups, confusion matrix."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from covid_model.common.classes import CLASSES
from covid_model.common.messages import Message
from covid_model.runs.report_schema import GroupRow, Report
from dashboard.components.charts.dot_chart import Dots, dot_chart
from dashboard.components.charts.plotly_base import (
    MARK,
    TRAIN,
    VALIDATION,
    base_figure,
    legend,
    percent,
)
from dashboard.components.formatting import count
from dashboard.components.text import in_chart, titles
from dashboard.components.text import percent as in_percent
from dashboard.i18n.translate import number, t
from dashboard.reports.performance.text import NOT_ON_RECORD

SHARES = [[0.0, "#eef4f7"], [0.5, "#6ea9bf"], [1.0, "#0b4f66"]]

HEIGHT = 360
DASHES = ("solid", "dash", "dot")  # in class order: told apart without colour too
ACCURACY = Dots("accuracy", Message("accuracy"), TRAIN, "circle")
RECALL = Dots("macro_recall", Message("macro recall"), VALIDATION, "diamond")


def roc_chart(report: Report) -> go.Figure:
    """Draw the receiver operating characteristic of each class against the rest.

    Args:
        report: with "curves" and "per_class".
    """
    figure = base_figure(title=t("ROC, with the area under it"), height=HEIGHT)
    _draw_chance(figure, [0, 100], [0, 100], colour=MARK)
    areas = {row["class"]: row["auroc"] for row in report["per_class"]}
    _draw_curves(
        figure,
        {
            row["class"]: _Curve(roc["fpr"], roc["tpr"], areas.get(row["class"]))
            for row in report["curves"]
            if (roc := row["roc"])
        },
        hover=t("sensitivity %{y:.1f} %<br>false alarms in %{x:.1f} % of the others"),
    )
    return _finished(figure, x=t("False alarms, 1 - specificity (%)"), y=t("Sensitivity (%)"))


def precision_recall_chart(report: Report) -> go.Figure:
    """Draw precision (PPV) over recall (sensitivity) of each class against the rest.

    A thin line at the class's share of the test images is what guessing would reach.

    Args:
        report: with "curves" and "per_class".
    """
    figure = base_figure(title=t("Precision-recall, with average precision"), height=HEIGHT)
    colours = {info.name: info.colour for info in CLASSES}
    for row in report["curves"]:
        _draw_chance(figure, [0, 100], [100 * row["prevalence"]] * 2, colours[row["class"]])
    areas = {row["class"]: row.get("average_precision") for row in report["per_class"]}
    _draw_curves(
        figure,
        {
            row["class"]: _Curve(pr["recall"], pr["precision"], areas.get(row["class"]))
            for row in report["curves"]
            if (pr := row["pr"])
        },
        hover=t("PPV %{y:.1f} %<br>sensitivity %{x:.1f} %"),
    )
    return _finished(figure, x=t("Recall, sensitivity (%)"), y=t("Precision, PPV (%)"))


def groups_chart(rows: Sequence[GroupRow], *, title: str) -> go.Figure:
    """Draw accuracy with macro recall of each group of images.

    Args:
        rows: one of the report's "groups".
        title: what the groups are.
    """
    names = [in_chart(t(row["group"] or NOT_ON_RECORD)) for row in rows]
    labels = [_counted(name, row["images"]) for name, row in zip(names, rows, strict=True)]
    heading = t("{title}: accuracy, recall (%)", title=title)
    return dot_chart(rows, labels, (ACCURACY, RECALL), title=heading)


def _counted(name: str, images: int) -> str:
    """Name a row of a chart with its number of images below."""
    return f"{name}<br>n = {count(images)}"


def _draw_chance(figure: go.Figure, x: Sequence[float], y: Sequence[float], colour: str) -> None:
    """Draw the thin line that guessing would reach."""
    figure.add_scatter(
        x=x,
        y=y,
        mode="lines",
        line={"color": colour, "dash": "dot", "width": 1},
        hoverinfo="skip",
        showlegend=False,
    )


@dataclass(frozen=True)
class _Curve:
    """One class's curve: the points of both axes, shares of [0, 1], with the area under it."""

    x: Sequence[float]
    y: Sequence[float]
    area: float | None


def _draw_curves(figure: go.Figure, curves: Mapping[str, _Curve], *, hover: str) -> None:
    """Draw one curve a class."""
    for info, dash in zip(CLASSES, DASHES, strict=True):
        curve = curves.get(info.name)
        if curve is None or curve.area is None:
            continue  # the class has no image: there is no curve
        figure.add_scatter(
            x=[percent(share) for share in curve.x],
            y=[percent(share) for share in curve.y],
            name=f"{t(info.title)} {number(curve.area, 3)}",
            mode="lines",
            line={"color": info.colour, "dash": dash, "width": 2},
            hovertemplate=f"{t(info.title)}<br>{hover}<extra></extra>",
        )


def _finished(figure: go.Figure, *, x: str, y: str) -> go.Figure:
    """Name the axes; leave two lines for the legend, which a narrow screen takes."""
    figure.update_layout(legend=legend(), margin_t=90)
    figure.update_xaxes(title=x, range=[-2, 102], tickvals=[0, 25, 50, 75, 100])
    figure.update_yaxes(title=y, range=[-2, 104], tickvals=[0, 25, 50, 75, 100])
    return figure


def confusion_chart(matrix: Sequence[Sequence[int]]) -> go.Figure:
    """Draw a confusion matrix: a row is a true class, a cell its count and its share of the row.

    Args:
        matrix: 3 x 3 counts in class order, rows = truth, columns = prediction.
    """
    shares = [[images / max(sum(row), 1) for images in row] for row in matrix]
    heat = go.Heatmap(
        z=shares,
        x=list(titles()),
        y=[_counted(title, sum(row)) for title, row in zip(titles(), matrix, strict=True)],
        customdata=[
            [(images, 100 * share) for images, share in zip(*pair, strict=True)]
            for pair in zip(matrix, shares, strict=True)
        ],
        colorscale=SHARES,
        zmin=0,
        zmax=1,
        showscale=False,
        xgap=3,
        ygap=3,
        hovertemplate=t(
            "truth %{y}<br>predicted %{x}<br>%{customdata[0]:,} images, "
            "%{customdata[1]:.1f} % of the row<extra></extra>"
        ),
    )
    figure = base_figure(heat, title=t("Confusion matrix: images, share of the row"), height=360)
    for row, counts in enumerate(matrix):
        for column, images in enumerate(counts):
            share = shares[row][column]
            figure.add_annotation(
                x=column,
                y=row,
                text=f"<b>{count(images)}</b><br>{in_percent(share)}",
                showarrow=False,
                font={"size": 15, "color": "#ffffff" if share > 0.45 else "#12303c"},
            )
    figure.update_xaxes(title=t("Predicted"), showgrid=False, ticks="")
    figure.update_yaxes(
        title=t("Truth"), autorange="reversed", showgrid=False, ticks="", ticklabelstandoff=6
    )
    return figure
