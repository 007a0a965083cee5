"""DICOM windowing: modality LUT, VOI LUT and window functions."""

import math
from typing import Any

import numpy as np
from pydicom import Dataset

from covid_model.common.errors import RadiographError
from covid_model.common.messages import Message
from covid_model.imaging.dicom.window import Window

FUNCTIONS = ("LINEAR", "LINEAR_EXACT", "SIGMOID")
# What a window's explanation may say to be shown: any other words could be somebody's name.
# fmt: off
EXPLANATIONS = frozenset({
    "ALGO", "BONE", "CHEST", "CONTRAST", "DEFAULT", "HARD", "HARDER", "HIGH", "LINEAR", "LOW",
    "LUNG", "LUNGS", "LUT", "MEDIASTINUM", "NARROW", "NORMAL", "OPPOSITE", "SIGMOID", "SOFT",
    "SOFTER", "STANDARD", "THORAX", "TISSUE", "USER", "VOI", "WIDE", "WINDOW", "WL", "WW",
})
# fmt: on


def windows_of(dataset: Dataset) -> tuple[Window, ...]:
    """List the ways to show a picture: VOI LUTs first, then windows; one that cannot be is not."""
    tables = [
        Window(
            _name(item.get("LUTExplanation"), Message("Table {number}", number=place + 1)),
            "TABLE",
            table=place,
        )
        for place, item in enumerate(dataset.get("VOILUTSequence") or ())
        if item.get("LUTDescriptor") and item.get("LUTData")
    ]
    function = str(dataset.get("VOILUTFunction") or "").strip().upper()
    function = function if function in FUNCTIONS else "LINEAR"
    words = _many(dataset, "WindowCenterWidthExplanation")
    pairs = zip(_many(dataset, "WindowCenter"), _many(dataset, "WindowWidth"), strict=False)
    windows = [
        Window(
            _name(
                words[place] if place < len(words) else "",
                Message("Window {number}", number=place + 1),
            ),
            function,
            center=_number(center),
            width=_number(width),
        )
        for place, (center, width) in enumerate(pairs)
    ]
    return (*tables, *filter(_usable, windows))


def _usable(window: Window) -> bool:
    center, width = _span(window)
    finite = math.isfinite(center) and math.isfinite(width)
    return finite and (width >= 1 if window.function == "LINEAR" else width > 0)


def _span(window: Window) -> tuple[float, float]:
    """Center and width, NaN where the window has none."""
    none = math.nan
    center, width = window.center, window.width
    return none if center is None else center, none if width is None else width


def to_display(values: np.ndarray, dataset: Dataset, *, window: int = 0) -> np.ndarray:
    """Take stored values to display values: modality LUT, VOI LUT or window, scale to [0, 1].

    The order is that of DICOM PS3.4 N.2; MONOCHROME1 is the caller's to invert, afterwards. The
    ends of a window, or of a VOI LUT's entries, become 0 and 1; without any, the lowest and
    highest of the values do.

    Args:
        values: int (N,), every stored value from the picture's lowest to its highest.
        dataset: the header.
        window: index into ``windows_of``; without windows, 0.

    Returns:
        float32 (N,), range [0, 1].

    Raises:
        RadiographError: if there is no such window.
    """
    values = _modality(values, dataset)
    windows = windows_of(dataset)
    if window not in range(len(windows) or 1):
        raise RadiographError(
            "Expected one of the {count} windows that the file has. Received: window {number}.",
            count=len(windows),
            number=window + 1,
        )
    low, high = float(values.min()), float(values.max())
    if windows and windows[window].function != "TABLE":
        return _windowed(values, windows[window]).clip(0, 1).astype(np.float32)
    if windows:
        item = dataset.VOILUTSequence[windows[window].table]
        entries = _entries(item, dataset)
        values = _look_up(values, item, entries)
        low, high = float(entries.min()), float(entries.max())
    return ((values - low) / (high - low or 1)).astype(np.float32)


def _modality(values: np.ndarray, dataset: Dataset) -> np.ndarray:
    """Apply the modality LUT or rescale (PS3.3 C.11.1); an empty slope is 1, an intercept 0."""
    if sequence := dataset.get("ModalityLUTSequence"):
        return _look_up(values, sequence[0], _entries(sequence[0], dataset))
    slope, intercept = dataset.get("RescaleSlope"), dataset.get("RescaleIntercept")
    slope = 1.0 if slope is None else float(slope)
    return values * slope + float(intercept or 0)


def _windowed(values: np.ndarray, window: Window) -> np.ndarray:
    """Apply a window (PS3.3 C.11.2.1.2 and C.11.2.1.3) to values, 0 and 1 at its ends."""
    center, width = _span(window)
    if window.function == "SIGMOID":
        return 1 / (1 + np.exp((-4 * (values - center) / width).clip(-700, 700)))
    if window.function == "LINEAR":
        center, width = center - 0.5, width - 1
    if width == 0:
        return (values > center).astype(np.float64)
    return (values - center) / width + 0.5


def _entries(item: Dataset, dataset: Dataset) -> np.ndarray:
    """Return a lookup table's entries, float64 (N,); pydicom's own overflow at 8 or 12 bits."""
    entries = item.LUTData
    if isinstance(entries, bytes):
        order = "<" if dataset.file_meta.TransferSyntaxUID.is_little_endian else ">"
        count = int(item.LUTDescriptor[0]) or 2**16
        entries = np.frombuffer(entries, "u1" if len(entries) < 2 * count else f"{order}u2")
    return np.asarray(entries, np.float64).ravel()


def _look_up(values: np.ndarray, item: Dataset, entries: np.ndarray) -> np.ndarray:
    """Map values by a lookup table (PS3.3 C.11.2.1.1): what lies outside takes its ends."""
    first = int(item.LUTDescriptor[1])
    if first >= 2**15 and values.min() < 0:
        first -= 2**16  # signed, but written as unsigned
    index = np.rint(values).astype(np.int64) - first
    return entries[index.clip(0, len(entries) - 1)]


def _many(dataset: Dataset, keyword: str) -> list[Any]:
    value = dataset.get(keyword)
    if value is None or isinstance(value, str | float | int):
        return [] if value in (None, "") else [value]
    return list(value)


def _number(value: Any) -> float:
    return math.nan if value in (None, "") else float(value)


def _name(explanation: object, otherwise: Message) -> str:
    """The file's own name of a window where it can be nothing but that, else a number."""
    words = str(explanation or "").strip()
    parts = words.upper().replace("_", " ").replace("-", " ").split()
    if parts and all(part.rstrip("0123456789") in EXPLANATIONS for part in parts):
        return words
    return otherwise
