"""Accuracy, recall and the metrics of each class, with their intervals over patients."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from covid_model.common import metrics as table
from covid_model.common.classes import CLASS_NAMES
from covid_model.common.rounding import mean, number
from covid_model.evaluation.bootstrap import PatientBootstrap

Estimate = tuple[float | None, list[float] | None]  # a value with its interval


@dataclass(frozen=True)
class ClassCounts:
    """One class against the rest: how many images are named rightly or wrongly.

    Each array has the same shape: (1,) for all images, (replicates,) for the resamples of a
    bootstrap, so that one function computes a metric and its interval.

    Attributes:
        tp: images of the class that get it.
        fp: others' images that get it.
        fn: images of the class that get another.
        tn: others' images that get another.
    """

    tp: np.ndarray
    fp: np.ndarray
    fn: np.ndarray
    tn: np.ndarray

    @classmethod
    def rows(cls, positive: np.ndarray, named: np.ndarray) -> np.ndarray:
        """Which of the four each image is, float64 (n, 4) in the order of the attributes.

        Args:
            positive: whether an image is of the class, bool (n,).
            named: whether it gets the class, bool (n,).
        """
        cells = (positive & named, ~positive & named, positive & ~named, ~positive & ~named)
        return np.stack(cells, axis=1).astype(float)


def overall_metrics(
    truth: np.ndarray, predicted: np.ndarray, bootstrap: PatientBootstrap
) -> dict[str, Any]:
    """The metrics of ``OVERALL_METRICS`` in the order of the table, each with its interval.

    Args:
        truth: index of the right class, int (n,).
        predicted: index of the class that was predicted, int (n,).
        bootstrap: of the n images' patients.
    """
    row: dict[str, Any] = {}
    for metric in table.OVERALL:
        if metric.key in OVERALL_METRICS:
            estimate = OVERALL_METRICS[metric.key](truth, predicted, bootstrap)
            row[metric.key], row[metric.interval_key] = estimate
    return row


def accuracy(truth: np.ndarray, predicted: np.ndarray, bootstrap: PatientBootstrap) -> Estimate:
    """The share of right answers, with its interval."""
    right = truth == predicted
    return mean(right), bootstrap.mean_interval(right)


def macro_recall(truth: np.ndarray, predicted: np.ndarray, bootstrap: PatientBootstrap) -> Estimate:
    """The mean recall of the classes that have images, with its interval.

    A replicate that has no image of one of them has no macro recall.
    """
    hits = hits_by_class(truth, predicted)
    if not hits.size:
        return None, None
    value = number(np.nanmean(hits, axis=0).mean())
    return value, bootstrap.interval(bootstrap.means(hits).mean(axis=1))


def confusion_matrix(truth: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """How many images of each class get each class, int (3, 3), the truth in rows."""
    classes = len(CLASS_NAMES)
    counts = np.bincount(classes * truth + predicted, minlength=classes**2)
    return counts.reshape(classes, classes)


def hits_by_class(truth: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Right or not, a column a class that has images: float64 (n, k), NaN for others' images."""
    classes = np.unique(truth)
    return np.where(truth[:, None] == classes, (predicted == truth)[:, None], np.nan)


def per_class_metrics(
    truth: np.ndarray, predicted: np.ndarray, bootstrap: PatientBootstrap
) -> list[dict[str, Any]]:
    """The metrics of ``PER_CLASS_METRICS`` in the order of the table, each with its interval.

    What has no image to be counted on is None.

    Returns:
        One row a class, also with its name and its number of images.
    """
    return [
        {
            "class": name,
            "images": int((truth == c).sum()),
            **_one_class(ClassCounts.rows(truth == c, predicted == c), bootstrap),
        }
        for c, name in enumerate(CLASS_NAMES)
    ]


def _one_class(cells: np.ndarray, bootstrap: PatientBootstrap) -> dict[str, Any]:
    whole = ClassCounts(*cells.sum(axis=0)[:, None])
    resampled = ClassCounts(*bootstrap.sums(cells).T)
    row: dict[str, Any] = {}
    for metric in table.PER_CLASS:
        if metric.key in PER_CLASS_METRICS:
            compute = PER_CLASS_METRICS[metric.key]
            row[metric.key] = number(compute(whole).item())
            row[metric.interval_key] = bootstrap.interval(compute(resampled))
    return row


def ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """One count over another, NaN where the lower is 0."""
    return np.divide(above, below, out=np.full(np.shape(above), np.nan), where=below > 0)


def sensitivity(counts: ClassCounts) -> np.ndarray:
    """The share of a class's images that get it, also called recall."""
    return ratio(counts.tp, counts.tp + counts.fn)


def specificity(counts: ClassCounts) -> np.ndarray:
    """The share of the others' images that do not get the class."""
    return ratio(counts.tn, counts.tn + counts.fp)


def ppv(counts: ClassCounts) -> np.ndarray:
    """The share of the images that get a class which are of it, also called precision."""
    return ratio(counts.tp, counts.tp + counts.fp)


def npv(counts: ClassCounts) -> np.ndarray:
    """The share of the images that do not get a class which are not of it."""
    return ratio(counts.tn, counts.tn + counts.fn)


def f1(counts: ClassCounts) -> np.ndarray:
    """The harmonic mean of recall and precision."""
    return ratio(2 * counts.tp, 2 * counts.tp + counts.fp + counts.fn)


# Computations by the key of their row in covid_model.common.metrics.
OVERALL_METRICS: Mapping[str, Callable[[np.ndarray, np.ndarray, PatientBootstrap], Estimate]] = {
    "accuracy": accuracy,
    "macro_recall": macro_recall,
}
PER_CLASS_METRICS: Mapping[str, Callable[[ClassCounts], np.ndarray]] = {
    "sensitivity": sensitivity,
    "specificity": specificity,
    "ppv": ppv,
    "npv": npv,
    "f1": f1,
}
