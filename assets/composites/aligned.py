"""Radiographs warped so that their lungs' outlines lie on one another."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from scipy.interpolate import RBFInterpolator

from covid_model.inference.lung_segmentation import LungSegmenter

SIZE = 480  # pixels, the height of a composite
LEVELS = 9  # heights at which the edges of each lung are landmarks
GRID = 33  # points a side at which a warp is computed; it is smooth between them
SMOOTH = 1e-3  # of the warp, so that a ragged outline folds nothing
FRAME = np.array([(x, y) for x in (0, 0.5, 1) for y in (0, 0.5, 1) if (x, y) != (0.5, 0.5)])


@dataclass(frozen=True, eq=False)
class Film:
    """A radiograph with the outlines of its lungs.

    Attributes:
        pixels: float32 (H, W), range [0, 1].
        landmarks: float64 (4 * LEVELS, 2), x then y as shares of width and height.
    """

    pixels: np.ndarray
    landmarks: np.ndarray


def film(pixels: np.ndarray, segmenter: LungSegmenter) -> Film | None:
    """Find a radiograph's lungs, None where the segmenter is not sure of two.

    Args:
        pixels: float32 (H, W), range [0, 1].
        segmenter: what finds the lungs.
    """
    mask = segmenter.mask(pixels)
    points = None if mask is None else landmarks(mask)
    return None if points is None else Film(pixels, points)


def landmarks(mask: np.ndarray) -> np.ndarray | None:
    """The left and right edge of each lung at heights spread evenly from its top to its bottom.

    Args:
        mask: bool (H, W), of both lungs.

    Returns:
        float64 (4 * LEVELS, 2), the lung on the left of the picture first, x then y as shares of
        width and height; None where the mask has not two parts.
    """
    count, labels, _, centres = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if count != 3:  # the background is one
        return None
    shape = np.array(mask.shape[::-1], float)
    points = [
        point
        for label in sorted((1, 2), key=lambda label: centres[label][0])
        for point in _edges(labels == label)
    ]
    return np.array(points) / shape


def _edges(lung: np.ndarray) -> list[tuple[float, float]]:
    """Two points (x, y) in pixels at each of LEVELS heights of one lung, bool (H, W)."""
    rows = np.flatnonzero(lung.any(axis=1))
    found = []
    for row in np.rint(np.linspace(rows[0], rows[-1], LEVELS + 2)[1:-1]).astype(int):
        columns = np.flatnonzero(lung[row])
        found += [(float(columns[0]), float(row)), (float(columns[-1]), float(row))]
    return found


def aligned(films: Sequence[Film]) -> tuple[np.ndarray, np.ndarray]:
    """Warp films so that the landmarks of each lie at their mean.

    A thin-plate spline (Bookstein 1989) carries the landmarks, with the frame carried by the affine
    map that fits them best, so that nothing runs away beyond the lungs.

    Returns:
        The films, float32 (n, SIZE, width), range [0, 1], and where each has a picture, bool of the
        same shape; the width is that of the films' mean aspect ratio.
    """
    mean = np.mean([one.landmarks for one in films], axis=0)
    ratio = np.mean([one.pixels.shape[1] / one.pixels.shape[0] for one in films])
    width = round(SIZE * float(ratio))
    warped, inside = zip(*(_warped(one, mean, width) for one in films), strict=True)
    return np.stack(warped), np.stack(inside)


def _warped(one: Film, mean: np.ndarray, width: int) -> tuple[np.ndarray, np.ndarray]:
    """One film on the mean landmarks, float32 (SIZE, width), and where it has a picture."""
    affine, *_ = np.linalg.lstsq(_with_one(mean), one.landmarks, rcond=None)
    source = np.concatenate([one.landmarks, _with_one(FRAME) @ affine])
    spline = RBFInterpolator(np.concatenate([mean, FRAME]), source, smoothing=SMOOTH)
    steps = np.linspace(0, 1, GRID)
    coarse = spline(np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2))
    height, across = one.pixels.shape
    maps = coarse.reshape(GRID, GRID, 2).astype(np.float32) * np.float32((across - 1, height - 1))
    grid = np.meshgrid(
        np.linspace(0, GRID - 1, width, dtype=np.float32),
        np.linspace(0, GRID - 1, SIZE, dtype=np.float32),
    )
    fine = cv2.remap(maps, *grid, cv2.INTER_LINEAR)
    picture = cv2.remap(one.pixels, fine, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
    inside = (fine >= 0).all(axis=-1) & (fine <= (across - 1, height - 1)).all(axis=-1)
    return np.clip(picture, 0, 1), inside


def _with_one(points: np.ndarray) -> np.ndarray:
    return np.column_stack([points, np.ones(len(points))])
