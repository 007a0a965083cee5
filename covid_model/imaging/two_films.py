"""Two films in one picture, side by side or stacked, told from the pixels."""

import cv2
import numpy as np

from covid_model.common.errors import RadiographError

SIDE, PATCH = 192, 32  # pixels: what is looked at, what a part is shrunk to
FLAT, MOST_BORDER = 8 / 255, 0.3  # range of a border's grey values; its largest share of a length
SPLITS = np.linspace(0.35, 0.65, 13)  # where one film may end, as a share of the length
MIDDLE = (0.33, 0.67)  # where the seam between two films may lie
# How like one frontal chest a patch is: logistic regression on its cosines below 8 x 8 that are
# even from left to right, without the mean. It was fitted on 1,589 frontal films of seven sources
# against halves of them and pictures of two of them.
CHEST = np.array([
    -7.25, 1.01, 2.61, -5.83, 5.04, 1.47, 0.36, 1.45, 1.43, -15.34, 16.42, 0.71, -20.67, 10.52,
    10.81, 4.37, -8.78, 0.59, -1.16, -5.42, -0.75, 2.05, 5.75, 0.53, -2.35, -2.81, -0.60, 6.94,
    -6.75, -4.86, -0.07,
], np.float32)  # fmt: skip
CHEST_OFFSET = -7.30
# What the less and the more chest-like part gain over the whole, and the seam between them: fitted
# on the same films against pictures of two of them, or of one with a lateral view.
LESS, MORE, SEAM, OFFSET = 0.28, 0.36, 6.0, -4.5
# Least of the less and the more chest-like part and of the seam: other pictures have seams too.
LEAST_LESS, LEAST_MORE, LEAST_SEAM = -4.0, 0.0, 0.2
STANDS_OUT = 2.0  # times the usual edge of a picture, that a seam is at least
LEAST_WHOLE = -8.0  # lower is a negative, of which any part looks more like a chest


def shrunk(pixels: np.ndarray) -> np.ndarray:
    """Resize a picture, float32 (H, W), range [0, 1], to what ``check_one_film`` looks at."""
    scale = SIDE / max(pixels.shape)
    height, width = (max(PATCH, round(length * scale)) for length in pixels.shape)
    if pixels.shape[0] >= 2 * height and pixels.shape[1] >= 2 * width:
        # The mean of four means is their mean; OpenCV takes less than half of the time for both.
        pixels = cv2.resize(pixels, (2 * width, 2 * height), interpolation=cv2.INTER_AREA)
    return cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)


def check_one_film(picture: np.ndarray, *, known: bool = False) -> None:
    """Refuse a picture of two films, which networks would take for one.

    Args:
        picture: from ``shrunk``.
        known: whether networks know the picture for a radiograph: one of the two may then be any
            view, where else both have to look a little like a frontal chest.

    Raises:
        RadiographError: with the way the films lie.
    """
    picture = _without_border(picture)
    if _pair_score(picture, axis=1, known=known) > 0:
        raise RadiographError(
            "Expected one film. Received: two films side by side in one picture. Export the "
            "frontal one (PA or AP) alone, or cut it out."
        )
    if _pair_score(picture, axis=0, known=known) > 0:
        raise RadiographError(
            "Expected one film. Received: two films in one picture, one above the other. Export "
            "the frontal one (PA or AP) alone, or cut it out."
        )


def _without_border(picture: np.ndarray) -> np.ndarray:
    """Cut rows, then columns, of one grey off the ends of a picture, float32 (H, W)."""
    for _ in range(2):
        length = len(picture)
        told = np.flatnonzero(np.ptp(picture, axis=1) > FLAT)
        if len(told) < 8:
            return picture
        most = int(MOST_BORDER * length)
        picture = picture[min(told[0], most) : max(told[-1] + 1, length - most)].T
    return picture


def _chest_score(picture: np.ndarray) -> float:
    """Say how like one frontal chest a picture is, in logits: float32 (H, W)."""
    part = np.ascontiguousarray(_without_border(picture))
    patch = cv2.resize(part, (PATCH, PATCH), interpolation=cv2.INTER_AREA)
    patch = patch - patch.mean()
    cosines = cv2.dct(patch / (np.linalg.norm(patch) + 1e-6))[:8, :8:2]
    return float(cosines.ravel()[1:] @ CHEST) + CHEST_OFFSET


def _pair_score(picture: np.ndarray, *, axis: int, known: bool) -> float:
    """Say how like two films along an axis a picture is, in logits; -inf for other pictures."""
    seam = _seam(picture, axis)
    if seam < LEAST_SEAM:  # nearly every single film, which then costs no more
        return float("-inf")
    whole, parts = max(LEAST_WHOLE, _chest_score(picture)), []
    for share in SPLITS:
        first, second = np.split(picture, [round(share * picture.shape[axis])], axis=axis)
        parts.append(sorted((_chest_score(first), _chest_score(second))))
    less, more = max(parts)
    if not known and (less < LEAST_LESS or more < LEAST_MORE):
        return float("-inf")
    return LESS * (less - whole) + MORE * (more - whole) + SEAM * seam + OFFSET


def _seam(picture: np.ndarray, axis: int) -> float:
    """Strength of the straightest edge across the middle, in standard deviations, at most 1.

    The median along the edge counts, so that it has to run over more than half of the picture;
    0 where other edges are hardly weaker, as in noise.
    """
    smooth = cv2.GaussianBlur(np.ascontiguousarray(picture), (3, 3), 0)
    lines = smooth if axis == 1 else smooth.T
    edges = np.median(np.abs(lines[:, 2:] - lines[:, :-2]), axis=0) / (lines.std() + 4e-6)
    start, stop = (round(share * lines.shape[1]) for share in MIDDLE)
    strongest = float(edges[start - 1 : stop - 1].max())
    return min(1.0, strongest) if strongest >= STANDS_OUT * np.median(edges) else 0.0
