"""Reader of PNG, JPEG and DICOM radiographs, which says why it refuses a file."""

import io

import numpy as np
from PIL import Image, ImageOps

from covid_model.common.errors import RadiographError
from covid_model.common.system.digests import sha256
from covid_model.imaging.radiograph import Radiograph

MAX_BYTES = 64 * 2**20
MAX_PIXELS = 64_000_000  # below Pillow's own bomb warning, so ours is always the first refusal
MIN_SIDE = 64
PNG_START = b"\x89PNG\r\n\x1a\n"
JPEG_START = b"\xff\xd8\xff"
DETECTOR_BITS = (8, 10, 12, 14, 16)


def read_radiograph(data: bytes, name: str = "", *, window: int = 0) -> Radiograph:
    """Read a frontal chest radiograph; the content decides its format, never the file name.

    Colour becomes luminance, transparency lies over black, EXIF orientation is applied.

    Args:
        data: the file's bytes.
        name: the file's name, kept as it is.
        window: which of its ``windows`` to show a DICOM file in. Networks take the default.

    Raises:
        RadiographError: with the reason the file is refused.
    """
    if not data:
        raise RadiographError("The file is empty: export or copy it again.")
    check_bytes(len(data))
    kind = kind_of(data)
    if not kind:
        raise RadiographError(
            "Expected a PNG, JPEG or DICOM file. Received: content of another kind."
        )
    if kind == "DICOM":
        from covid_model.imaging.dicom.reader import (
            read_dicom,  # pydicom only where a DICOM file comes
        )

        pixels, header = read_dicom(data, check_size=check_size, window=window)
    else:
        pixels, header = _read_picture(data, kind), {}
    _check_promise(pixels)
    if pixels.min() == pixels.max():
        raise RadiographError("Every pixel has the same value, so there is nothing to see.")
    return Radiograph(pixels=pixels, name=name, format=kind, sha256=sha256(data), **header)


def check_bytes(count: int) -> None:
    """Refuse a file by its size in bytes, which a caller may know before reading it.

    Raises:
        RadiographError: with the size received.
    """
    if count > MAX_BYTES:
        raise RadiographError(
            "Expected a file of at most {limit:.0f} MiB. Received: {size:.1f} MiB. Export one "
            "radiograph, not a series.",
            limit=MAX_BYTES / 2**20,
            size=count / 2**20,
        )


def check_size(height: int, width: int) -> None:
    """Refuse a picture that is too small to judge or too large to hold.

    Raises:
        RadiographError: with the size received.
    """
    if min(height, width) < MIN_SIDE:
        raise RadiographError(
            "Expected at least {limit} pixels a side. Received: {width} x {height}. Give the "
            "radiograph itself, not a thumbnail.",
            limit=MIN_SIDE,
            width=width,
            height=height,
        )
    if height * width > MAX_PIXELS:
        raise RadiographError(
            "Expected at most {limit} megapixels. Received: {width} x {height}. Export the "
            "radiograph at a lower resolution.",
            limit=MAX_PIXELS // 10**6,
            width=width,
            height=height,
        )


def kind_of(data: bytes) -> str:
    """Return "PNG", "JPEG" or "DICOM" by how a file starts, "" where it is none of them."""
    if data.startswith(PNG_START):
        return "PNG"
    if data.startswith(JPEG_START):
        return "JPEG"
    # A data set without the 128 byte preamble starts with an element of group 0002 or 0008.
    if data[128:132] == b"DICM" or data[:2] in (b"\x02\x00", b"\x08\x00", b"\x00\x02", b"\x00\x08"):
        return "DICOM"
    return ""


def _check_promise(pixels: np.ndarray) -> None:
    """Let nothing but grey values out: float32 (H, W), range [0, 1], finite."""
    grey = pixels.ndim == 2 and pixels.dtype == np.float32
    if not (grey and 0 <= pixels.min() <= pixels.max() <= 1):  # NaN is in no range
        raise RadiographError(
            "This file was read as something else than grey values from black to white: export it "
            "as PNG, and please report it."
        )


def _read_picture(data: bytes, kind: str) -> np.ndarray:
    """Decode a PNG or JPEG to float32 (H, W), range [0, 1]."""
    try:
        with Image.open(io.BytesIO(data), formats=(kind,)) as image:
            check_size(image.height, image.width)
            image.load()
            return to_grey(ImageOps.exif_transpose(image))
    except RadiographError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise RadiographError(
            "Expected at most {limit} megapixels. Received: far more. Export the radiograph at a "
            "lower resolution.",
            limit=MAX_PIXELS // 10**6,
        ) from None
    except Exception as error:  # damaged bytes make decoders raise almost anything
        raise RadiographError(
            "This {kind} file is damaged or cut short ({error}): export or copy it again.",
            kind=kind,
            error=str(error),
        ) from error


def to_grey(image: Image.Image) -> np.ndarray:
    """Turn a Pillow image of any mode into float32 (H, W), range [0, 1].

    Sixteen bit values are divided by the full range of the smallest usual detector depth (8, 10,
    12, 14 or 16 bits) that holds the brightest one: many archives store 12 bit radiographs in
    16 bit files unscaled, which a division by 65535 would turn into near black.
    """
    if image.mode.startswith("I") or image.mode == "F":
        values = np.asarray(image).astype(np.float32).clip(0, 65535)
        peak = float(values.max())
        return values / next(2**bits - 1 for bits in DETECTOR_BITS if peak <= 2**bits - 1)
    if image.has_transparency_data:
        black = Image.new("RGBA", image.size, "black")
        image = Image.alpha_composite(black, image.convert("RGBA"))
    if image.mode not in ("1", "L"):
        image = image.convert("RGB")
    return np.asarray(image.convert("L")).astype(np.float32) / np.float32(255)
