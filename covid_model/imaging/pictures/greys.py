"""Greys of decoded pictures, float32 (H, W), range [0, 1]."""

import cv2
import numpy as np
from PIL import Image

from covid_model.common.errors import RadiographError

DETECTOR_BITS = (8, 10, 12, 14, 16)
FULL_16 = 65535


def to_grey(image: Image.Image) -> np.ndarray:
    """Turn a Pillow image of any mode into float32 (H, W), range [0, 1].

    Colour becomes luminance, transparency lies over black. Decimal values must be from 0 to 1,
    where black and white are known.

    Raises:
        RadiographError: if values are outside the range that their type has for greys.
    """
    if image.mode == "F":
        values = np.asarray(image)
        _check_range(values, 1)
        return values.astype(np.float32)
    if image.mode.startswith("I"):
        return from_detector(np.asarray(image))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        return parts_of(luminance(np.asarray(image)), 255)
    if image.mode not in ("1", "L"):
        image = image.convert("RGB")
    return parts_of(np.asarray(image.convert("L")), 255)


def from_detector(values: np.ndarray) -> np.ndarray:
    """Turn whole numbers of up to 16 bits (H, W) into float32, range [0, 1].

    They are divided by the full range of the smallest usual detector depth (8, 10, 12, 14 or 16
    bits) that holds the brightest one: many archives store 12 bit radiographs in 16 bit files
    unscaled, which a division by 65535 would turn into near black.

    Raises:
        RadiographError: if a value is below 0 or above 65535.
    """
    _check_range(values, FULL_16)
    peak = int(values.max())
    full = next(2**bits - 1 for bits in DETECTOR_BITS if peak <= 2**bits - 1)
    return parts_of(values, full)


def luminance(values: np.ndarray, *, blue_first: bool = False) -> np.ndarray:
    """Turn uint8 or uint16 (H, W, 2 to 4), grey or RGB, into (H, W) of the same type.

    Transparency, the last of two or four, lies over black. Three equal channels give their own.
    OpenCV works without copies, of which the largest pictures would need 500 MB each.

    Args:
        values: the colours.
        blue_first: they are BGR, as OpenCV reads them.
    """
    if values.shape[2] == 3:
        return cv2.cvtColor(values, cv2.COLOR_BGR2GRAY if blue_first else cv2.COLOR_RGB2GRAY)
    if values.shape[2] == 2:
        grey, opaque = cv2.split(values)
    else:
        grey = cv2.cvtColor(values, cv2.COLOR_BGRA2GRAY if blue_first else cv2.COLOR_RGBA2GRAY)
        opaque = cv2.extractChannel(values, 3)
    return cv2.multiply(grey, opaque, scale=1 / float(np.iinfo(values.dtype).max))


def parts_of(values: np.ndarray, full: int) -> np.ndarray:
    """Divide whole numbers by the largest that they could be, to float32."""
    return np.divide(values, np.float32(full), dtype=np.float32)


def _check_range(values: np.ndarray, most: int) -> None:
    low, high = float(values.min()), float(values.max())
    if low < 0 or high > most:
        raise RadiographError(
            "Expected greys from 0 to {most}. Received: {low:g} to {high:g}, so black and white "
            "are not known. Export the radiograph as 8 or 16 bit PNG.",
            most=most,
            low=low,
            high=high,
        )
