"""TIFF pictures: one page, whole numbers of up to 16 bits or decimal ones from 0 to 1."""

import io

import cv2
import numpy as np
from PIL.TiffImagePlugin import TiffImageFile

from covid_model.common.errors import RadiographError
from covid_model.imaging.pictures.greys import from_detector, luminance, to_grey
from covid_model.imaging.pictures.refusals import damaged_refusal, pages_refusal
from covid_model.imaging.pictures.sizes import SizeCheck

SUBFILE, BITS, PHOTOMETRIC = 254, 258, 262
WHITE_IS_ZERO, RGB, COLOUR_FILTER = 0, 2, 32803
REDUCED, MASK = 1, 4  # bits of NewSubfileType: a preview of another page, its transparency
DNG_VERSION = 50706
MOST_PREVIEWS = 16


def read_tiff(data: bytes, check_size: SizeCheck) -> np.ndarray:
    """Decode a TIFF to float32 (H, W), range [0, 1]; its orientation is applied.

    Source: TIFF 6.0; Adobe Digital Negative 1.7 for raw files of cameras, which look like it.

    Raises:
        RadiographError: if it has several pages, is a camera's raw file, or gives no greys.
    """
    with TiffImageFile(io.BytesIO(data)) as image:
        check_size(image.height, image.width)
        tags = image.tag_v2
        reduced = int(tags.get(SUBFILE, 0)) & REDUCED
        if reduced or DNG_VERSION in tags or tags.get(PHOTOMETRIC) == COLOUR_FILTER:
            raise RadiographError(
                "This TIFF file holds a camera's raw data: develop it, then save it as PNG."
            )
        photometric, bits = tags.get(PHOTOMETRIC), set(tags.get(BITS, (1,)))
        _refuse_pages(image)
        image.load()
        if bits == {16} and image.mode in ("RGB", "RGBA") and photometric == RGB:
            return _wide_grey(data, image)
        grey = to_grey(image)
        # Pillow turns 1 and 8 bit pictures of this kind itself, wider ones not.
        wide = image.mode == "F" or image.mode.startswith("I")
        return 1 - grey if wide and photometric == WHITE_IS_ZERO else grey


def _refuse_pages(image: TiffImageFile) -> None:
    """Refuse further pages, but not previews of the first one."""
    try:
        for page in range(1, MOST_PREVIEWS):
            image.seek(page)
            if not int(image.tag_v2.get(SUBFILE, 0)) & (REDUCED | MASK):
                raise pages_refusal("TIFF")
    except (EOFError, OSError, SyntaxError, ValueError, TypeError):  # no page, or none to read
        pass
    image.seek(0)


def _wide_grey(data: bytes, image: TiffImageFile) -> np.ndarray:
    """Read colours of 16 bits, of which Pillow gives the upper 8, with OpenCV.

    OpenCV gives what it has read of a file that is cut short, and may turn pictures: what it gives
    is taken where the upper bits are Pillow's.
    """
    values = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if values is None or values.dtype != np.uint16 or values.ndim != 3:
        raise damaged_refusal("TIFF")
    grey = luminance(values, blue_first=True)
    upper = np.rint(255 * to_grey(image)).astype(np.int16)
    if grey.shape != upper.shape or np.abs((grey >> 8).astype(np.int16) - upper).max() > 2:
        raise damaged_refusal("TIFF")
    return from_detector(grey)
