"""DICOM reader: from the bytes of a file to display values."""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from pydicom import Dataset

from covid_model.common.errors import RadiographError
from covid_model.common.system.threads.quiet import QUIET
from covid_model.imaging.dicom.checks import check_metadata
from covid_model.imaging.dicom.levels import Levels
from covid_model.imaging.dicom.metadata import details_of, spacing_of
from covid_model.imaging.dicom.parsing import parse
from covid_model.imaging.dicom.pixels.bits import padding_of, values_of
from covid_model.imaging.dicom.pixels.decoders import decode
from covid_model.imaging.dicom.pixels.layout import Layout, layout_of
from covid_model.imaging.dicom.windowing import to_display, windows_of

LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601, as Pillow's mode L


def read_dicom(
    data: bytes,
    *,
    check_size: Callable[[int, int], None],
    window: int = 0,
    any_view: bool = False,
    least: int = 0,
) -> tuple[np.ndarray | Levels, dict[str, Any]]:
    """Read a DICOM radiograph.

    Args:
        data: the file's bytes, with or without the 128 byte preamble.
        check_size: called with (height, width) before any pixel is decoded; raises to refuse.
        window: which of the file's windows to show it in.
        any_view: whether any single picture will do, such as a lateral view or a CT slice.
        least: pixels of the longer side of a smaller copy that will do; 0 for every pixel.

    Returns:
        Every level of a grey picture, or float32 (H, W), range [0, 1], 0 = black, of one in colour;
        "details", "windows", "spacing" and "size" of the header.

    Raises:
        RadiographError: with the reason; it never quotes the header's free text.
    """
    with QUIET:
        try:
            dataset = parse(data)
            check_metadata(dataset, any_view=any_view)
            layout = layout_of(dataset)
            check_size(layout.height, layout.width)
            windows = windows_of(dataset) if layout.grey else ()
            if layout.grey:
                picture: np.ndarray | Levels = _grey(dataset, layout, window, least)
            else:
                picture = _colour(dataset, layout)
            return picture, {
                "details": details_of(dataset),
                "windows": windows,
                "spacing": spacing_of(dataset),
                "size": layout.size[:2],
            }
        except RadiographError:
            raise
        except Exception as error:  # damaged files make pydicom raise almost anything
            raise RadiographError(
                "This DICOM file is damaged or not standard ({error} while reading it): export it "
                "again, or export it as PNG.",
                error=type(error).__name__,
            ) from error


def _grey(dataset: Dataset, layout: Layout, window: int, least: int) -> Levels:
    """Decode grey pixels, a smaller copy of them where that will do, and take them to the screen.

    What a smaller copy would be refused for, the whole picture is asked about.
    """
    if least and not isinstance(dataset.get("PixelPaddingValue"), int):
        array, told = decode(dataset, layout, least=least, windowed=bool(windows_of(dataset)))
        try:
            levels = _levels(array, told, dataset, window)
            if len(levels.shown) > 1 or array.shape == layout.size[:2]:
                return levels
        except RadiographError:
            if array.shape == layout.size[:2]:
                raise
    array, told = decode(dataset, layout)
    return _levels(array, told, dataset, window)


def _levels(array: np.ndarray, layout: Layout, dataset: Dataset, window: int) -> Levels:
    """Take the levels of decoded pixels the way to the screen; see `to_display`.

    All is worked out for each stored integer that the picture has, then looked up.
    Padding is a level of its own, black, and takes no part in the range of the values.
    """
    words = np.ascontiguousarray(array, array.dtype.newbyteorder("="))
    words = words.view(f"u{array.dtype.itemsize}")
    count = 2 ** (8 * array.dtype.itemsize)
    found = np.flatnonzero(cv2.calcHist([words], [0], None, [count], [0, count]))
    stored = found.astype(words.dtype).view(array.dtype.newbyteorder("="))
    values = values_of(stored, layout)
    padding = padding_of(stored, values, dataset, layout)
    known = values if padding is None else values[~padding]
    lowest, highest = int(known.min()), int(known.max())
    shown = to_display(np.arange(lowest, highest + 1), dataset, window=window, beyond=True)
    if layout.photometric == "MONOCHROME1":
        shown = 1 - shown
    values -= lowest
    if padding is not None:
        values, shown = _padded(values, shown, padding)
    places = np.zeros(count, np.min_scalar_type(len(shown) - 1))  # as few bytes as they need
    places[found] = values
    return Levels(cv2.LUT(words, places), shown)


def _padded(
    values: np.ndarray, shown: np.ndarray, padding: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Give padding a level beside the dark end, so that no place between is bright."""
    values = values.clip(0, len(shown) - 1)
    if shown[0] <= shown[-1]:
        values, shown = values + 1, np.insert(shown, 0, 0)
        values[padding] = 0
    else:
        shown = np.append(shown, np.float32(0))
        values[padding] = len(shown) - 1
    return values, shown


def _colour(dataset: Dataset, layout: Layout) -> np.ndarray:
    """Decode colour pixels to luminance."""
    array, layout = decode(dataset, layout)
    bits = min(layout.stored, 8 * array.dtype.itemsize)
    return (values_of(array, layout).astype(np.float32) / np.float32(2**bits - 1)) @ LUMA
