"""ROC curves beside precision-recall curves, thinned for drawing."""

from typing import Any

import numpy as np
from sklearn.metrics import precision_recall_curve, roc_curve

from covid_model.common.classes import CLASS_NAMES
from covid_model.evaluation.metrics import number

MOST_POINTS = 101


def curves_of(truth: np.ndarray, scores: np.ndarray) -> list[dict[str, Any]]:
    """The two curves of each class against the rest.

    Args:
        truth: index of the right class, int (n,).
        scores: float (n, 3).

    Returns:
        Rows with class, prevalence (the precision of a coin), roc (fpr, tpr from 0 to 1) and pr
        (recall from 0 to 1, precision); both curves are None where all images or none are of the
        class.
    """
    return [
        _curves(name, truth == c, scores[:, c]) for c, name in enumerate(CLASS_NAMES) if len(truth)
    ]


def _curves(name: str, positive: np.ndarray, score: np.ndarray) -> dict[str, Any]:
    row = {"class": name, "prevalence": number(positive.mean()), "roc": None, "pr": None}
    if len(np.unique(positive)) < 2:
        return row
    fpr, tpr, _ = roc_curve(positive, score)
    precision, recall, _ = precision_recall_curve(positive, score, drop_intermediate=True)
    row["roc"] = dict(zip(("fpr", "tpr"), _thinned(fpr, tpr), strict=True))
    row["pr"] = dict(
        zip(("recall", "precision"), _thinned(recall[::-1], precision[::-1]), strict=True)
    )
    return row


def _thinned(x: np.ndarray, y: np.ndarray) -> tuple[list[float], list[float]]:
    """At most ``MOST_POINTS`` points, evenly along the curve, both ends kept."""
    way = np.append(0, np.cumsum(np.abs(np.diff(x)) + np.abs(np.diff(y))))
    wanted = np.linspace(0, way[-1], MOST_POINTS)
    rows = np.unique(np.append(np.searchsorted(way, wanted[:-1]), len(way) - 1))
    rows = rows if len(way) > MOST_POINTS else np.arange(len(way))
    return tuple([number(value) for value in axis[rows]] for axis in (x, y))
