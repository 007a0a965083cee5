"""Bar chart of one image's class probabilities."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from covid_model.common.classes import CLASSES
from dashboard.components.plotly_base import MARK, base_layout
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
    layout = base_layout(title=title, height=190)
    layout["xaxis"] |= {"range": [0, 118], "tickvals": [0, 25, 50, 75, 100]}
    layout["yaxis"] |= {"autorange": "reversed", "ticks": "", "ticklabelstandoff": 6}
    if threshold is None:
        return go.Figure(bars, layout)
    beyond = {i: labels[i] for i, over in enumerate(crossed) if over}
    layout |= {"height": 210, "showlegend": False} | _line(threshold)
    layout["margin"] |= {"t": 60}
    return go.Figure([bars, _labels(100 * threshold + 1.5, beyond)], layout)


def _labels(left: float, beyond: Mapping[int, str]) -> go.Scatter:
    """Labels that the threshold would cross, by their bar, beyond it."""
    return go.Scatter(
        x=[left] * len(beyond),
        y=[titles()[bar] for bar in beyond],
        mode="text",
        text=list(beyond.values()),
        textposition="middle right",
        cliponaxis=False,
        hoverinfo="skip",
    )


def _line(threshold: float) -> dict[str, Any]:
    """The threshold as a line with its label, as a layout takes them."""
    place = {"x0": 100 * threshold, "x1": 100 * threshold, "y0": 0, "y1": 1}
    axes = {"xref": "x", "yref": "y domain"}
    style = {"line": {"color": MARK, "dash": "dash", "width": 2}, "layer": "below"}
    label = {
        "text": t("answer from {threshold}", threshold=in_percent(threshold)),
        "x": 100 * threshold,
        "y": 1,
        "xanchor": "center",
        "yanchor": "bottom",
        "font": {"size": 12},
        "showarrow": False,
    }
    return {"shapes": [{"type": "line", **place, **axes, **style}], "annotations": [label | axes]}
