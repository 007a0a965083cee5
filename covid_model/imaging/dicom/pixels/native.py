"""Pixels without compression."""

import math

import numpy as np
from pydicom import Dataset
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian

from covid_model.common.errors import RadiographError
from covid_model.imaging.dicom.pixels.layout import Layout


def big_endian(dataset: Dataset) -> str:
    """Return the VR of Pixel Data where the file is big endian, else ""."""
    return "" if dataset.original_encoding[1] else dataset["PixelData"].VR


def read_native(data: bytes, layout: Layout, *, big: str = "") -> np.ndarray:
    """Unpack pixels to unsigned integers of Bits Allocated, (H, W) or (H, W, 3).

    Args:
        data: the value of Pixel Data.
        layout: what the header says of it.
        big: the VR of a big endian file, in which bytes of a word are swapped; else "".

    Raises:
        RadiographError: if the bytes are not those of one such picture.
    """
    check_native(layout)
    _check_length(data, layout)
    array, _ = get_decoder(ExplicitVRBigEndian if big else ExplicitVRLittleEndian).as_array(
        data,
        index=0,
        raw=True,
        validate=False,
        **layout.options(layout.allocated) | {"pixel_vr": big or "OW"},
    )
    return array


def check_native(layout: Layout) -> None:
    """Refuse a depth that pixels without compression cannot have, or that is none of a screen.

    Raises:
        RadiographError: with the bits.
    """
    if layout.allocated not in (1, 8, 16):
        raise RadiographError(
            "Expected 8 to 16 bits a pixel. Received: {bits} bits.", bits=layout.allocated
        )
    if layout.stored > layout.allocated:
        raise RadiographError(
            "This DICOM file says Bits Stored {stored} of Bits Allocated {allocated}, which cannot "
            "be: export it again.",
            stored=layout.stored,
            allocated=layout.allocated,
        )


def _check_length(data: bytes, layout: Layout) -> None:
    """Refuse more or less than one picture; zeros, and less than a row, may fill up its end."""
    expected, found = layout.bytes, len(data)
    if found < expected:
        raise RadiographError(
            "This DICOM file holds {found} bytes of pixels where its header asks for {expected}: "
            "it is cut short, or Rows, Columns or Bits Allocated are wrong. Copy or export it "
            "again.",
            found=found,
            expected=expected,
        )
    row = max(16, math.ceil(expected / layout.height))
    if found - expected >= row and any(data[expected:]):
        raise RadiographError(
            "Expected one picture of {expected} bytes, by the header. Received: {found} bytes, "
            "which may be {frames} frames, or other Bits Allocated or Samples per Pixel. Export "
            "one frame again.",
            found=found,
            expected=expected,
            frames=max(2, found // expected),
        )
