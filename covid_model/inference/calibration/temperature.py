"""Temperature scaling of class probabilities, with an offset for each class."""

import math
from collections.abc import Sequence

import numpy as np

COVERAGE = 0.95  # of each class's images, whose set of plausible classes is to hold the truth
LEAST = np.finfo(np.float32).tiny  # what a softmax rounded to 0 counts as, so that log stays finite


def apply_temperature(
    probabilities: np.ndarray, temperature: float, offsets: Sequence[float] | None = None
) -> np.ndarray:
    """Divide the logits behind softmax outputs by a temperature, then add an offset a class.

    Temperature scaling is of Guo et al. (2017), with a bias for each class it is the
    "bias-corrected temperature scaling" of Alexandari et al. (2020), arXiv:1901.06852.

    A softmax forgets only a constant of its logits, which the next softmax forgets as well: so
    softmax(log(p) / T) is softmax(logits / T). Without offsets the order of the classes stays.
    See https://arxiv.org/abs/1706.04599.

    Args:
        probabilities: float (..., classes), range [0, 1], sum 1 over the last axis.
        temperature: finite, > 0; above 1 makes a network less sure, 1 leaves it as it is.
        offsets: one a class, in nats; None for nothing to add.

    Returns:
        float32 (..., classes), sum 1 over the last axis.

    Raises:
        ValueError: if the temperature is not finite or not above 0.
    """
    if not (math.isfinite(temperature) and temperature > 0):
        raise ValueError(f"Expected a finite temperature above 0. Received: {temperature!r}.")
    return _softmax(_logits(probabilities) / temperature + _shift(offsets))


def undo_temperature(
    probabilities: np.ndarray, temperature: float, offsets: Sequence[float] | None = None
) -> np.ndarray:
    """Undo ``apply_temperature`` with the same temperature and offsets.

    Returns:
        float32 (..., classes), sum 1 over the last axis; what had been rounded to 0 stays small.
    """
    return _softmax((_logits(probabilities) - _shift(offsets)) * temperature)


def mean_probabilities(each: Sequence[np.ndarray]) -> np.ndarray:
    """The mean of what several networks say of the same images.

    The mean of calibrated networks is less sure than it is right (Rahaman and Thiery, 2021,
    arXiv:2007.08792), so that it is calibrated once more before it is a probability.

    Args:
        each: float (..., classes) of each network, of one shape, range [0, 1], sum 1 over the last
            axis.

    Returns:
        float32 (..., classes), sum 1 over the last axis.
    """
    return np.mean(np.asarray(each, np.float64), axis=0).astype(np.float32)


def prediction_sets(probabilities: np.ndarray, limits: Sequence[float]) -> np.ndarray:
    """The classes that are plausible: whose probability reaches the limit of the class.

    The class with the highest probability is always one of them, so that no set is empty.

    Args:
        probabilities: calibrated, float (..., classes).
        limits: the least probability with which a class is plausible, one a class.

    Returns:
        bool (..., classes).
    """
    highest = probabilities == probabilities.max(axis=-1, keepdims=True)
    return highest | (probabilities >= np.asarray(limits, probabilities.dtype))


def _shift(offsets: Sequence[float] | None) -> np.ndarray:
    return np.asarray(0.0 if offsets is None else offsets, np.float64)


def _logits(probabilities: np.ndarray) -> np.ndarray:
    return np.log(np.maximum(probabilities, LEAST, dtype=np.float64))


def _softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return (powers / powers.sum(axis=-1, keepdims=True)).astype(np.float32)
