"""How well a score ranks the images of a class above the others."""

from typing import Any

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

from covid_model.common.classes import CLASS_NAMES
from covid_model.evaluation.bootstrap import PatientBootstrap
from covid_model.evaluation.metrics import number

BLOCK = 100  # replicates at once: of 25,000 images they are 20 MB an array
FIGURES = {"auroc": roc_auc_score, "average_precision": average_precision_score}


def ranking_figures(
    truth: np.ndarray, scores: np.ndarray, bootstrap: PatientBootstrap
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """AUROC with average precision, one class against the rest, each with its interval.

    Args:
        truth: index of the right class, int (n,).
        scores: float (n, 3).
        bootstrap: of the n images' patients.

    Returns:
        One row a class, None where all images or none are of it; then the means over the classes
        that have figures, as ``auroc_macro`` and so on.
    """
    positive = truth[:, None] == np.arange(len(CLASS_NAMES))
    known = [c for c in range(len(CLASS_NAMES)) if len(np.unique(positive[:, c])) == 2]
    weights = bootstrap.weights
    resampled = {c: weighted_ranking(positive[:, c], scores[:, c], weights) for c in known}
    rows: list[dict[str, Any]] = [{} for _ in CLASS_NAMES]
    macro: dict[str, Any] = {}
    for column, (name, figure) in enumerate(FIGURES.items()):
        values = {c: figure(positive[:, c], scores[:, c]) for c in known}
        draws = {c: resampled[c][:, column] for c in known}
        for c, row in enumerate(rows):
            row[name] = number(values[c]) if c in known else None
            row[f"{name}_interval"] = bootstrap.interval(draws[c]) if c in known else None
        mean, interval = None, None
        if known:
            mean = number(np.mean(list(values.values())))
            interval = bootstrap.interval(np.mean(list(draws.values()), axis=0))
        macro |= {f"{name}_macro": mean, f"{name}_macro_interval": interval}
    return rows, macro


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
    figures = np.full((len(weights), 2), np.nan)
    for start in range(0, len(weights), BLOCK):
        block = weights[start : start + BLOCK, order]
        right = np.cumsum(block * positive[order], axis=1)[:, ends]
        named = np.cumsum(block, axis=1)[:, ends]
        positives, negatives = right[:, -1], named[:, -1] - right[:, -1]
        gained = np.diff(right, axis=1, prepend=0)
        wrong = np.diff(named, axis=1, prepend=0) - gained
        precision = np.divide(right, named, out=np.zeros(right.shape), where=named > 0)
        both = (positives > 0) & (negatives > 0)
        area = (wrong * (right - gained / 2)).sum(axis=1)[both]
        rows = figures[start : start + BLOCK]
        rows[both, 0] = area / (positives * negatives)[both]
        rows[both, 1] = (gained * precision).sum(axis=1)[both] / positives[both]
    return figures
