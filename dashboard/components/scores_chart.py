"""Bar chart of one image's class probabilities."""

from collections.abc import Mapping, Sequence

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

LABEL = 22  # percent of the axis that a bar's label takes where the chart is narrow


def scores_chart(
    scores: Sequence[float] | np.ndarray, *, measure: str = "score", threshold: float | None = None
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
    if threshold is not None:
        beyond = {i: labels[i] for i, over in enumerate(crossed) if over}
        _draw_threshold(figure, threshold, beyond)
    return figure


def _draw_threshold(figure: go.Figure, threshold: float, beyond: Mapping[int, str]) -> None:
    """Draw the threshold as a line; labels that it would cross, by the bar, stand beyond it."""
    line = 100 * threshold
    figure.update_layout(height=210, margin_t=60, showlegend=False)
    figure.add_scatter(
        x=[line + 1.5] * len(beyond),
        y=[titles()[bar] for bar in beyond],
        mode="text",
        text=list(beyond.values()),
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
