"""Pixels compressed by runs (PS3.5 G), as most files have them."""

from itertools import pairwise

import numpy as np
from imagecodecs import packbits_decode

from covid_model.imaging.dicom.pixels.layout import Layout


def read_rle(frame: bytes, layout: Layout) -> np.ndarray | None:
    """Unpack a grey picture, byte by byte of its values, each a segment of PackBits.

    The imagecodecs decoder of the format as a whole does not survive damaged data; that of
    PackBits refuses it.

    Args:
        frame: the header of 64 bytes with the segments, as ``is_rle`` finds it.
        layout: what the header says of the picture.

    Returns:
        Unsigned integers (H, W), or None where a segment is not just as the standard has it.
    """
    count, *places = np.frombuffer(frame[:64], "<u4").tolist()
    if layout.samples != 1 or 8 * count != layout.allocated:
        return None
    picture = np.empty((layout.height * layout.width, count), np.uint8)
    for place, (start, stop) in enumerate(pairwise((*places[:count], len(frame)))):
        try:
            plane = packbits_decode(frame[start:stop], out=bytearray(len(picture)))
        except Exception:  # damaged, cut, or longer than the picture
            return None
        if len(plane) != len(picture):
            return None
        highest_first = count - 1 - place
        picture[:, highest_first] = np.frombuffer(plane, np.uint8)
    return picture.view(f"<u{count}").reshape(layout.height, layout.width)
