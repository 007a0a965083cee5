"""ROC and precision-recall curves, with the areas under them."""

from typing import Any

import numpy as np

from covid_model.common.classes import CLASS_NAMES
from covid_model.common.rounding import number
from covid_model.evaluation.bootstrap import PatientBootstrap
from covid_model.runs.report_schema import CurveRow

BLOCK = 100  # replicates at once: of 25,000 images they are 20 MB an array
MOST_POINTS = 101  # of a curve
RANKING_METRICS = ("auroc", "average_precision")  # columns of ``weighted_ranking``


def ranking_metrics(
    truth: np.ndarray, scores: np.ndarray, bootstrap: PatientBootstrap
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """AUROC with average precision, one class against the rest, each with its interval.

    Args:
        truth: index of the right class, int (n,).
        scores: float (n, 3).
        bootstrap: of the n images' patients.

    Returns:
        One row a class, None where all images or none are of it; then the means over the classes
        that have them, as ``auroc_macro`` and so on.
    """
    positive = truth[:, None] == np.arange(len(CLASS_NAMES))
    defined = [c for c in range(len(CLASS_NAMES)) if len(np.unique(positive[:, c])) == 2]
    weights = bootstrap.weights
    resampled = {c: weighted_ranking(positive[:, c], scores[:, c], weights) for c in defined}
    rows: list[dict[str, Any]] = [{} for _ in CLASS_NAMES]
    macro: dict[str, Any] = {}
    whole = {c: ranking(positive[:, c], scores[:, c]) for c in defined}
    for column, name in enumerate(RANKING_METRICS):
        values = {c: whole[c][column] for c in defined}
        draws = {c: resampled[c][:, column] for c in defined}
        for c, row in enumerate(rows):
            row[name] = number(values[c]) if c in defined else None
            row[f"{name}_interval"] = bootstrap.interval(draws[c]) if c in defined else None
        mean, interval = None, None
        if defined:
            mean = number(np.mean(list(values.values())))
            interval = bootstrap.interval(np.mean(list(draws.values()), axis=0))
        macro |= {f"{name}_macro": mean, f"{name}_macro_interval": interval}
    return rows, macro


def ranking(positive: np.ndarray, score: np.ndarray) -> np.ndarray:
    """AUROC and average precision of images that count alike, float64 (2,)."""
    return weighted_ranking(positive, score, np.ones((1, len(score))))[0]


def weighted_ranking(positive: np.ndarray, score: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """AUROC with average precision under many weightings of the same images at once.

    Both are what scikit-learn computes with ``sample_weight``, one weighting at a time: the area
    under the trapezoids of the ROC curve; the sum of precision times the recall gained, over the
    scores from the highest on, equal scores together.

    Args:
        positive: bool (n,).
        score: float (n,).
        weights: float (replicates, n), whole numbers >= 0.

    Returns:
        float64 (replicates, 2), NaN where the images with weight are all of one kind.
    """
    order = np.argsort(-score, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(score[order]) != 0, True))
    areas = np.full((len(weights), 2), np.nan)
    for start in range(0, len(weights), BLOCK):
        block = weights[start : start + BLOCK, order]
        right = np.cumsum(block * positive[order], axis=1)[:, ends]
        named = np.cumsum(block, axis=1)[:, ends]
        positives, negatives = right[:, -1], named[:, -1] - right[:, -1]
        gained = np.diff(right, axis=1, prepend=0)
        wrong = np.diff(named, axis=1, prepend=0) - gained
        precision = np.divide(right, named, out=np.zeros(right.shape), where=named > 0)
        mixed = (positives > 0) & (negatives > 0)
        area = (wrong * (right - gained / 2)).sum(axis=1)[mixed]
        rows = areas[start : start + BLOCK]
        rows[mixed, 0] = area / (positives * negatives)[mixed]
        rows[mixed, 1] = (gained * precision).sum(axis=1)[mixed] / positives[mixed]
    return areas


def roc_and_pr_curves(truth: np.ndarray, scores: np.ndarray) -> list[CurveRow]:
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


def _curves(name: str, positive: np.ndarray, score: np.ndarray) -> CurveRow:
    prevalence = round(float(positive.mean()), 6)
    row: CurveRow = {"class": name, "prevalence": prevalence, "roc": None, "pr": None}
    if len(np.unique(positive)) < 2:
        return row
    right, wrong = _counts(positive, score)
    bends = np.append(True, (np.diff(right, 2) != 0) | (np.diff(wrong, 2) != 0))
    kept = np.append(bends, True) if len(right) > 2 else np.ones(len(right), bool)
    x, y = _thinned(*(np.append(0, n[kept] / n[-1]) for n in (wrong, right)))
    row["roc"] = {"fpr": x, "tpr": y}
    steps = np.append(True, (np.diff(right[:-1]) != 0) | (np.diff(right[1:]) != 0))
    kept = np.append(steps, True) if len(right) > 2 else np.ones(len(right), bool)
    precision = right[kept] / (right + wrong)[kept]
    x, y = _thinned(np.append(0, right[kept] / right[-1]), np.append(1, precision))
    row["pr"] = {"recall": x, "precision": y}
    return row


def _counts(positive: np.ndarray, score: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Images of the class and others from the highest score down to each, equal ones together."""
    order = np.argsort(-score, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(score[order]) != 0, True))
    right = np.cumsum(positive[order])[ends]
    return right, ends + 1 - right


def _thinned(x: np.ndarray, y: np.ndarray) -> tuple[list[float], list[float]]:
    """At most ``MOST_POINTS`` points, evenly along the curve, both ends kept."""
    way = np.append(0, np.cumsum(np.abs(np.diff(x)) + np.abs(np.diff(y))))
    wanted = np.linspace(0, way[-1], MOST_POINTS)
    rows = np.unique(np.append(np.searchsorted(way, wanted[:-1]), len(way) - 1))
    rows = rows if len(way) > MOST_POINTS else np.arange(len(way))
    return [_rounded(value) for value in x[rows]], [_rounded(value) for value in y[rows]]


def _rounded(value: float) -> float:
    return round(float(value), 6)
