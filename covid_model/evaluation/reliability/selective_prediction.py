"""Selective prediction: the threshold on the calibrated probability and its coverage."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from covid_model.common.classes import SCORE_COLUMNS
from covid_model.common.rounding import mean
from covid_model.evaluation.reliability.calibration import (
    Calibration,
    calibration_error,
    reliability_bins,
)
from covid_model.runs.report_schema import (
    CalibrationReport,
    CoverageRow,
    EvenClasses,
    FittedOn,
    Refused,
    SelectiveReport,
)

log = logging.getLogger(__name__)
WANTED_ACCURACY = 0.95
# Three classes: the highest probability is never below 1/3, so the first one answers everything.
THRESHOLDS = tuple(round(0.33 + 0.01 * step, 2) for step in range(67))
LEAST_COVERAGE = 0.05


@dataclass(frozen=True)
class ThresholdFit:
    """What was fitted on other images, which test predictions alone do not tell.

    Attributes:
        images: how many images calibration and threshold were fitted on.
        calibration: what makes the scores probabilities, None when not calibrated.
        threshold: lowest calibrated probability that is an answer, None when not calibrated.
        kept: share of the validation images that are not novel, None without a novelty model.
        part: which images calibration and threshold were fitted on: "validation" or "left_out".
    """

    images: int
    calibration: Calibration | None
    threshold: float | None
    kept: float | None = None
    part: str = "validation"


def coverage_accuracy_curve(
    probabilities: np.ndarray,
    truth: np.ndarray,
    *,
    not_novel: np.ndarray | None = None,
    thresholds: Sequence[float] = THRESHOLDS,
    weights: np.ndarray | None = None,
) -> list[CoverageRow]:
    """How many images are answered, how many of these rightly, at each threshold.

    Args:
        probabilities: calibrated, float (n, 3).
        truth: index of the right class, int (n,).
        not_novel: bool (n,), False where the image is refused as novel; None for all known.
        thresholds: lowest probabilities that are an answer.
        weights: how much each image counts, float (n,), above 0; None for all alike.

    Returns:
        Rows with threshold, answered (share of all n images with class) and accuracy (of the
        answered, None where there are none).
    """
    top, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == truth
    not_novel = np.ones(len(truth), bool) if not_novel is None else not_novel
    rows: list[CoverageRow] = []
    for threshold in thresholds:
        answered = not_novel & (top >= threshold)
        counted = None if weights is None else weights[answered]
        rows.append(
            {
                "threshold": threshold,
                "answered": mean(answered, weights),
                "accuracy": mean(right[answered], counted),
            }
        )
    return rows


def fit_threshold(
    probabilities: np.ndarray,
    truth: np.ndarray,
    *,
    weights: np.ndarray | None = None,
    part: str = "validation",
) -> float:
    """The lowest of ``THRESHOLDS`` at which ``WANTED_ACCURACY`` of the answers are right.

    A threshold that answers less than ``LEAST_COVERAGE`` of the images is out of question: a
    share of five images says nothing. Where no other reaches the wanted accuracy, the most
    accurate of them is taken, the lowest of equals, and the log says what it reaches.

    Args:
        probabilities: calibrated, of images that are not refused, float (n, 3).
        truth: index of the right class, int (n,), n >= 1.
        weights: how much each image counts, float (n,), above 0; None for all alike.
        part: what to call the images in the log, "" to log nothing.

    Returns:
        The lowest calibrated probability that is an answer.
    """
    accuracies = {
        row["threshold"]: row["accuracy"]
        for row in coverage_accuracy_curve(probabilities, truth, weights=weights)
        if row["accuracy"] is not None and (row["answered"] or 0) >= LEAST_COVERAGE
    }
    enough = [t for t, accuracy in accuracies.items() if accuracy >= WANTED_ACCURACY]
    if enough:
        return enough[0]
    best = max(accuracies, key=accuracies.__getitem__)
    if part:
        log.warning(
            "No threshold gives %.0f %% right answers on %s: %.2f gives %.1f %%.",
            100 * WANTED_ACCURACY,
            part,
            best,
            100 * accuracies[best],
        )
    return best


def selective_metrics(
    predictions: pd.DataFrame, truth: np.ndarray, fit: ThresholdFit
) -> SelectiveReport:
    """The report's calibration, answers and novelty: those of them that were fitted.

    Args:
        predictions: rows of ``predictions.csv``, with novelty where ``fit.kept`` is given. The
            scores before calibration are had back from its probabilities.
        truth: index of the right class, int (n,).
        fit: what was fitted on other images.
    """
    report: SelectiveReport = {}
    not_novel = np.ones(len(truth), bool)
    if fit.kept is not None:
        not_novel = predictions["novelty"].to_numpy() <= 1
        refused: Refused = {"images": int((~not_novel).sum()), "share": mean(~not_novel)}
        report["novelty"] = {"kept_on_validation": round(fit.kept, 6), "refused": refused}
    if fit.calibration is None:
        return report
    served = predictions[list(SCORE_COLUMNS)].to_numpy(float)
    fitted_on: FittedOn = {"part": fit.part, "images": fit.images}
    report["calibration"] = _calibration(fit.calibration, served, truth, fitted_on=fitted_on)
    if fit.threshold is None:
        return report
    (chosen,) = coverage_accuracy_curve(
        served, truth, not_novel=not_novel, thresholds=(fit.threshold,)
    )
    report["answers"] = {
        "threshold": fit.threshold,
        "wanted_accuracy": WANTED_ACCURACY,
        "answered": chosen["answered"],
        "accuracy": chosen["accuracy"],
        "refused": mean(~not_novel),
        "curve": coverage_accuracy_curve(served, truth, not_novel=not_novel),
    }
    return report


def _calibration(
    calibration: Calibration, served: np.ndarray, truth: np.ndarray, *, fitted_on: FittedOn
) -> CalibrationReport:
    """The calibration's error on calibrated probabilities and on the scores they were made of."""
    offsets = calibration.offsets
    weights = None if offsets is None else calibration.weights(truth)
    before = reliability_bins(calibration.undo(served), truth, weights)
    after = reliability_bins(served, truth, weights)
    even: EvenClasses = {} if offsets is None else {"offsets": list(offsets), "classes_alike": True}
    return {
        "temperature": calibration.temperature,
        **even,
        "fitted_on": fitted_on,
        "ece_before": calibration_error(before),
        "ece_after": calibration_error(after),
        "bins_before": before,
        "bins_after": after,
    }
