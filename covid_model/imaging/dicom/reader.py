"""DICOM reader: from the bytes of a file to display values."""

import io
import threading
import warnings
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
from pydicom import Dataset, dcmread
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from covid_model.common.errors import RadiographError
from covid_model.common.messages import Message
from covid_model.imaging.dicom.checks import PHOTOMETRIC, check_metadata, code, one_of
from covid_model.imaging.dicom.codestream import check_codestream
from covid_model.imaging.dicom.metadata import details_of
from covid_model.imaging.dicom.windowing import to_display, windows_of

LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601, as Pillow's mode L
DEFLATED = DeflatedExplicitVRLittleEndian.encode()
MAX_INFLATED, CHUNK = 512 * 2**20, 2**20  # bytes; 64 megapixels of 16 bit colour are 384 MB
GREY = ("MONOCHROME1", "MONOCHROME2")
# pydicom warns of every small flaw, sometimes quoting the header; catch_warnings is process-wide.
_QUIET = threading.Lock()


def read_dicom(
    data: bytes,
    *,
    check_size: Callable[[int, int], None],
    window: int = 0,
    any_view: bool = False,
) -> tuple[np.ndarray, dict[str, Any]]:
    """Read a DICOM radiograph.

    Args:
        data: the file's bytes, with or without the 128 byte preamble.
        check_size: called with (height, width) before any pixel is decoded; raises to refuse.
        window: which of the file's windows to show it in.
        any_view: whether any single picture will do, such as a lateral view or a CT slice.

    Returns:
        Pixels, float32 (H, W), range [0, 1], 0 = black; "details" with "windows" of the header.

    Raises:
        RadiographError: with the reason; it never quotes the header's free text.
    """
    with _QUIET, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            dataset = _parse(data)
            check_metadata(dataset, any_view=any_view)
            check_size(int(dataset.Rows), int(dataset.Columns))
            _check_decoder(dataset)
            check_codestream(dataset)
            grey = code(dataset, "PhotometricInterpretation") in GREY
            windows = windows_of(dataset) if grey else ()
            pixels = _grey(dataset, window) if grey else _colour(dataset)
            return pixels, {"details": details_of(dataset), "windows": windows}
        except RadiographError:
            raise
        except Exception as error:  # damaged files make pydicom raise almost anything
            raise RadiographError(
                "This DICOM file is damaged or not standard ({error} while reading it): export it "
                "again, or export it as PNG.",
                error=type(error).__name__,
            ) from error


def _parse(data: bytes) -> Dataset:
    _check_deflated(data)
    dataset = dcmread(io.BytesIO(data), force=True)
    if not dataset:
        raise RadiographError("The file starts like DICOM but holds nothing: export it again.")
    if "TransferSyntaxUID" not in dataset.file_meta:
        implicit, little = dataset.original_encoding
        explicit = ExplicitVRLittleEndian if little else ExplicitVRBigEndian
        dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else explicit
    return dataset


def _check_deflated(data: bytes) -> None:
    """Refuse a deflated data set that unpacks to far more than a picture; pydicom has no limit."""
    if DEFLATED not in data[:1024]:
        return
    start = 144 + int.from_bytes(data[140:144], "little")  # after the file meta information
    left, inflater = data[start:], zlib.decompressobj(-zlib.MAX_WBITS)
    for _ in range(MAX_INFLATED // CHUNK):
        inflater.decompress(left, CHUNK)
        left = inflater.unconsumed_tail
        if not left:
            return
    raise RadiographError(
        "This DICOM file unpacks to more than {limit} MiB: export it again, without compression.",
        limit=MAX_INFLATED >> 20,
    )


def _check_decoder(dataset: Dataset) -> None:
    syntax = dataset.file_meta.TransferSyntaxUID
    try:
        available = get_decoder(syntax).is_available
    except NotImplementedError:
        raise RadiographError(
            "The pixels are stored as {syntax}, which cannot be read: export as PNG.",
            syntax=syntax.name,
        ) from None
    if not available:
        raise RadiographError(
            "The pixels are compressed as {syntax} and its decoder is not installed: "
            "pip install pylibjpeg pylibjpeg-libjpeg pylibjpeg-openjpeg.",
            syntax=syntax.name,
        )


def _grey(dataset: Dataset, window: int) -> np.ndarray:
    """Decode grey pixels and take them the way to the screen; see `to_display`."""
    array = _decoded(dataset)
    lowest, highest = int(array.min()), int(array.max())
    table = to_display(np.arange(lowest, highest + 1), dataset, window=window)
    if code(dataset, "PhotometricInterpretation") == "MONOCHROME1":
        table = 1 - table
    return table[array.astype(np.int32) - lowest]


def _colour(dataset: Dataset) -> np.ndarray:
    """Decode colour pixels, which pydicom turns into RGB, to luminance."""
    array = _decoded(dataset)
    if array.ndim == 3:
        return (array.astype(np.float32) / (2**dataset.BitsStored - 1)) @ LUMA
    photometric = one_of(dataset, "PhotometricInterpretation", PHOTOMETRIC)
    raise RadiographError(
        "Expected grey or RGB pixels. Received: {photometric}. Export the image as PNG.",
        photometric=photometric or Message("pixels of another kind"),
    )


def _decoded(dataset: Dataset) -> np.ndarray:
    array = dataset.pixel_array
    if array.dtype.itemsize > 2 or array.dtype.kind not in "iu":
        raise RadiographError(
            "Expected 8 to 16 bits a pixel. Received: {bits} bits.", bits=8 * array.dtype.itemsize
        )
    return array
