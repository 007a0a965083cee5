"""DICOM reader: from the bytes of a file to display values."""

import threading
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from pydicom import Dataset

from covid_model.common.errors import RadiographError
from covid_model.imaging.dicom.checks import check_metadata
from covid_model.imaging.dicom.levels import Levels
from covid_model.imaging.dicom.metadata import details_of, spacing_of
from covid_model.imaging.dicom.parsing import parse
from covid_model.imaging.dicom.pixels.bits import padding_of, values_of
from covid_model.imaging.dicom.pixels.decoders import decode
from covid_model.imaging.dicom.pixels.layout import Layout, layout_of
from covid_model.imaging.dicom.windowing import to_display, windows_of

LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601, as Pillow's mode L


class _Quiet:
    """Ignores warnings while any thread reads a file.

    pydicom warns of every small flaw, sometimes quoting the header. As ``catch_warnings`` is
    process-wide, the first of several threads silences it and the last gives it back.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._filters = warnings.catch_warnings()

    def __enter__(self) -> None:
        with self._lock:
            self._inside += 1
            if self._inside == 1:
                self._filters = warnings.catch_warnings()
                self._filters.__enter__()
                warnings.simplefilter("ignore")

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self._filters.__exit__(None, None, None)


_QUIET = _Quiet()


def read_dicom(
    data: bytes,
    *,
    check_size: Callable[[int, int], None],
    window: int = 0,
    any_view: bool = False,
) -> tuple[np.ndarray | Levels, dict[str, Any]]:
    """Read a DICOM radiograph.

    Args:
        data: the file's bytes, with or without the 128 byte preamble.
        check_size: called with (height, width) before any pixel is decoded; raises to refuse.
        window: which of the file's windows to show it in.
        any_view: whether any single picture will do, such as a lateral view or a CT slice.

    Returns:
        Every level of a grey picture, or float32 (H, W), range [0, 1], 0 = black, of one in colour;
        "details", "windows" and "spacing" of the header.

    Raises:
        RadiographError: with the reason; it never quotes the header's free text.
    """
    with _QUIET:
        try:
            dataset = parse(data)
            check_metadata(dataset, any_view=any_view)
            layout = layout_of(dataset)
            check_size(layout.height, layout.width)
            windows = windows_of(dataset) if layout.grey else ()
            picture = _grey(dataset, layout, window) if layout.grey else _colour(dataset, layout)
            return picture, {
                "details": details_of(dataset),
                "windows": windows,
                "spacing": spacing_of(dataset),
            }
        except RadiographError:
            raise
        except Exception as error:  # damaged files make pydicom raise almost anything
            raise RadiographError(
                "This DICOM file is damaged or not standard ({error} while reading it): export it "
                "again, or export it as PNG.",
                error=type(error).__name__,
            ) from error


def _grey(dataset: Dataset, layout: Layout, window: int) -> Levels:
    """Decode grey pixels and take their levels the way to the screen; see `to_display`.

    Padding is a level of its own, black, and takes no part in the range of the values.
    """
    array, layout = decode(dataset, layout)
    values = values_of(array, layout)
    padding = padding_of(array, values, dataset, layout)
    known = values if padding is None else values[~padding]
    lowest, highest = int(known.min()), int(known.max())
    table = to_display(np.arange(lowest, highest + 1), dataset, window=window, beyond=True)
    if layout.photometric == "MONOCHROME1":
        table = 1 - table
    values -= lowest
    if padding is None:
        return _levels(values, table)
    values = values.clip(0, len(table) - 1)
    if table[0] <= table[-1]:  # beside the dark end, so that no place between is bright
        table, values = np.insert(table, 0, 0), values + 1
        values[padding] = 0
    else:
        table = np.append(table, np.float32(0))
        values[padding] = len(table) - 1
    return _levels(values, table)


def _levels(places: np.ndarray, shown: np.ndarray) -> Levels:
    """Hold the places of levels in as few bytes as they need."""
    return Levels(places.astype(np.min_scalar_type(len(shown) - 1)), shown)


def _colour(dataset: Dataset, layout: Layout) -> np.ndarray:
    """Decode colour pixels to luminance."""
    array, layout = decode(dataset, layout)
    bits = min(layout.stored, 8 * array.dtype.itemsize)
    return (values_of(array, layout).astype(np.float32) / np.float32(2**bits - 1)) @ LUMA
