"""Temperature scaling: scores turned into probabilities that come true as often as they say."""

import logging
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from covid_model.classes import CLASS_NAMES

log = logging.getLogger(__name__)
LEAST_IMAGES = 20
TEMPERATURES = (0.05, 20.0)
BINS = 10


def fit_temperature(scores: np.ndarray, truth: np.ndarray) -> float | None:
    """Fit one softmax temperature by least negative log-likelihood (Guo et al. 2017).

    With fewer than ``LEAST_IMAGES`` images, a class missing, or a likelihood that grows up to
    the bounds ``TEMPERATURES`` (every image is right, say), there is none and the log says why.

    Args:
        scores: uncalibrated softmax outputs (n, 3).
        truth: index of the right class, int (n,).

    Returns:
        The temperature, above 1 where the network is too sure; None where it cannot be known.
    """
    missing = [name for c, name in enumerate(CLASS_NAMES) if not (truth == c).any()]
    if len(truth) < LEAST_IMAGES or missing:
        lack = f"no {' or '.join(missing)} among them" if missing else f"{LEAST_IMAGES} needed"
        log.warning("Not calibrated: %d validation images, %s.", len(truth), lack)
        return None
    logits = np.log(np.maximum(scores.astype(float), np.finfo(np.float32).tiny))
    rows = np.arange(len(truth))

    def loss(log_temperature: float) -> float:
        return -float(log_softmax(logits / np.exp(log_temperature), axis=1)[rows, truth].mean())

    low, high = np.log(TEMPERATURES)
    best = minimize_scalar(loss, bounds=(low, high), method="bounded", options={"xatol": 1e-6}).x
    if min(best - low, high - best) < 0.01:
        log.warning("Not calibrated: the validation scores fit no temperature in %s.", TEMPERATURES)
        return None
    return round(float(np.exp(best)), 6)


def reliability_bins(probabilities: np.ndarray, truth: np.ndarray) -> list[dict[str, Any]]:
    """Sort the predictions by their highest probability into ``BINS`` bins of equal width.

    Args:
        probabilities: float (n, 3), sum 1.
        truth: index of the right class, int (n,).

    Returns:
        One row a bin ``(low, high]`` with low, high, images, mean_probability and share_right;
        the last two are None in an empty bin.
    """
    top, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == truth
    bin_of = np.clip(np.ceil(top * BINS).astype(int) - 1, 0, BINS - 1)
    return [
        {
            "low": round(b / BINS, 6),
            "high": round((b + 1) / BINS, 6),
            "images": int((bin_of == b).sum()),
            "mean_probability": mean(top[bin_of == b]),
            "share_right": mean(right[bin_of == b]),
        }
        for b in range(BINS)
    ]


def calibration_error(bins: list[dict[str, Any]]) -> float:
    """The expected calibration error of ``reliability_bins`` (ECE, Guo et al. 2017), in [0, 1].

    It is the mean distance between a bin's probability and its share of right answers, each bin
    weighted by its images.
    """
    filled = [row for row in bins if row["images"]]
    gaps = [abs(row["mean_probability"] - row["share_right"]) for row in filled]
    return round(float(np.average(gaps, weights=[row["images"] for row in filled])), 6)


def mean(values: np.ndarray) -> float | None:
    """The mean rounded to six digits, None of nothing."""
    return round(float(np.mean(values)), 6) if len(values) else None
