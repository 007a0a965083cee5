"""Rounding of numbers in reports."""

import numpy as np


def mean(values: np.ndarray, weights: np.ndarray | None = None) -> float | None:
    """The mean rounded to six digits, None of nothing."""
    return round(float(np.average(values, weights=weights)), 6) if len(values) else None


def number(value: float) -> float | None:
    """A figure rounded to six digits, None where it is not defined."""
    return round(float(value), 6) if np.isfinite(value) else None
