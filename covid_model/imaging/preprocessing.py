"""Preprocessing from a radiograph to the network input, the same in training and serving."""

import cv2
import numpy as np

from covid_model.imaging.radiograph import Radiograph

INPUT_SIZE = 237


def resize(pixels: np.ndarray, *, height: int = INPUT_SIZE, width: int = INPUT_SIZE) -> np.ndarray:
    """Resize to exactly ``height`` x ``width``; the aspect ratio is not kept, as in the paper.

    Args:
        pixels: float32 (H, W), range [0, 1].
        height: of the result, in pixels.
        width: of the result, in pixels.

    Returns:
        float32 (height, width), range [0, 1]: area averages where the picture shrinks in both
        directions (no aliasing), linear interpolation where it grows.
    """
    shrinks = pixels.shape[0] >= height and pixels.shape[1] >= width
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    resized = cv2.resize(pixels, (width, height), interpolation=method)
    return np.clip(resized, 0.0, 1.0, dtype=np.float32)


def shrink(pixels: np.ndarray, *, side: int) -> np.ndarray:
    """Shrink a picture to a longer side of at most ``side`` pixels; a smaller one stays as it is.

    Args:
        pixels: float32 (H, W), range [0, 1].
        side: of the result, in pixels.

    Returns:
        float32 (h, w), range [0, 1], with the same aspect ratio.
    """
    scale = side / max(pixels.shape)
    if scale >= 1:
        return pixels
    height, width = (max(1, round(length * scale)) for length in pixels.shape)
    return resize(pixels, height=height, width=width)


def to_input(radiograph: Radiograph, *, size: int = INPUT_SIZE) -> np.ndarray:
    """Return the network input: float32 (1, size, size, 3), range [0, 1], grey in each channel."""
    grey = resize(radiograph.pixels, height=size, width=size)
    return np.repeat(grey[None, :, :, None], 3, axis=3)
