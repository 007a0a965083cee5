"""From stored values to those of the modality (PS3.3 C.11.1), lookup tables, decimal strings."""

import math

import numpy as np
from pydicom import Dataset
from pydicom.datadict import tag_for_keyword

from covid_model.common.errors import RadiographError


def modality(values: np.ndarray, dataset: Dataset) -> np.ndarray:
    """Apply the modality LUT or rescale (PS3.3 C.11.1); an empty slope is 1, an intercept 0.

    Args:
        values: int (N,), from the lowest to the highest.
        dataset: the header.

    Raises:
        RadiographError: if slope and intercept make every value the same, or no number.
    """
    if sequence := dataset.get("ModalityLUTSequence"):
        return look_up(values, sequence[0], entries_of(sequence[0], dataset))
    slope = next(iter(decimals(dataset, "RescaleSlope")), 1.0)
    intercept = next(iter(decimals(dataset, "RescaleIntercept")), 0.0)
    rescaled = values * slope + intercept
    extent = rescaled[-1] - rescaled[0]
    if not math.isfinite(extent) or (extent == 0 and len(values) > 1):
        raise RadiographError(
            "This DICOM file says Rescale Slope {slope:g} and Intercept {intercept:g}, which leave "
            "nothing of its values. Export it again, or export it as PNG.",
            slope=slope,
            intercept=intercept,
        )
    return rescaled


def entries_of(item: Dataset, dataset: Dataset) -> np.ndarray:
    """Return a lookup table's entries, float64 (N,); pydicom's own overflow at 8 or 12 bits."""
    entries = item.LUTData
    if isinstance(entries, bytes):
        order = "<" if dataset.file_meta.TransferSyntaxUID.is_little_endian else ">"
        count = int(item.LUTDescriptor[0]) or 2**16
        entries = np.frombuffer(entries, "u1" if len(entries) < 2 * count else f"{order}u2")
    return np.asarray(entries, np.float64).ravel()


def look_up(values: np.ndarray, item: Dataset, entries: np.ndarray) -> np.ndarray:
    """Map values by a lookup table (PS3.3 C.11.2.1.1): what lies outside takes its ends."""
    first = int(item.LUTDescriptor[1])
    if first >= 2**15 and values.min() < 0:
        first -= 2**16  # signed, but written as unsigned
    index = np.rint(values).astype(np.int64) - first
    return entries[index.clip(0, len(entries) - 1)]


def decimals(dataset: Dataset, keyword: str) -> list[float]:
    """Return an element's decimal strings, NaN for what is none; some write a decimal comma."""
    tag = tag_for_keyword(keyword)
    element = dataset.get_item(tag) if tag is not None else None
    if element is None or element.value is None:
        return []
    stated = element.value
    if isinstance(stated, bytes):
        stated = stated.decode("ascii", "replace").strip(" \0")
        stated = stated.split("\\") if stated else []
    elif isinstance(stated, str | float | int):
        stated = [] if stated == "" else [stated]
    return [_decimal(str(value)) for value in stated]


def _decimal(text: str) -> float:
    try:
        return float(text.strip(" \0").replace(",", "."))
    except ValueError:
        return math.nan
