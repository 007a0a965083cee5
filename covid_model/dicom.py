"""From the bytes of a DICOM file to grey values as a viewer would show them."""

import io
import threading
import warnings
from collections.abc import Callable

import numpy as np
from pydicom import Dataset, dcmread
from pydicom.pixels import apply_modality_lut, apply_windowing, get_decoder
from pydicom.uid import (
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from covid_model.dicom_header import check_metadata, code, details_of
from covid_model.errors import RadiographError

LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601, as Pillow's mode L
# pydicom warns of every small flaw, sometimes quoting the header; catch_warnings is process-wide.
_QUIET = threading.Lock()


def read_dicom(
    data: bytes, *, check_size: Callable[[int, int], None]
) -> tuple[np.ndarray, dict[str, str]]:
    """Read a DICOM radiograph.

    Args:
        data: the file's bytes, with or without the 128 byte preamble.
        check_size: called with (height, width) before any pixel is decoded; raises to refuse.

    Returns:
        Pixels, float32 (H, W), range [0, 1], 0 = black, and the header's details.

    Raises:
        RadiographError: with the reason; it never quotes the header's free text.
    """
    with _QUIET, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            dataset = _parse(data)
            check_metadata(dataset)
            check_size(int(dataset.Rows), int(dataset.Columns))
            _check_decoder(dataset)
            return _pixels(dataset), details_of(dataset)
        except RadiographError:
            raise
        except Exception as error:  # damaged files make pydicom raise almost anything
            raise RadiographError(
                f"This DICOM file is damaged or not standard ({type(error).__name__} while "
                "reading it): export it again, or export it as PNG."
            ) from error


def _parse(data: bytes) -> Dataset:
    dataset = dcmread(io.BytesIO(data), force=True)
    if not dataset:
        raise RadiographError("The file starts like DICOM but holds nothing: export it again.")
    if "TransferSyntaxUID" not in dataset.file_meta:
        implicit, little = dataset.original_encoding
        explicit = ExplicitVRLittleEndian if little else ExplicitVRBigEndian
        dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else explicit
    return dataset


def _check_decoder(dataset: Dataset) -> None:
    syntax = dataset.file_meta.TransferSyntaxUID
    try:
        available = get_decoder(syntax).is_available
    except NotImplementedError:
        raise RadiographError(
            f"The pixels are stored as {syntax.name}, which cannot be read: export as PNG."
        ) from None
    if not available:
        raise RadiographError(
            f"The pixels are compressed as {syntax.name} and its decoder is not installed: "
            "pip install pylibjpeg pylibjpeg-libjpeg pylibjpeg-openjpeg."
        )


def _pixels(dataset: Dataset) -> np.ndarray:
    """Decode the pixels and take them the way to the screen; see `to_display`."""
    array = dataset.pixel_array
    if array.dtype.itemsize > 2 or array.dtype.kind not in "iu":
        raise RadiographError(
            f"Expected 8 to 16 bits a pixel. Received: {8 * array.dtype.itemsize} bits."
        )
    photometric = code(dataset, "PhotometricInterpretation")
    if array.ndim == 3:
        return (array.astype(np.float32) / (2**dataset.BitsStored - 1)) @ LUMA
    if photometric not in ("MONOCHROME1", "MONOCHROME2"):
        raise RadiographError(
            f"Expected grey or RGB pixels. Received: {photometric}. Export the image as PNG."
        )
    lowest, highest = int(array.min()), int(array.max())
    table = to_display(np.arange(lowest, highest + 1), dataset)
    if photometric == "MONOCHROME1":
        table = 1 - table
    return table[array.astype(np.int32) - lowest]


def to_display(values: np.ndarray, dataset: Dataset) -> np.ndarray:
    """Take stored values to display values: modality LUT, VOI LUT or window, scale to [0, 1].

    The order is that of DICOM PS3.4 N.2; MONOCHROME1 is the caller's to invert, afterwards. The
    first VOI LUT wins over the first window. A window's own ends become 0 and 1; without a
    window the lowest and highest of the result do.

    Args:
        values: int (N,), every stored value from the picture's lowest to its highest.
        dataset: the header.

    Returns:
        float32 (N,), range [0, 1].
    """
    values = apply_modality_lut(values, dataset)
    if dataset.get("VOILUTSequence"):
        values = _voi_lut(values, dataset)
    elif None not in (dataset.get("WindowCenter"), dataset.get("WindowWidth")):
        # pydicom scales to a range of its own: what it makes of far values tells its ends.
        low, high = apply_windowing(np.array([-1e9, 1e9]), dataset)
        shown = (apply_windowing(values, dataset) - low) / (high - low)
        return shown.clip(0, 1).astype(np.float32)
    low, high = float(values.min()), float(values.max())
    return ((values - low) / (high - low or 1)).astype(np.float32)


def _voi_lut(values: np.ndarray, dataset: Dataset) -> np.ndarray:
    """Apply the first VOI LUT (PS3.3 C.11.2); pydicom's own overflows where entries have 8 bits."""
    item = dataset.VOILUTSequence[0]
    first, entries = int(item.LUTDescriptor[1]), item.LUTData
    if isinstance(entries, bytes):
        order = "<" if dataset.file_meta.TransferSyntaxUID.is_little_endian else ">"
        entries = np.frombuffer(entries, f"{order}u2")
    index = np.rint(values).astype(np.int64) - first
    return np.asarray(entries, np.float64)[index.clip(0, len(entries) - 1)]
