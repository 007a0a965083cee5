"""DICOM windowing: VOI LUT and window functions."""

import math
from typing import Any

import numpy as np
from pydicom import Dataset

from covid_model.common.errors import RadiographError
from covid_model.common.messages import Message
from covid_model.imaging.dicom.modality import decimals, entries_of, look_up, modality
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
    pairs = zip(decimals(dataset, "WindowCenter"), decimals(dataset, "WindowWidth"), strict=False)
    windows = [
        Window(
            _name(
                words[place] if place < len(words) else "",
                Message("Window {number}", number=place + 1),
            ),
            function,
            center=center,
            width=width,
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


def to_display(
    values: np.ndarray, dataset: Dataset, *, window: int = 0, beyond: bool = False
) -> np.ndarray:
    """Take stored values to display values: modality LUT, VOI LUT or window, scale to [0, 1].

    The order is that of DICOM PS3.4 N.2; MONOCHROME1 is the caller's to invert, afterwards. The
    ends of a window, or of a VOI LUT's entries, become 0 and 1; without any, the lowest and
    highest of the values do.

    Args:
        values: int (N,), every stored value from the picture's lowest to its highest.
        dataset: the header.
        window: index into ``windows_of``; without windows, 0.
        beyond: whether what lies outside of a window keeps its distance from it, for a viewer that
            moves the window.

    Returns:
        float32 (N,), range [0, 1], or any where ``beyond``.

    Raises:
        RadiographError: if there is no such window, or nothing to see in it.
    """
    values = modality(values, dataset)
    windows = windows_of(dataset)
    if window not in range(len(windows) or 1):
        raise RadiographError(
            "Expected one of the {count} windows that the file has. Received: window {number}.",
            count=len(windows),
            number=window + 1,
        )
    if not windows:
        return _stretched(values, values)
    shown = _shown(values, windows[window], dataset)
    clipped = shown.clip(0, 1)
    if len(shown) > 1 and clipped.min() == clipped.max():
        raise RadiographError(
            "Shown in {name}, as this file says, every pixel is equally bright: choose another "
            "window, or export it as PNG in one that fits.",
            name=windows[window].name,
        )
    return shown if beyond else clipped


def _shown(values: np.ndarray, window: Window, dataset: Dataset) -> np.ndarray:
    """Apply one window or table, float32 (N,), 0 and 1 at its ends."""
    if window.function != "TABLE":
        return _windowed(values, window).astype(np.float32)
    item = dataset.VOILUTSequence[window.table]
    entries = entries_of(item, dataset)
    return _stretched(look_up(values, item, entries), entries)


def _stretched(values: np.ndarray, ends: np.ndarray) -> np.ndarray:
    low, high = float(ends.min()), float(ends.max())
    return ((values - low) / (high - low or 1)).astype(np.float32)


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


def _many(dataset: Dataset, keyword: str) -> list[Any]:
    value = dataset.get(keyword)
    if value is None or isinstance(value, str | float | int):
        return [] if value in (None, "") else [value]
    return list(value)


def _name(explanation: object, otherwise: Message) -> str:
    """The file's own name of a window where it can be nothing but that, else a number."""
    words = str(explanation or "").strip()
    parts = words.upper().replace("_", " ").replace("-", " ").split()
    if parts and all(part.rstrip("0123456789") in EXPLANATIONS for part in parts):
        return words
    return otherwise
