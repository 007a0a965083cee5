"""Shares of right answers with their intervals over patients."""

from typing import Any

import numpy as np

from covid_model.common.classes import CLASS_NAMES
from covid_model.common.rounding import mean, number
from covid_model.evaluation.bootstrap import PatientBootstrap


def overall_metrics(
    truth: np.ndarray, predicted: np.ndarray, bootstrap: PatientBootstrap
) -> dict[str, Any]:
    """Accuracy, then macro recall, each with its interval.

    Args:
        truth: index of the right class, int (n,).
        predicted: index of the class that was predicted, int (n,).
        bootstrap: of the n images' patients.
    """
    recall, recall_interval = macro_recall(truth, predicted, bootstrap)
    right = truth == predicted
    return {
        "accuracy": mean(right),
        "accuracy_interval": bootstrap.mean_interval(right),
        "macro_recall": recall,
        "macro_recall_interval": recall_interval,
    }


def macro_recall(
    truth: np.ndarray, predicted: np.ndarray, bootstrap: PatientBootstrap
) -> tuple[float | None, list[float] | None]:
    """The mean recall of the classes that have images, with its interval.

    A replicate that has no image of one of them has no macro recall.
    """
    hits = hits_by_class(truth, predicted)
    if not hits.size:
        return None, None
    value = number(np.nanmean(hits, axis=0).mean())
    return value, bootstrap.interval(bootstrap.means(hits).mean(axis=1))


def hits_by_class(truth: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Right or not, a column a class that has images: float64 (n, k), NaN for others' images."""
    classes = np.unique(truth)
    return np.where(truth[:, None] == classes, (predicted == truth)[:, None], np.nan)


def per_class_metrics(
    truth: np.ndarray, predicted: np.ndarray, bootstrap: PatientBootstrap
) -> list[dict[str, Any]]:
    """Sensitivity, specificity, PPV, NPV, F1 of each class, each with its interval.

    Sensitivity is recall, PPV is precision, specificity is the recall of "not this class", NPV
    its precision; F1 is the harmonic mean of recall and precision. What has no image to be
    counted on is None.

    Returns:
        One row a class, also with its name and its number of images.
    """
    return [
        {
            "class": name,
            "images": int((truth == c).sum()),
            **_one_class(truth == c, predicted == c, bootstrap),
        }
        for c, name in enumerate(CLASS_NAMES)
    ]


def _one_class(
    positive: np.ndarray, named: np.ndarray, bootstrap: PatientBootstrap
) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for name, of, right in (
        ("sensitivity", positive, named),
        ("specificity", ~positive, ~named),
        ("ppv", named, positive),
        ("npv", ~named, ~positive),
    ):
        row[name] = mean(right[of])
        row[f"{name}_interval"] = bootstrap.mean_interval(np.where(of, right, np.nan))
    twice, of = 2 * (positive & named), positive.astype(int) + named
    row["f1"] = number(twice.sum() / of.sum()) if of.any() else None
    row["f1_interval"] = bootstrap.interval(bootstrap.ratios(twice, of))
    return row
