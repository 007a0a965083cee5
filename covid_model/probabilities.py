"""Class probabilities at another softmax temperature."""

import math

import numpy as np

LEAST = np.finfo(np.float32).tiny  # what a softmax rounded to 0 counts as, so that log stays finite


def temper(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """Divide the logits behind softmax outputs by a temperature (Guo et al., 2017).

    A softmax forgets only a constant of its logits, which the next softmax forgets as well: so
    softmax(log(p) / T) is softmax(logits / T). The order of the classes stays.
    See https://arxiv.org/abs/1706.04599.

    Args:
        probabilities: float (..., classes), range [0, 1], sum 1 over the last axis.
        temperature: finite, > 0; above 1 makes a network less sure, 1 leaves it as it is.

    Returns:
        float32 (..., classes), sum 1 over the last axis.

    Raises:
        ValueError: if the temperature is not finite or not above 0.
    """
    if not (math.isfinite(temperature) and temperature > 0):
        raise ValueError(f"Expected a finite temperature above 0. Received: {temperature!r}.")
    logits = np.log(np.maximum(probabilities, LEAST, dtype=np.float64)) / temperature
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return (powers / powers.sum(axis=-1, keepdims=True)).astype(np.float32)
