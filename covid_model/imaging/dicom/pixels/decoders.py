"""Decoders of DICOM pixels: which one reads which transfer syntax, and why.

Each was held against DCMTK and GDCM on every depth, sign, predictor and point transform that an
encoder makes (tests/unit/imaging/dicom/test_decoders.py), then timed, then fed damaged streams:

- JPEG Baseline, Extended (8 and 12 bits), progressive and Lossless: libjpeg-turbo 3 of imagecodecs.
  It gives DCMTK's pixels to the bit, and is the fastest. pylibjpeg-libjpeg reads JPEG Lossless with
  a point transform wrongly without a word and differs by up to 3 in 12 bits; GDCM cannot read 12
  bit JPEG Extended.
- JPEG-LS, lossless and near: GDCM. CharLS of imagecodecs is faster, but computes for a minute on
  some damaged streams of a few kilobytes.
- JPEG 2000, with high throughput (HTJ2K): OpenJPEG of imagecodecs, which decodes parts of a picture
  at the same time without a bit's difference. OpenJPH of imagecodecs returns a picture where its
  decoder fails.
  Where a smaller picture will do: see ``reduced.py``.
- RLE: see ``rle.py``; pydicom where that does not read it, or in colour.
- Pixels without compression: pydicom.

What a stream is, is told by its first bytes: the transfer syntax in the header may be another's.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from imagecodecs import jpeg2k_decode, jpeg8_decode
from pydicom import Dataset
from pydicom.encaps import encapsulate
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.processing import convert_color_space
from pydicom.uid import UID, JPEGLSLossless, RLELossless

from covid_model.common.errors import RadiographError
from covid_model.common.messages import Message
from covid_model.imaging.dicom.pixels.codestream import (
    JPEG,
    JPEG_LS,
    Codestream,
    check_codestream,
    codestream_of,
    told_by,
)
from covid_model.imaging.dicom.pixels.frames import CUT, frame_of, is_encapsulated, is_rle
from covid_model.imaging.dicom.pixels.layout import Layout
from covid_model.imaging.dicom.pixels.native import big_endian, check_native, read_native
from covid_model.imaging.dicom.pixels.reduced import reduced
from covid_model.imaging.dicom.pixels.rle import read_rle

SCAN, END = b"\xff\xda", b"\xff\xd9"  # markers of a JPEG
THREADS = min(4, os.cpu_count() or 1)  # of one JPEG 2000 picture
ENCAPSULATED_UNCOMPRESSED = "1.2.840.10008.1.2.1.98"
NAMES = {  # transfer syntaxes that pydicom has no name for
    "1.2.840.10008.1.2.8.1": "Deflated Image Frame Compression",
    "1.2.840.10008.1.2.4.110": "JPEG XL Lossless",
    "1.2.840.10008.1.2.4.111": "JPEG XL JPEG Recompression",
    "1.2.840.10008.1.2.4.112": "JPEG XL",
}


def decode(
    dataset: Dataset, layout: Layout, *, least: int = 0, windowed: bool = True
) -> tuple[np.ndarray, Layout]:
    """Decode the one picture of a file, with every bit that it is stored with.

    Args:
        dataset: the header with the pixels.
        layout: what the header says of them.
        least: pixels of the longer side of a smaller copy that will do; 0 for all.
        windowed: as ``reduced`` has it.

    Returns:
        Integers, (H, W) of grey, (H, W, 3) RGB of colour, and the layout of these integers: where
        a codestream's precision contradicts the header's bits, the codestream is right.

    Raises:
        RadiographError: if no decoder here reads the pixels rightly.
    """
    data = dataset.PixelData
    if not is_encapsulated(dataset):
        stream = codestream_of(bytes(data)) if len(data) != layout.bytes else None
        if stream is None or stream.size != layout.size:
            return _rgb(read_native(data, layout, big=big_endian(dataset)), layout), layout
    else:
        frame = frame_of(data)
        stream = codestream_of(frame)
        if stream is None:
            return _without_codestream(dataset, frame, layout), layout
    check_codestream(stream, layout)
    told = told_by(stream, layout)
    small = reduced(stream, told, least=least, windowed=windowed) if least else None
    if small is not None:
        return small, told
    with _naming(stream.kind):
        return _decoded(stream, layout), told


def _without_codestream(dataset: Dataset, frame: bytes, layout: Layout) -> np.ndarray:
    syntax = dataset.file_meta.TransferSyntaxUID
    if is_rle(frame):
        check_native(layout)
        with _naming("RLE"):
            array = read_rle(frame, layout)
            if array is not None:
                return array
            return _by_pydicom(RLELossless, "pydicom", frame, layout, bits=layout.allocated)
    if syntax == ENCAPSULATED_UNCOMPRESSED:
        return _rgb(read_native(frame, layout), layout)
    raise RadiographError(
        "The pixels are stored as {syntax}, which cannot be read: export as PNG.",
        syntax=_name(str(syntax)),
    )


def _name(syntax: str) -> str:
    """The name of a transfer syntax; words that are no UID may be anybody's and are not shown."""
    uid = UID(syntax)
    return NAMES.get(syntax, uid.name if uid.is_valid else Message("an unknown transfer syntax"))


def _decoded(stream: Codestream, layout: Layout) -> np.ndarray:
    """Decode with the decoder of a stream's kind; JPEG 2000 undoes its own colour transform."""
    if stream.kind == JPEG_LS:
        return _by_pydicom(JPEGLSLossless, "gdcm", stream.data, layout, bits=stream.precision)
    if stream.kind != JPEG:
        return _rgb(np.asarray(jpeg2k_decode(stream.data, numthreads=THREADS)), layout)
    if END not in stream.data[stream.data.rfind(SCAN) :]:  # libjpeg would fill up with grey
        raise RadiographError(CUT)
    if layout.grey:
        return np.asarray(jpeg8_decode(stream.data))
    space = "YCBCR" if _is_ybr(stream, layout) else "RGB"
    return np.asarray(jpeg8_decode(stream.data, colorspace=space, outcolorspace="RGB"))


@contextmanager
def _naming(kind: str) -> Iterator[None]:
    """Say of what a decoder fails at, whatever it raises, that it is damaged."""
    try:
        yield
    except RadiographError:
        raise
    except Exception as error:
        raise RadiographError(
            "The {kind} picture in this DICOM file is damaged or cut short: copy or export it "
            "again.",
            kind=kind,
        ) from error


def _is_ybr(stream: Codestream, layout: Layout) -> bool:
    """Whether a JPEG holds luminance and chrominance: by its own words, else by the header's."""
    if stream.component_ids.upper() == b"RGB":
        return False
    return b"JFIF" in stream.data[:32] or layout.photometric != "RGB"


def _by_pydicom(syntax: UID, plugin: str, frame: bytes, layout: Layout, bits: int) -> np.ndarray:
    """Decode to unsigned integers of ``bits``, whatever the header says of their sign."""
    array, _ = get_decoder(syntax).as_array(
        encapsulate([frame]),
        index=0,
        raw=True,
        decoding_plugin=plugin,
        **layout.options(bits),
    )
    return _rgb(array, layout)


def _rgb(array: np.ndarray, layout: Layout) -> np.ndarray:
    if layout.photometric in ("YBR_FULL", "YBR_FULL_422"):
        return convert_color_space(array, "YBR_FULL", "RGB")
    return array
