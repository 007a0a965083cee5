"""Lung segmentation, which gives no mask where it is not plausible."""

from functools import partial
from pathlib import Path
from typing import Self

import cv2
import numpy as np

from covid_model.common.errors import RunError
from covid_model.common.messages import Message
from covid_model.common.system import paths
from covid_model.common.system.digests import sha256_of
from covid_model.common.system.threads.turns import usable_cores
from covid_model.imaging.preprocessing import Box, resize
from covid_model.inference.interpreter import LiteRTModel, open_interpreter
from covid_model.runs import read_json

DEFAULT_FOLDER = paths.LUNGS
MODEL_FILE, INFO_FILE = "lungs.tflite", "lungs.json"
RESTORE = Message(
    "restore the folder, or train a new one with `python train_models.py --recipe lungs --data "
    "DIR --out DIR`."
)

# Bounds of a plausible mask. The 176 masks of the training data, at 128 x 128 px, have two parts
# each, areas of 0.14 to 0.49, a smaller part of at least 0.48 of the larger, centres 0.35 to 0.58
# apart sideways and at most 0.10 in height, parts at least 1.2 times as high as wide that fill at
# least 0.62 of their convex hull. Of what passes all this, 233 of 236 radiographs have at most 0.32
# doubtful cells for each one of lung, pictures of noise, grass or text at least 0.5.
AREA = (0.1, 0.6)  # of both lungs, as a share of the picture
ISLAND = 0.15  # parts below this share of the largest are removed
BALANCE = 0.4  # least ratio of the smaller lung to the larger
APART = 0.25  # least distance of their centres sideways, as a share of the width
LEVEL = 0.2  # largest distance of their centres in height, as a share of the height
UPRIGHT = 0.9  # least height of a lung over its width, in a picture made square
SOLID = 0.6  # least share of its convex hull that a lung fills
UNSURE, DOUBT = (0.2, 0.8), 0.35  # scores that are neither, at most so many for each cell of lung
# Of 9,073 outlines of real films that pass the above, 112 miss one of the next two. Seen by eye,
# some 90 of them run through the neck, the mediastinum or the air beside the body.
NEAR = 0.03  # least distance between both lungs in any row, as a share of the width
STRAY = 0.03  # largest share of the lungs beyond the longest run of their row
WAIST = 0.5  # lungs that touch are parted where their height is below this share of its maximum


class LungSegmenter:
    """A small network that marks the lungs; safe to share between threads.

    Attributes:
        threshold: score from which a cell counts as lung, in (0, 1).
    """

    def __init__(self, model: LiteRTModel, threshold: float) -> None:
        """Hold a model with its threshold; use ``LungSegmenter.load`` instead."""
        self._model = model
        self.threshold = threshold
        _, self._height, self._width, _ = self._model.input_shape

    @classmethod
    def load(cls, folder: Path | None = None) -> Self:
        """Open a segmenter's folder, that of the project when None.

        Raises:
            RunError: if a file is missing, damaged or not the one that was written.
        """
        folder = folder or DEFAULT_FOLDER
        if not segmenter_available(folder):
            raise RunError(
                "Expected {model} with {info} in {folder}: {remedy}",
                model=MODEL_FILE,
                info=INFO_FILE,
                folder=folder,
                remedy=RESTORE,
            )
        info, path = read_json(folder / INFO_FILE), folder / MODEL_FILE
        try:
            digest, threshold = info["sha256"][MODEL_FILE], float(info["threshold"])
            if sha256_of(path) != digest:
                raise RunError(
                    "{path} differs from the digest in {info}: {remedy}",
                    path=path,
                    info=INFO_FILE,
                    remedy=RESTORE,
                )
            opening = partial(open_interpreter, path)
            return cls(LiteRTModel(opening, copies=usable_cores()), threshold)
        except (ValueError, RuntimeError, KeyError, TypeError) as error:
            raise RunError(
                "{folder} holds no segmenter that this version can run ({error}): {remedy}",
                folder=folder,
                error=str(error),
                remedy=RESTORE,
            ) from error

    def scores(self, pixels: np.ndarray) -> np.ndarray:
        """Return how much each cell of the network's grid looks like lung.

        Args:
            pixels: float32 (H, W), range [0, 1].

        Returns:
            float32 (h, w), range [0, 1].
        """
        image = resize(pixels, height=self._height, width=self._width)[None, ..., None]
        return self._model.run(image)[image.ndim][0, ..., 0]

    def mask(self, pixels: np.ndarray) -> np.ndarray | None:
        """Return both lungs, or nothing where they are not plausible.

        Args:
            pixels: float32 (H, W), range [0, 1].

        Returns:
            bool (H, W), or None: no mask instead of a guess.
        """
        scores = self.scores(pixels)
        lungs = two_lungs(scores >= self.threshold)
        unsure = (UNSURE[0] < scores) & (scores < UNSURE[1])
        if lungs is None or unsure.sum() > DOUBT * lungs.sum() or not outlined(lungs):
            return None
        height, width = pixels.shape
        smooth = cv2.resize(
            lungs.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR
        )
        return smooth >= 0.5


def lungs_box(segmenter: LungSegmenter, scores: np.ndarray) -> Box | None:
    """The smallest part of a picture that holds both lungs, None where there are none.

    A mask that is too doubtful or too ragged to be shown is good enough to say where the lungs are.

    Args:
        segmenter: what finds them.
        scores: its ``scores`` of the picture.
    """
    lungs = two_lungs(scores >= segmenter.threshold)
    if lungs is None:
        return None
    (top, bottom), (left, right) = (
        (int(there[0]), int(there[-1]) + 1)
        for there in (np.flatnonzero(lungs.any(axis=axis)) for axis in (1, 0))
    )
    height, width = lungs.shape
    return Box(top / height, bottom / height, left / width, right / width)


def segmenter_available(folder: Path | None = None) -> bool:
    """Say whether a folder, that of the project when None, holds a segmenter's files."""
    folder = folder or DEFAULT_FOLDER
    return all((folder / name).is_file() for name in (MODEL_FILE, INFO_FILE))


def two_lungs(mask: np.ndarray) -> np.ndarray | None:
    """Remove islands, fill holes, then check that a left and a right lung remain.

    Args:
        mask: bool (h, w), of a picture made square.

    Returns:
        bool (h, w), or None where what remains cannot be two lungs.
    """
    parts = _large_parts(mask)
    if len(parts) == 1:
        parts = _parted(parts[0])
    if len(parts) != 2:
        return None
    both = parts[0] | parts[1]
    smaller, larger = sorted(part.mean() for part in parts)
    (x1, y1, *shape1), (x2, y2, *shape2) = map(_measured, parts)
    upright, solid = map(min, shape1, shape2)
    plausible = (
        AREA[0] <= both.mean() <= AREA[1]
        and smaller >= BALANCE * larger
        and abs(x1 - x2) >= APART
        and abs(y1 - y2) <= LEVEL
        and upright >= UPRIGHT
        and solid >= SOLID
    )
    return both if plausible else None


def outlined(lungs: np.ndarray) -> bool:
    """Whether the outline of two lungs stays out of the neck and of the air beside the body.

    One that does not joins or all but joins the lungs, or leaves a row for another part of it.

    Args:
        lungs: bool (h, w), of ``two_lungs``.
    """
    parts = _large_parts(lungs)
    if len(parts) != 2:
        return False
    left, right = sorted(parts, key=lambda part: _measured(part)[0])
    columns, width = np.arange(lungs.shape[1]), lungs.shape[1]
    ends = np.where(left, columns, -width).max(axis=1)
    starts = np.where(right, columns, 2 * width).min(axis=1)
    longest = sum(_longest_run(row) for part in parts for row in part)
    apart = (starts - ends - 1).min() >= NEAR * width
    return bool(apart and lungs.sum() - longest <= STRAY * lungs.sum())


def _longest_run(row: np.ndarray) -> int:
    edges = np.flatnonzero(np.diff(row.astype(np.int8), prepend=0, append=0))
    return int((edges[1::2] - edges[::2]).max(initial=0))


def _large_parts(mask: np.ndarray) -> list[np.ndarray]:
    """The connected parts that are no islands, without holes, each bool (h, w)."""
    outlines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    drawn = [
        cv2.drawContours(np.zeros(mask.shape, np.uint8), [outline], 0, 1, cv2.FILLED) > 0
        for outline in sorted(outlines, key=cv2.contourArea)[-3:]
    ]
    largest = max((part.sum() for part in drawn), default=0)
    return [part for part in drawn if part.sum() >= ISLAND * largest]


def _parted(part: np.ndarray) -> list[np.ndarray]:
    """Cut lungs that touch where they are lowest, in the middle third of their width."""
    heights = part.sum(axis=0)
    left, _, width, _ = cv2.boundingRect(part.astype(np.uint8))
    third = width // 3
    middle = heights[left + third : left + width - third]
    if not middle.size or middle.min() > WAIST * heights.max():
        return [part]
    column = left + third + int(middle.argmin())
    beyond = np.arange(part.shape[1]) >= column
    return [part & ~beyond, part & beyond]


def _measured(part: np.ndarray) -> tuple[float, float, float, float]:
    """A part's centre as shares of width then height, height over width, share of its hull."""
    points = cv2.findNonZero(part.astype(np.uint8)).reshape(-1, 2)
    (x, y), (_, _, width, height) = points.mean(axis=0), cv2.boundingRect(points)
    hull = max(1.0, cv2.contourArea(cv2.convexHull(points)))
    return x / part.shape[1], y / part.shape[0], height / width, part.sum() / hull
