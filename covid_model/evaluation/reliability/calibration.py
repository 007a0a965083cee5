"""Temperature scaling and expected calibration error."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from covid_model.common.classes import CLASS_NAMES
from covid_model.common.rounding import mean
from covid_model.inference.calibration import apply_temperature, undo_temperature
from covid_model.runs import ModelInfo
from covid_model.runs.report_schema import ReliabilityBin

log = logging.getLogger(__name__)
LEAST_IMAGES = 20
TEMPERATURES = (0.05, 20.0)
MOST_OFFSET = 20.0  # nats
STEPS, FLAT = 200, 1e-10  # of Newton's method: at most; gradient, in nats, where it ends
BINS = 10


@dataclass(frozen=True)
class Calibration:
    """What turns scores into calibrated probabilities, see ``apply_temperature``.

    Attributes:
        temperature: softmax temperature, above 1 where the network is too sure.
        offsets: one a class, sum 0; None where the probabilities hold for a mix of classes as
            the images come.
    """

    temperature: float
    offsets: tuple[float, ...] | None = None

    def apply(self, scores: np.ndarray) -> np.ndarray:
        """Calibrated probabilities float32 (n, 3) of scores (n, 3)."""
        return apply_temperature(scores, self.temperature, self.offsets)

    def undo(self, probabilities: np.ndarray) -> np.ndarray:
        """The scores (n, 3) that ``apply`` made calibrated probabilities of."""
        return undo_temperature(probabilities, self.temperature, self.offsets)

    def weights(self, truth: np.ndarray) -> np.ndarray:
        """How much each image counts where the calibration is judged: float (n,), mean 1."""
        return np.ones(len(truth)) if self.offsets is None else class_weights(truth)


def calibration_in(info: ModelInfo) -> Calibration | None:
    """The calibration that a network is served with, None where there is none."""
    return None if info.temperature is None else Calibration(info.temperature, info.offsets)


def class_weights(truth: np.ndarray) -> np.ndarray:
    """Weights float (n,), mean 1, that let every class of ``truth`` count the same."""
    images = np.bincount(truth)
    return len(truth) / (images[truth] * np.count_nonzero(images))


def fit_calibration(
    scores: np.ndarray,
    truth: np.ndarray,
    *,
    weights: np.ndarray | None = None,
    images: str = "validation images",
) -> Calibration | None:
    """Fit a softmax temperature with an offset a class, every class counting the same.

    How frequent a class is among the images of public data sets says nothing of a clinic: covid
    is a twentieth here because few such radiographs were published. So the probabilities are to
    hold for a mix in which the three classes are equally frequent, and the class with the highest
    one is the answer with the best expected macro recall. It is the bias-corrected temperature
    scaling of Alexandari et al. (2020) by least negative log-likelihood, images weighed by class.

    With fewer than ``LEAST_IMAGES`` images, a class missing, or a likelihood that grows up to
    the bounds ``TEMPERATURES`` (every image is right, say), there is none and the log says why.

    Args:
        scores: uncalibrated softmax outputs (n, 3).
        truth: index of the right class, int (n,).
        weights: how much each image counts, float (n,); None for those of ``class_weights``.
        images: what to call the images in the log.

    Returns:
        Temperature with offsets; None where they cannot be known.
    """
    missing = [name for c, name in enumerate(CLASS_NAMES) if not (truth == c).any()]
    if len(truth) < LEAST_IMAGES or missing:
        lack = f"no {' or '.join(missing)} among them" if missing else f"{LEAST_IMAGES} needed"
        log.warning("Not calibrated: %d %s, %s.", len(truth), images, lack)
        return None
    logits = np.log(np.maximum(scores.astype(float), np.finfo(np.float32).tiny))
    shares = class_weights(truth) if weights is None else weights
    best = _most_likely(logits, truth, shares / shares.sum())
    if best is None:
        log.warning("Not calibrated: %s fit no temperature in %s.", images, TEMPERATURES)
        return None
    raw = np.append(best[1:], 0.0)
    offsets = tuple(round(float(x), 6) for x in raw - raw.mean())
    return Calibration(round(float(1 / best[0]), 6), offsets)


def _most_likely(logits: np.ndarray, truth: np.ndarray, shares: np.ndarray) -> np.ndarray | None:
    """The inverse temperature with the offsets of all classes but the last, float (3,).

    The loss is convex in these, so that Newton's method with halved steps finds its only minimum
    (Boyd & Vandenberghe 2004, 9.5). None where there is none, or it lies at a bound.
    """
    features = np.zeros((*logits.shape, 3))  # of each image and class
    features[:, :, 0] = logits
    features[:, (0, 1), (1, 2)] = 1
    wanted = np.eye(logits.shape[1])[truth]

    def loss(values: np.ndarray) -> float:
        tempered = features @ values
        top = tempered.max(axis=1)
        total = top + np.log(np.exp(tempered - top[:, None]).sum(axis=1))
        return float(shares @ (total - (tempered * wanted).sum(axis=1)))

    values = np.array([1.0, 0, 0])
    for _ in range(STEPS):
        tempered = features @ values
        powers = np.exp(tempered - tempered.max(axis=1, keepdims=True))
        chances = powers / powers.sum(axis=1, keepdims=True)
        slope = np.einsum("n,nk,nkf->f", shares, chances - wanted, features)
        if np.abs(slope).max() < FLAT:
            break
        centre = np.einsum("nk,nkf->nf", chances, features)
        apart = features - centre[:, None]
        bend = np.einsum("n,nk,nkf,nkg->fg", shares, chances, apart, apart, optimize=True)
        step = np.linalg.lstsq(bend, slope, rcond=None)[0]
        before, size = loss(values), 1.0
        while loss(values - size * step) > before - 1e-4 * size * float(slope @ step):
            size /= 2
            if size < FLAT:
                return _inside(values, loss)
        values = values - size * step
    return _inside(values, loss)


def _inside(values: np.ndarray, loss: Callable[[np.ndarray], float]) -> np.ndarray | None:
    """Values that are within bounds, and no way to ones ever more likely."""
    low, high = (1 / bound for bound in reversed(TEMPERATURES))
    if not 1.01 * low < values[0] < high / 1.01 or np.abs(values[1:]).max() > MOST_OFFSET:
        return None
    endless = loss(values * high / values[0]) <= loss(values)
    return None if endless else values


def reliability_bins(
    probabilities: np.ndarray, truth: np.ndarray, weights: np.ndarray | None = None
) -> list[ReliabilityBin]:
    """Sort the predictions by their highest probability into ``BINS`` bins of equal width.

    Args:
        probabilities: float (n, 3), sum 1.
        truth: index of the right class, int (n,).
        weights: how much each image counts, float (n,), None for all alike.

    Returns:
        One row a bin ``(low, high]`` with low, high, images, mean_probability and share_right;
        the last two are None in an empty bin. With weights also weight, the bin's share of them.
    """
    counts = np.ones(len(truth)) if weights is None else weights
    top, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == truth
    bin_of = np.clip(np.ceil(top * BINS).astype(int) - 1, 0, BINS - 1)
    rows = []
    for b in range(BINS):
        here = bin_of == b
        row: ReliabilityBin = {
            "low": round(b / BINS, 6),
            "high": round((b + 1) / BINS, 6),
            "images": int(here.sum()),
            "mean_probability": mean(top[here], counts[here]),
            "share_right": mean(right[here], counts[here]),
        }
        if weights is not None:
            row["weight"] = round(float(counts[here].sum() / counts.sum()), 6)
        rows.append(row)
    return rows


def calibration_error(bins: Iterable[ReliabilityBin]) -> float:
    """The expected calibration error of ``reliability_bins`` (ECE, Guo et al. 2017), in [0, 1].

    It is the mean distance between a bin's probability and its share of right answers, each bin
    weighted by its images, or by what they count.
    """
    gaps, counts = [], []
    for row in bins:
        promised, right = row["mean_probability"], row["share_right"]
        if promised is not None and right is not None:
            gaps.append(abs(promised - right))
            counts.append(row.get("weight", row["images"]))
    return round(float(np.average(gaps, weights=counts)), 6)
