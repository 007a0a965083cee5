"""Reader of pictures that are no DICOM files: what is beside the pixels never stops it."""

import io
from collections.abc import Callable

import cv2
import numpy as np
from PIL import Image
from PIL.BmpImagePlugin import BmpImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from covid_model.common.errors import RadiographError
from covid_model.imaging.pictures.greys import from_detector, luminance, to_grey
from covid_model.imaging.pictures.heif import read_heif
from covid_model.imaging.pictures.jpeg import bare_jpeg
from covid_model.imaging.pictures.orientation import orientation_of, upright
from covid_model.imaging.pictures.png import Png, bare_png
from covid_model.imaging.pictures.refusals import cut_refusal, damaged_refusal, pages_refusal
from covid_model.imaging.pictures.sizes import SizeCheck
from covid_model.imaging.pictures.tiff import read_tiff

CUT_SIGNS = ("truncated", "Truncated", "Unexpected end of file", "End-of-file")
HUGE = 10**6  # pixels a side, which no limit lets pass


def read_picture(data: bytes, kind: str, check_size: SizeCheck) -> np.ndarray:
    """Decode a picture to float32 (H, W), range [0, 1].

    Colour becomes luminance, transparency lies over black, the orientation is applied.

    Args:
        data: the file's bytes.
        kind: by ``kind_of``, not "DICOM".
        check_size: called with (height, width) before any pixel is decoded; raises to refuse.

    Raises:
        RadiographError: with the reason the file is refused.
    """
    try:
        return _READERS[kind](data, check_size)
    except RadiographError:
        raise
    except Image.DecompressionBombError:  # before a size is known
        check_size(HUGE, HUGE)
        raise
    except Exception as error:  # damaged bytes make decoders raise almost anything
        cut = any(sign in str(error) for sign in CUT_SIGNS)
        raise (cut_refusal(kind) if cut else damaged_refusal(kind)) from error


def _read_png(data: bytes, check_size: SizeCheck) -> np.ndarray:
    png = bare_png(data)
    try:
        pixels = _read_bare_png(png, check_size)
        if pixels is None:
            pixels = _wide_grey(png.data)
    except RadiographError:
        raise
    except Exception as error:
        raise (damaged_refusal("PNG") if png.whole else cut_refusal("PNG")) from error
    return upright(pixels, orientation_of(png.exif))


def _read_bare_png(png: Png, check_size: SizeCheck) -> np.ndarray | None:
    """Read with Pillow; None where the file is whole, but Pillow gives the upper 8 of 16 bits."""
    with PngImageFile(io.BytesIO(png.data)) as image:
        check_size(image.height, image.width)
        image.load()
        return None if png.wide else to_grey(image)


def _wide_grey(data: bytes) -> np.ndarray:
    """Read a PNG file of several 16 bit channels that Pillow has found whole."""
    values = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if values is None:
        raise damaged_refusal("PNG")
    return from_detector(luminance(values, blue_first=True))


def _read_jpeg(data: bytes, check_size: SizeCheck) -> np.ndarray:
    jpeg = bare_jpeg(data)
    with JpegImageFile(io.BytesIO(jpeg.data)) as image:
        check_size(image.height, image.width)
        image.load()
        return upright(to_grey(image), orientation_of(jpeg.exif))


def _read_webp(data: bytes, check_size: SizeCheck) -> np.ndarray:
    if int.from_bytes(data[4:8], "little") + 8 > len(data):
        raise cut_refusal("WebP")
    with WebPImageFile(io.BytesIO(data)) as image:
        check_size(image.height, image.width)
        if image.n_frames > 1:
            raise pages_refusal("WebP")
        image.load()
        return upright(to_grey(image), orientation_of(image.info.get("exif", b"")))


def _read_bmp(data: bytes, check_size: SizeCheck) -> np.ndarray:
    with BmpImageFile(io.BytesIO(data)) as image:
        check_size(image.height, image.width)
        image.load()
        return to_grey(image.convert("RGB"))  # many programs leave the fourth channel at 0


_READERS: dict[str, Callable[[bytes, SizeCheck], np.ndarray]] = {
    "PNG": _read_png,
    "JPEG": _read_jpeg,
    "TIFF": read_tiff,
    "WebP": _read_webp,
    "BMP": _read_bmp,
    "HEIC": read_heif,
}
