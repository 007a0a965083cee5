"""Plotly figures of scores or reports, free of Streamlit."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from covid_model.common.classes import CLASSES
from covid_model.common.messages import Sentence
from covid_model.runs import ARCHITECTURES
from dashboard.components.plotly_base import (
    MARK,
    PAPER,
    TRAIN,
    VALIDATION,
    base_figure,
    legend,
    percent,
)
from dashboard.components.text import QUANTITIES, capital, titles
from dashboard.components.text import percent as in_percent
from dashboard.i18n.translate import number, t

LABEL = 22  # percent of the axis that a bar's label takes where the chart is narrow
SHARES = [[0.0, "#eef4f7"], [0.5, "#6ea9bf"], [1.0, "#0b4f66"]]
ACCURACY, RECALL = Sentence("accuracy"), Sentence("macro recall")  # as names in a legend


def scores_chart(
    scores: Sequence[float], *, measure: str = "score", threshold: float | None = None
) -> go.Figure:
    """Draw the three outputs of one network as horizontal bars on the axis 0 to 100 %.

    Args:
        scores: three values in class order, range [0, 1].
        measure: what they are called, "score" or "calibrated probability".
        threshold: lowest value that is an answer, range [0, 1]; None draws no line.
    """
    values = [100 * float(score) for score in scores]
    labels = [in_percent(float(score)) for score in scores]
    line = None if threshold is None else 100 * threshold
    crossed = [line is not None and value < line < value + LABEL for value in values]
    measure = t(measure)
    bars = go.Bar(
        x=values,
        y=list(titles()),
        orientation="h",
        marker_color=[info.colour for info in CLASSES],
        text=["" if over else label for label, over in zip(labels, crossed, strict=True)],
        textposition="outside",
        cliponaxis=False,
        hovertemplate=f"%{{y}}, {measure}: %{{x:.1f}} %<extra></extra>",
    )
    title = t("{measure} of each class (%)", measure=capital(measure))
    figure = base_figure(bars, title=title, height=190)
    figure.update_xaxes(range=[0, 118], tickvals=[0, 25, 50, 75, 100])
    figure.update_yaxes(autorange="reversed", ticks="", ticklabelstandoff=6)
    if line is not None:
        figure.update_layout(height=210, margin_t=60, showlegend=False)
        beyond = [i for i, over in enumerate(crossed) if over]
        figure.add_scatter(
            x=[line + 1.5] * len(beyond),
            y=[titles()[i] for i in beyond],
            mode="text",
            text=[labels[i] for i in beyond],
            textposition="middle right",
            cliponaxis=False,
            hoverinfo="skip",
        )
        figure.add_vline(
            x=line,
            line={"color": MARK, "dash": "dash", "width": 2},
            layer="below",
            annotation={
                "text": t("answer from {threshold}", threshold=in_percent(threshold)),
                "y": 1,
                "yanchor": "bottom",
                "xanchor": "center",
                "font_size": 12,
            },
        )
    return figure


def confusion_chart(matrix: Sequence[Sequence[int]]) -> go.Figure:
    """Draw a confusion matrix: a row is a true class, a cell its count and its share of the row.

    Args:
        matrix: 3 x 3 counts in class order, rows = truth, columns = prediction.
    """
    shares = [[count / max(sum(row), 1) for count in row] for row in matrix]
    heat = go.Heatmap(
        z=shares,
        x=list(titles()),
        y=[f"{title}<br>n = {sum(row)}" for title, row in zip(titles(), matrix, strict=True)],
        customdata=[
            [(count, 100 * share) for count, share in zip(*pair, strict=True)]
            for pair in zip(matrix, shares, strict=True)
        ],
        colorscale=SHARES,
        zmin=0,
        zmax=1,
        showscale=False,
        xgap=3,
        ygap=3,
        hovertemplate=t(
            "truth %{y}<br>predicted %{x}<br>%{customdata[0]} images, "
            "%{customdata[1]:.1f} % of the row<extra></extra>"
        ),
    )
    figure = base_figure(heat, title=t("Confusion matrix: images, share of the row"), height=360)
    for row, counts in enumerate(matrix):
        for column, count in enumerate(counts):
            share = shares[row][column]
            figure.add_annotation(
                x=column,
                y=row,
                text=f"<b>{count}</b><br>{in_percent(share)}",
                showarrow=False,
                font={"size": 15, "color": "#ffffff" if share > 0.45 else "#12303c"},
            )
    figure.update_xaxes(title=t("Predicted"), showgrid=False, ticks="")
    figure.update_yaxes(
        title=t("Truth"), autorange="reversed", showgrid=False, ticks="", ticklabelstandoff=6
    )
    return figure


def history_chart(history: Sequence[Mapping[str, float]], *, quantity: str) -> go.Figure:
    """Draw one quantity of the training over the epochs, for training and validation images.

    Args:
        history: one mapping an epoch with "epoch", ``quantity`` and "val_" + ``quantity``.
        quantity: "accuracy" (share, drawn in %) or "loss" (cross-entropy in nats).
    """
    scale, unit, digits = (100, "%", ".1f") if quantity == "accuracy" else (1, t("nats"), ".3f")
    name = capital(t(QUANTITIES[quantity]))
    title = t("{quantity} by epoch ({unit})", quantity=name, unit=unit)
    figure = base_figure(title=title, height=300)
    for label, key, colour, dash in (
        (t("training"), quantity, TRAIN, "solid"),
        (t("validation"), f"val_{quantity}", VALIDATION, "dash"),
    ):
        figure.add_scatter(
            x=[row["epoch"] for row in history],
            y=[scale * row[key] for row in history],
            name=label,
            mode="lines" if len(history) > 1 else "markers",
            line={"color": colour, "dash": dash, "width": 2},
            hovertemplate=f"%{{y:{digits}}} {unit}",
        )
    figure.update_layout(hovermode="x unified", legend=legend(), margin_t=68)
    figure.update_xaxes(title=t("Epoch"), rangemode="tozero")
    figure.update_yaxes(title=f"{name} ({unit})", rangemode="tozero", nticks=7)
    return figure


def models_chart(
    reports: Mapping[str, Mapping[str, float]], *, paper: Mapping[str, float] | None = None
) -> go.Figure:
    """Draw accuracy with macro recall of several networks, the paper's accuracy as a mark.

    Args:
        reports: architecture -> report with "accuracy" or "macro_recall", range [0, 1] or None.
        paper: architecture -> the paper's accuracy, range [0, 1]; None leaves the marks out.
    """
    names = [ARCHITECTURES[key] for key in reports]
    figure = base_figure(title=t("The networks on their test images (%)"), height=342)
    for key, name, colour in (
        ("accuracy", t(ACCURACY), TRAIN),
        ("macro_recall", t(RECALL), VALIDATION),
    ):
        values = [percent(report.get(key)) for report in reports.values()]
        figure.add_bar(
            x=names,
            y=values,
            name=name,
            marker_color=colour,
            text=["" if value is None else number(value, 1) for value in values],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            textfont={"color": "#ffffff"},
            hovertemplate=f"%{{x}}, {name}: %{{y:.1f}} %<extra></extra>",
        )
    if paper is not None:
        figure.add_scatter(
            x=names,
            y=[percent(paper.get(key)) for key in reports],
            name=t("accuracy in the paper"),
            mode="markers",
            marker={
                "symbol": "diamond",
                "size": 12,
                "color": PAPER,
                "line": {"color": "#ffffff", "width": 1.5},
            },
            hovertemplate=t("%{x}, paper: %{y:.1f} %<extra></extra>"),
        )
    figure.update_layout(barmode="group", bargap=0.35, legend=legend(), margin_t=90)
    figure.update_yaxes(range=[0, 104], tickvals=[0, 25, 50, 75, 100])
    return figure
