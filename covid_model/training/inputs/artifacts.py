"""Artifacts of radiographs: uneven exposure, flat patches and marks."""

import cv2
import numpy as np

LETTERS = (65, 91)  # A to Z


def add_artifacts(
    image: np.ndarray, rng: np.random.Generator, *, coarse: float, marks: float
) -> np.ndarray:
    """Return the image with random disturbances, so that none of them is a cue.

    Args:
        image: uint8 (size, size); it is not changed.
        rng: source of randomness, not used for what has probability 0.
        coarse: probability of an uneven exposure, also that of a flat rectangle.
        marks: probability of one to three letters or arrows.

    Returns:
        uint8 (size, size).
    """
    if coarse > 0 and rng.random() < coarse:
        image = _uneven_exposure(image, rng)
    if coarse > 0 and rng.random() < coarse:
        image = _rectangle(image, rng)
    if marks > 0 and rng.random() < marks:
        image = image.copy()
        for _ in range(rng.integers(1, 4)):
            (_text if rng.random() < 0.75 else _arrow)(image, rng)
    return image


def _uneven_exposure(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Add a smooth field of at most 5 to 30 grey levels."""
    field = rng.uniform(-1, 1, (3, 3)).astype(np.float32) * rng.uniform(5, 30)
    smooth = cv2.resize(field, image.shape[::-1], interpolation=cv2.INTER_CUBIC)
    return np.clip(image + smooth, 0, 255).astype(np.uint8)


def _rectangle(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Cover a rectangle of a tenth to a third of each side with one grey."""
    image = image.copy()
    size = np.array(image.shape)
    height, width = np.maximum(1, rng.uniform(0.1, 0.35, 2) * size).astype(int)
    top, left = rng.integers(0, size - (height, width) + 1)
    image[top : top + height, left : left + width] = rng.integers(0, 256)
    return image


def _text(image: np.ndarray, rng: np.random.Generator) -> None:
    """Write one to five letters, four times of five in the upper or lower sixth."""
    size = image.shape[0]
    text = "".join(map(chr, rng.integers(*LETTERS, rng.integers(1, 6))))
    sixth = max(1, size // 6)
    low = rng.integers(max(1, sixth // 2), size)
    if rng.random() < 0.8:
        low = rng.choice([rng.integers(sixth // 2, sixth + 1), rng.integers(size - sixth, size)])
    at = (int(rng.integers(0, max(1, size - 8))), int(low))
    font, scale = int(rng.integers(0, 4)), rng.uniform(0.2, 0.7) * size / 112
    cv2.putText(image, text, at, font, scale, _grey(rng), 1, cv2.LINE_AA)


def _arrow(image: np.ndarray, rng: np.random.Generator) -> None:
    """Draw an arrow of at most a sixth of the side, anywhere: reports point at the finding."""
    size = image.shape[0]
    start = rng.integers(0, size, 2)
    end = start + rng.integers(-(size // 6), size // 6 + 1, 2)
    ends = tuple(map(int, start)), tuple(map(int, end))
    cv2.arrowedLine(image, *ends, _grey(rng), 1, cv2.LINE_AA)


def _grey(rng: np.random.Generator) -> int:
    return int(rng.choice(np.array([0, 255, rng.integers(0, 256)])))
