"""Bars of one image's class probabilities, as HTML: free of Streamlit and Plotly."""

from collections.abc import Sequence
from html import escape

import numpy as np

from covid_model.common.classes import CLASSES
from dashboard.components import text
from dashboard.i18n.translate import t


def score_bars(
    scores: Sequence[float] | np.ndarray, *, measure: str = "score", threshold: float | None = None
) -> str:
    """Draw the three outputs of one network as bars from 0 to 100 %, each below its own label.

    The style is that of ``frame/style.css``.

    Args:
        scores: three values in class order, range [0, 1].
        measure: what they are called, "score" or "calibrated probability".
        threshold: lowest value that is an answer, range [0, 1]; None draws no line.
    """
    limits = () if threshold is None else (threshold,)
    mark = "".join(f'<b style="left:{100 * limit:.1f}%"></b>' for limit in limits)
    bars = "".join(
        f"<div><span>{escape(title)}</span><span>{text.percent_below(score, *limits)}</span></div>"
        f'<div class="track"><i style="width:{100 * score:.1f}%;background:{info.colour}"></i>'
        f"{mark}</div>"
        for info, title, score in zip(CLASSES, text.titles(), map(float, scores), strict=True)
    )
    spoken = text.scores(np.asarray(scores), measure=measure)
    below = text.capital(t(measure))
    if threshold is not None:
        least = text.percent_below(threshold, float(max(scores)))
        below = t("{measure}; answer from {threshold}", measure=below, threshold=least)
    return (
        f'<div class="scores" role="img" aria-label="{escape(spoken)}">{bars}'
        f"<p>{escape(below)}</p></div>"
    )
