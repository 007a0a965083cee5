"""Calibration, threshold and prediction sets from images of groups left out of training."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from covid_model.common.classes import CLASS_NAMES, SCORE_COLUMNS
from covid_model.evaluation.reliability.calibration import Calibration, fit_calibration
from covid_model.evaluation.reliability.selective_prediction import fit_threshold
from covid_model.inference.calibration import COVERAGE

ROUNDING = 1e-9  # what sums of weights may be off by
DIGITS = 6


@dataclass(frozen=True)
class LeftOutFit:
    """What a network is served with, fitted on images that it did not see the like of.

    Attributes:
        calibration: what makes the scores probabilities.
        threshold: lowest calibrated probability that is an answer.
        sets: class -> least calibrated probability with which it is plausible.
    """

    calibration: Calibration
    threshold: float
    sets: Mapping[str, float]


def fit_left_out(table: pd.DataFrame, *, name: str = "the images left out") -> LeftOutFit | None:
    """Fit on the predictions for groups left out, classes alike and a patient once in its class.

    Args:
        table: rows of ``left_out.csv``.
        name: what to call the images in the log, "" to log no threshold that falls short.

    Returns:
        None where ``fit_calibration`` has none, and the log says why.
    """
    scores, truth = scores_and_truth(table)
    patients, weights = patient_weights(table), even_weights(table)
    calibration = fit_calibration(scores, truth, weights=weights, images="left-out images")
    if calibration is None:
        return None
    probabilities = calibration.apply(scores)
    sets = {
        class_name: conformal_limit(probabilities[truth == c, c], patients[truth == c])
        for c, class_name in enumerate(CLASS_NAMES)
    }
    threshold = fit_threshold(probabilities, truth, weights=weights, part=name)
    return LeftOutFit(calibration, threshold, sets)


def scores_and_truth(table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """The scores float (n, 3) of some rows with the index of the right class, int (n,)."""
    truth = table["label"].map(CLASS_NAMES.index).to_numpy(int)
    return table[list(SCORE_COLUMNS)].to_numpy(), truth


def patient_weights(table: pd.DataFrame) -> np.ndarray:
    """One over the images that a row's patient has of the row's class: float (n,)."""
    images = table.groupby(["label", "patient_id"])["label"].transform("size")
    return 1 / images.to_numpy(float)


def even_weights(table: pd.DataFrame) -> np.ndarray:
    """Weights that let classes count alike, a patient once in its class: float (n,), mean 1."""
    patients = pd.Series(patient_weights(table), index=table.index)
    shares = (patients / patients.groupby(table["label"]).transform("sum")).to_numpy(float)
    return shares * len(table) / max(shares.sum(), ROUNDING)


def conformal_limit(
    probabilities: np.ndarray, weights: np.ndarray, *, coverage: float = COVERAGE
) -> float:
    """The least probability of its own class that a new patient's image keeps.

    It is the corrected quantile of split conformal prediction, taken within one class: "Mondrian"
    (Vovk 2012, arXiv:1209.2673), "least ambiguous sets with class-specific coverage" (Sadinle, Lei
    & Wasserman 2019, arXiv:1609.00451). Patients with more than one image share one weight, as in
    hierarchical conformal prediction (Lee, Barber & Willett 2023, arXiv:2306.06342): of K patients
    each has 1 / (K + 1), the new one the rest, which counts as missed.

    Args:
        probabilities: of the class, of its images, float (n,).
        weights: of the images, above 0; those of a patient sum to 1.
        coverage: share of new patients' images that are to keep the class, in (0, 1).

    Returns:
        The largest value such that images with ``coverage`` * (K + 1) of the weight reach it,
        rounded down; 0, which every image reaches, where K patients are too few.
    """
    order = np.argsort(-probabilities, kind="stable")
    reached = np.cumsum(weights[order])
    wanted = coverage * (weights.sum() + 1)
    enough = np.flatnonzero(reached >= wanted - ROUNDING)
    if not enough.size:
        return 0.0
    return math.floor(float(probabilities[order[enough[0]]]) * 10**DIGITS) / 10**DIGITS
