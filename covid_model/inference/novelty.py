"""Novelty: how far a picture lies from the radiographs that a network was fitted on.

Each picture becomes a row of features: what the network saw (the mean of every feature map of its
target layer), then what the eye sees (the picture itself in 8 x 8 cells, standardised, where an
upside-down or cropped radiograph shows). Principal components shorten both parts; the logarithm of
what the components leave over joins them, since a picture of another kind often lies outside their
subspace (as in ViM, Wang et al., 2022, https://arxiv.org/abs/2203.10807), as does one direction
that tells radiographs from the same ones upside down. The distance is Mahalanobis' (Lee et al.,
2018, https://arxiv.org/abs/1807.03888) under a shrunk covariance. ``training.export.novelty``
fits all of it.
"""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

import cv2
import numpy as np

from covid_model.common.errors import RunError

CELLS = 8  # rows of cells, as of columns
LEAST_CONTRAST = 0.02  # standard deviation below which a picture counts as flat


def features(maps: np.ndarray, image: np.ndarray) -> np.ndarray:
    """Return one picture's row of features.

    Args:
        maps: float32 (h, w, c), the target layer's output.
        image: float32 (H, W, 3), the network's input, range [0, 1].

    Returns:
        float32 (c + 64,): the mean of every map, then the picture's 8 x 8 cells, row by row, less
        their mean, over their standard deviation.
    """
    cells = cv2.resize(image, (CELLS, CELLS), interpolation=cv2.INTER_AREA).mean(axis=2)
    standard = (cells - cells.mean()) / max(float(cells.std()), LEAST_CONTRAST)
    return np.concatenate([maps.mean(axis=(0, 1)), standard.ravel()]).astype(np.float32)


@dataclass(frozen=True, eq=False)
class NoveltyModel:
    """The radiographs that a network knows, as a centre with directions; ``novelty.npz``.

    Attributes:
        mean: float32 (d,), of the features, where d = c + 64.
        pooled_components: float32 (k, c), orthonormal rows, of the maps' means.
        picture_components: float32 (l, 64), orthonormal rows, of the picture's cells.
        upright: float32 (64,), of length 1, along which cells of radiographs part from the same
            upside down.
        floors: float32 (2,), > 0, added to the squares left over before their logarithm.
        centre: float32 (k + l + 3,), mean of what ``joined`` returns.
        whitening: float32 (k + l + 3, k + l + 3), W such that W @ W.T is the inverse covariance.
    """

    mean: np.ndarray
    pooled_components: np.ndarray
    picture_components: np.ndarray
    upright: np.ndarray
    floors: np.ndarray
    centre: np.ndarray
    whitening: np.ndarray

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read ``novelty.npz``.

        Raises:
            RunError: if the file is damaged, lacks an array, or its arrays do not fit together.
        """
        try:
            with path.open("rb") as stream, np.load(stream) as arrays:
                model = cls(**{field.name: arrays[field.name] for field in fields(cls)})
            model._check()
        except Exception as error:  # damaged files make NumPy raise almost anything
            raise RunError(
                "{path} does not hold what novelty is measured with ({error}): restore the file "
                "or train the model again.",
                path=path,
                error=str(error),
            ) from error
        return model

    def save(self, path: Path) -> None:
        """Write ``novelty.npz``; equal models give equal bytes."""
        # Any: NumPy's type of this function takes every name for its own option.
        arrays: dict[str, Any] = {
            field.name: np.float32(getattr(self, field.name)) for field in fields(self)
        }
        np.savez_compressed(path, **arrays)

    def distance(self, maps: np.ndarray, image: np.ndarray) -> float:
        """Return the Mahalanobis distance of one picture, >= 0, without unit.

        Args:
            maps: float32 (h, w, c), the target layer's output.
            image: float32 (H, W, 3), the network's input, range [0, 1].

        Raises:
            RunError: if the maps are not those of the network that this was fitted on.
        """
        return float(self.distance_of(features(maps, image)))

    def distance_of(self, rows: np.ndarray) -> np.ndarray:
        """Return the Mahalanobis distances of rows of features.

        Args:
            rows: float32 (..., d).

        Returns:
            float32 (...), >= 0, infinite where a feature is not a finite number.

        Raises:
            RunError: if d is another than that of the fit.
        """
        if rows.shape[-1] != self.mean.size:
            raise RunError(
                "Expected {expected} features a picture. Received: {received}. novelty.npz "
                "belongs to another network: restore the run folder or train it again.",
                expected=self.mean.size,
                received=rows.shape[-1],
            )
        finite = np.isfinite(rows).all(axis=-1)
        with np.errstate(invalid="ignore"):  # a flag that a network left set: all here is finite
            joint = joined(np.where(finite[..., None], rows, 0) - self.mean, self)
            distances = np.linalg.norm((joint - self.centre) @ self.whitening, axis=-1)
        return np.where(finite, distances, np.float32(np.inf))

    def _check(self) -> None:
        """Raise ValueError unless the arrays are finite numbers of shapes that fit together."""
        for field in fields(self):
            array = getattr(self, field.name)
            if array.dtype != np.float32 or not array.ndim or not np.isfinite(array).all():
                raise ValueError(f"{field.name} is no array of finite float32 numbers")
        joint = len(self.pooled_components) + len(self.picture_components) + 3
        channels = self.mean.size - CELLS * CELLS
        cells = (CELLS * CELLS,)
        expected = ((self.mean.size,), (channels,), cells, cells, (2,), (joint,), (joint, joint))
        received = (
            self.mean.shape,
            self.pooled_components.shape[1:],
            self.picture_components.shape[1:],
            self.upright.shape,
            self.floors.shape,
            self.centre.shape,
            self.whitening.shape,
        )
        if received != expected:
            raise ValueError(f"shapes {received} instead of {expected}")


def joined(deviations: np.ndarray, basis: NoveltyModel) -> np.ndarray:
    """Shorten deviations from the mean to both parts' components with what these leave over.

    Args:
        deviations: float32 (..., d), features less their mean.
        basis: the directions with the floors; nothing else of it is used.

    Returns:
        float32 (..., k + l + 3): components of the maps, of the picture, the logarithms of the
        squared lengths left over of the maps, of the picture, then how upright the picture is.
    """
    channels = basis.pooled_components.shape[1]
    parts = (
        (deviations[..., :channels], basis.pooled_components),
        (deviations[..., channels:], basis.picture_components),
    )
    scores = [part @ components.T for part, components in parts]
    left = [
        np.log(np.square(part - score @ components).sum(axis=-1) + floor)[..., None]
        for (part, components), score, floor in zip(parts, scores, basis.floors, strict=True)
    ]
    upright = deviations[..., channels:] @ basis.upright
    return np.concatenate([*scores, *left, upright[..., None]], axis=-1)
