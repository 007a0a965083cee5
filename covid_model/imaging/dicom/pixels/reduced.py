"""JPEG 2000 pictures at a lower resolution, which such a stream holds within itself.

Half the height and width take a quarter of the time of all of it. Where the smaller picture might
not be the larger one's average, or damage could stay unseen, there is none:

- Padding, overlays and signs are bits of single pixels.
- What the wavelet rounds off is half a grey, which of 8 bits is too much.
- Blocks of high throughput (HTJ2K) may be found damaged while they are decoded, those of JPEG 2000
  are not (``tests/unit/imaging/dicom/test_reduced.py`` damages both).
- Without a window, the lowest and the highest value of all pixels become black and white. They are
  known well enough where areas of the picture are nearly at both ends of what its bits can hold.

What is looked at and what networks are shown is read so; the viewer's every pixel is not. Half the
size changes the networks' answers about as much as rounding a film to 10 bits does
(``benchmarks/half_resolution.py``).

Pillow reads it, as imagecodecs gives the whole resolution alone; both use OpenJPEG.
"""

import io

import cv2
import numpy as np
from PIL.Jpeg2KImagePlugin import Jpeg2KImageFile

from covid_model.imaging.dicom.pixels.codestream import JPEG_2000, Codestream
from covid_model.imaging.dicom.pixels.layout import Layout

CODING, TILE = 0x52, 0x90  # markers: default of the coding style; the first tile (T.800 A.2)
CAPABILITIES = 6  # place of Rsiz, whose bit 14 tells of high throughput (T.814 A.2)
HIGH_THROUGHPUT = 0x4000, 0x40  # bits of Rsiz and of a code block's style
EXTENT = slice(8, 40)  # of SIZ: the picture, its origin, a tile, the tiles' origin
AREA = np.ones((3, 3), np.uint8)
NEAR = 0.01  # of all that the bits can hold, that an area may be away from black or white


def reduced(stream: Codestream, layout: Layout, *, least: int, windowed: bool) -> np.ndarray | None:
    """Decode a grey picture at the lowest resolution that will do.

    Args:
        stream: the compressed picture.
        layout: the header's account of it, corrected by ``told_by``.
        least: pixels of the longer side that will do.
        windowed: whether the header says which values are black and white.

    Returns:
        Unsigned integers (h, w), each the value in the middle of its part of the whole picture;
        None where only the whole resolution will do, also to say what is wrong with it.
    """
    levels = _levels(stream) if _is_plain(stream, layout) else 0
    power = min(levels, (max(stream.height, stream.width) // least).bit_length() - 1)
    if power < 1 or not (_fits(stream, power) and (windowed or _spans(stream, power, levels))):
        return None
    values = _decoded(stream, power)
    return None if values is None else _aligned(values, stream, power)


def _is_plain(stream: Codestream, layout: Layout) -> bool:
    """Whether the values are whole unsigned integers and nothing else."""
    return (
        stream.kind == JPEG_2000
        and layout.grey
        and stream.samples == 1
        and not layout.signed
        and not layout.overlays
        and stream.precision == layout.stored == layout.high + 1 > 8
    )


def _levels(stream: Codestream) -> int:
    """Count the resolutions below the whole one, 0 where one would not be told to be right."""
    data = stream.data
    right, bottom, left, top, wide, high, x, y = np.frombuffer(data[EXTENT], ">u4").tolist()
    whole = left == top == x == y == 0 and wide >= right and high >= bottom
    if not whole or data[43:45] != b"\1\1" or data[42] & 0x80:
        return 0
    if int.from_bytes(data[CAPABILITIES : CAPABILITIES + 2], "big") & HIGH_THROUGHPUT[0]:
        return 0
    place = 2
    while place + 12 < len(data) and data[place] == 0xFF and data[place + 1] != TILE:
        if data[place + 1] == CODING:
            high_throughput = data[place + 12] & HIGH_THROUGHPUT[1]
            return 0 if high_throughput else data[place + 9]
        place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
    return 0


def _fits(stream: Codestream, power: int) -> bool:
    """Whether Pillow expects the size that OpenJPEG gives, which is rounded up."""
    step = 2**power
    return all(
        (length + step // 2) // step == -(-length // step)
        for length in (stream.height, stream.width)
    )


def _decoded(stream: Codestream, power: int) -> np.ndarray | None:
    try:
        with Jpeg2KImageFile(io.BytesIO(stream.data)) as image:
            image.reduce = power
            image.load()
            values = np.asarray(image)
    except Exception:  # the decoder of the whole resolution says what is wrong
        return None
    return values >> (8 * values.dtype.itemsize - stream.precision)  # Pillow shifts them up


def _spans(stream: Codestream, power: int, levels: int) -> bool:
    """Whether areas of the picture, at half the resolution, are as good as black and white."""
    probe = power + 1 if power < levels and _fits(stream, power + 1) else power
    values = _decoded(stream, probe)
    if values is None:
        return False
    most = 2**stream.precision - 1
    darkest, brightest = cv2.dilate(values, AREA).min(), cv2.erode(values, AREA).max()
    return bool(darkest <= NEAR * most and brightest >= (1 - NEAR) * most)


def _aligned(values: np.ndarray, stream: Codestream, power: int) -> np.ndarray:
    """Move values to the middles of their parts of the picture, from where the upper left ones are.

    The low band of a wavelet transform holds a value for each pixel in even rows and columns.
    """
    height, width = values.shape
    across, down = stream.width / width, stream.height / height
    moved = np.array([[across, 0, (across - 1) / 2], [0, down, (down - 1) / 2]]) / 2**power
    return cv2.warpAffine(
        values,
        moved,
        (width, height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
