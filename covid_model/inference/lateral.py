"""Lateral views, told from frontal ones by the feature maps that a network has anyway.

A logistic regression on the mean of every map of the target layer; ``training.export.lateral``
fits it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from covid_model.common.errors import RunError


@dataclass(frozen=True, eq=False)
class LateralHead:
    """What tells lateral views from frontal ones; ``lateral.npz``.

    Attributes:
        weights: float32 (c,), of the maps' means.
        bias: finite.
        threshold: least score of what counts as lateral, range (0, 1].
    """

    weights: np.ndarray
    bias: float
    threshold: float

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read ``lateral.npz``.

        Raises:
            RunError: if the file is damaged, lacks an array, or its numbers are out of range.
        """
        try:
            with path.open("rb") as stream, np.load(stream) as arrays:
                weights, bias, limit = (arrays[name] for name in ("weights", "bias", "threshold"))
            _check(weights, bias, limit)
        except Exception as error:  # damaged files make NumPy raise almost anything
            raise RunError(
                "{path} does not hold what lateral views are told by ({error}): restore the file "
                "or train the model again.",
                path=path,
                error=str(error),
            ) from error
        return cls(weights, float(bias), float(limit))

    def save(self, path: Path) -> None:
        """Write ``lateral.npz``; equal heads give equal bytes."""
        np.savez_compressed(
            path,
            weights=np.float32(self.weights),
            bias=np.float32(self.bias),
            threshold=np.float32(self.threshold),
        )

    def score(self, maps: np.ndarray) -> float:
        """Return how much a picture looks like a lateral view, range [0, 1].

        Args:
            maps: float32 (h, w, c), the target layer's output.

        Raises:
            RunError: if the maps are not those of the network that this was fitted on.
        """
        return float(self.score_of(maps.mean(axis=(0, 1))))

    def score_of(self, means: np.ndarray) -> np.ndarray:
        """Return the scores of rows of means, float32 (...), from float32 (..., c).

        Raises:
            RunError: if c is another than that of the fit.
        """
        if means.shape[-1] != self.weights.size:
            raise RunError(
                "Expected {expected} feature maps a picture. Received: {received}. lateral.npz "
                "belongs to another network: restore the run folder or train it again.",
                expected=self.weights.size,
                received=means.shape[-1],
            )
        logits = np.clip(means @ self.weights + np.float32(self.bias), -80, 80)
        return np.float32(1) / (1 + np.exp(-logits, dtype=np.float32))


def _check(weights: np.ndarray, bias: np.ndarray, threshold: np.ndarray) -> None:
    """Raise ValueError unless these are finite float32 numbers of the shapes of a head."""
    for name, array, dimensions in (
        ("weights", weights, 1),
        ("bias", bias, 0),
        ("threshold", threshold, 0),
    ):
        fits = array.dtype == np.float32 and array.ndim == dimensions
        if not (fits and array.size and np.isfinite(array).all()):
            raise ValueError(f"{name} is no array of finite float32 numbers")
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold is {threshold}, not above 0 and at most 1")
