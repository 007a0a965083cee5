"""Plotly charts of a training and of the networks of a run, free of Streamlit."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from covid_model.common.architectures import title_of
from covid_model.common.messages import Message
from dashboard.components.charts.plotly_base import (
    PAPER,
    TRAIN,
    VALIDATION,
    base_figure,
    legend,
    percent,
)
from dashboard.components.text import QUANTITIES, capital
from dashboard.i18n.translate import number, t

ACCURACY, RECALL = Message("accuracy"), Message("macro recall")  # as names in a legend


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
    few = len(history) <= 10
    figure.update_xaxes(title=t("Epoch"), rangemode="tozero", dtick=1 if few else None)
    figure.update_yaxes(title=f"{name} ({unit})", rangemode="tozero", nticks=7)
    return figure


def models_chart(
    reports: Mapping[str, Mapping[str, Any]], *, paper: Mapping[str, float] | None = None
) -> go.Figure:
    """Draw accuracy with macro recall of several networks, the paper's accuracy as a mark.

    Args:
        reports: architecture -> report with "accuracy" or "macro_recall", range [0, 1] or None.
        paper: architecture -> the paper's accuracy, range [0, 1]; None leaves the marks out.
    """
    names = [t(title_of(key)) for key in reports]
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
