"""HEIC pictures, as phones write them."""

import struct

import numpy as np

from covid_model.imaging.pictures.greys import luminance, parts_of
from covid_model.imaging.pictures.refusals import cut_refusal, pages_refusal
from covid_model.imaging.pictures.sizes import SizeCheck


def read_heif(data: bytes, check_size: SizeCheck) -> np.ndarray:
    """Decode a HEIC file's only picture to float32 (H, W), range [0, 1].

    A stream of another size than stated is refused by libheif before it is decoded. The file's
    turns are applied by libheif; EXIF data only repeat them (ISO/IEC 23008-12, A.2.1).

    Raises:
        RadiographError: if it holds several pictures, as a burst does.
    """
    if _is_cut(data):
        raise cut_refusal("HEIC")
    import pillow_heif  # some tens of MiB, only where a HEIC file comes

    file = pillow_heif.open_heif(data, convert_hdr_to_8bit=False)
    if len(file) != 1:
        raise pages_refusal("HEIC")
    picture = file[0]
    width, height = picture.size
    check_size(height, width)
    values = np.asarray(picture)  # uint8, or uint16 over the full range
    grey = values if values.ndim == 2 else luminance(values)
    return parts_of(grey, np.iinfo(values.dtype).max)


def _is_cut(data: bytes) -> bool:
    """Whether a file ends within one of its boxes, or after the first (ISO/IEC 14496-12, 4.2)."""
    place, boxes = 0, 0
    while place + 8 <= len(data):
        (length,) = struct.unpack_from(">I", data, place)
        if length == 1 and place + 16 <= len(data):
            (length,) = struct.unpack_from(">Q", data, place + 8)
        if length < 8:  # 0: up to the end of the file; or no box, but what follows the picture
            return False
        place += length
        boxes += 1
    return place > len(data) or boxes == 1
