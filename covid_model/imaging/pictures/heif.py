"""HEIC pictures, as phones write them."""

import numpy as np

from covid_model.common.errors import RadiographError
from covid_model.imaging.pictures.greys import luminance
from covid_model.imaging.pictures.refusals import pages_refusal
from covid_model.imaging.pictures.sizes import SizeCheck


def read_heif(data: bytes, check_size: SizeCheck) -> np.ndarray:
    """Decode a HEIC file's only picture to float32 (H, W), range [0, 1].

    Its own turns are applied by libheif; EXIF data only repeat them (ISO/IEC 23008-12, A.2.1).

    Raises:
        RadiographError: if it holds several pictures, as a burst does.
    """
    import pillow_heif  # some tens of MiB, only where a HEIC file comes

    file = pillow_heif.open_heif(data, convert_hdr_to_8bit=False)
    if len(file) != 1:
        raise pages_refusal("HEIC")
    picture = file[0]
    width, height = picture.size
    check_size(height, width)
    values = np.asarray(picture)  # uint8, or uint16 over the full range
    if values.shape[:2] != (height, width):
        raise RadiographError("This HEIC file states another size than it has: save it as PNG.")
    grey = values if values.ndim == 2 else luminance(values)
    return grey.astype(np.float32) / np.float32(np.iinfo(values.dtype).max)
