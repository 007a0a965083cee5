"""Which bits of a stored value are the pixel's (PS3.5 8.1.1), and which pixels are none."""

import numpy as np
from pydicom import Dataset

from covid_model.imaging.dicom.pixels.layout import Layout


def values_of(array: np.ndarray, layout: Layout) -> np.ndarray:
    """Take the pixel's bits out of stored integers: those from High Bit down, with their sign.

    Args:
        array: integers of at most 16 bits, of any shape; bits beside the pixel's may be anything.
        layout: where the bits are.

    Returns:
        int32 of the same shape.
    """
    values = array.astype(np.int32)
    values >>= layout.high + 1 - layout.stored
    values &= 2**layout.stored - 1
    if layout.signed:
        sign = 2 ** (layout.stored - 1)
        values ^= sign
        values -= sign
    return values


def padding_of(
    array: np.ndarray, values: np.ndarray, dataset: Dataset, layout: Layout
) -> np.ndarray | None:
    """Tell the pixels that only fill the picture up to a rectangle (PS3.3 C.7.5.1.1.2).

    Args:
        array: the stored integers, as padding may be stated in bits beside the pixel's.
        values: the pixels' values, from ``values_of``.
        dataset: the header, with Pixel Padding Value and perhaps its Range Limit.
        layout: where the bits are.

    Returns:
        bool of the same shape, None if there are none, or nothing else.
    """
    limits = [dataset.get(keyword) for keyword in ("PixelPaddingValue", "PixelPaddingRangeLimit")]
    numbers = [limit for limit in limits if isinstance(limit, int)]
    if not isinstance(limits[0], int):
        return None
    words = [number % 2**16 for number in numbers]
    if layout.signed:
        words = [word - 2**16 if word >= 2**15 else word for word in words]
    padding = (values >= min(words)) & (values <= max(words))
    if len(words) == 1:
        padding |= array.astype(np.int32) & 0xFFFF == numbers[0] % 2**16
    return padding if padding.any() and not padding.all() else None
