"""Bar chart of one image's class probabilities."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from covid_model.common.classes import CLASSES
from dashboard.components.plotly_base import (
    MARK,
    base_figure,
)
from dashboard.components.text import capital, titles
from dashboard.components.text import percent as in_percent
from dashboard.i18n.translate import t

LABELS, ROOM = 102, 58  # percent of the axis, beyond any bar or threshold; pixels
MIDDLE = 50


def scores_chart(
    scores: Sequence[float] | np.ndarray, *, measure: str = "score", threshold: float | None = None
) -> go.Figure:
    """Draw the three outputs of one network as horizontal bars on the axis 0 to 100 %.

    Args:
        scores: three values in class order, range [0, 1].
        measure: what they are called, "score" or "calibrated probability".
        threshold: lowest value that is an answer, range [0, 1]; None draws no line.
    """
    measure = t(measure)
    bars = go.Bar(
        x=[100 * float(score) for score in scores],
        y=list(titles()),
        orientation="h",
        marker_color=[info.colour for info in CLASSES],
        hovertemplate=f"%{{y}}, {measure}: %{{x:.1f}} %<extra></extra>",
    )
    title = t("{measure} of each class (%)", measure=capital(measure))
    figure = base_figure(bars, title=title, height=190)
    figure.add_scatter(
        x=[LABELS] * len(scores),
        y=list(titles()),
        mode="text",
        text=[in_percent(float(score)) for score in scores],
        textposition="middle right",
        cliponaxis=False,
        hoverinfo="skip",
    )
    figure.update_layout(showlegend=False, margin_r=ROOM)
    figure.update_xaxes(range=[0, LABELS], tickvals=[0, 25, 50, 75, 100])
    figure.update_yaxes(autorange="reversed", ticks="", ticklabelstandoff=6)
    if threshold is not None:
        _draw_threshold(figure, threshold)
    return figure


def _draw_threshold(figure: go.Figure, threshold: float) -> None:
    """Draw the threshold as a line; its label keeps to the side that has room."""
    line = 100 * threshold
    figure.update_layout(height=210, margin_t=60)
    figure.add_vline(
        x=line,
        line={"color": MARK, "dash": "dash", "width": 2},
        layer="below",
        annotation={
            "text": t("answer from {threshold}", threshold=in_percent(threshold)),
            "y": 1,
            "yanchor": "bottom",
            "xanchor": "right" if line > MIDDLE else "left",
            "font_size": 12,
        },
    )
