"""The one picture among the bytes of Pixel Data, encapsulated or not (PS3.5 A.4)."""

from pydicom import Dataset

from covid_model.common.errors import RadiographError
from covid_model.common.messages import Message
from covid_model.imaging.dicom.pixels.codestream import J2K_START, JP2_START, JPEG_START

ITEM = b"\xfe\xff\x00\xe0"
STARTS = (JPEG_START, J2K_START, JP2_START)
CUT = Message("This DICOM file is cut short: its picture ends early. Copy or export it again.")
RLE_SEGMENTS = 15


def is_encapsulated(dataset: Dataset) -> bool:
    """Whether Pixel Data are a sequence of fragments, by themselves, not by the transfer syntax."""
    return bytes(dataset.PixelData[:4]) == ITEM


def frame_of(pixel_data: bytes) -> bytes:
    """Join the fragments of one picture.

    Offset tables are not gone by: they are often wrong, and one picture takes every fragment.

    Args:
        pixel_data: the items of Pixel Data, from the basic offset table on.

    Raises:
        RadiographError: if the last fragment is cut short, or there are several pictures.
    """
    items = _items(pixel_data)
    fragments = items if items and _starts_picture(items[0]) else items[1:]
    frames = sum(_starts_picture(fragment) for fragment in fragments)
    if frames > 1:
        raise RadiographError("Expected one picture. Received: {frames} frames.", frames=frames)
    return b"".join(fragments)


def _items(data: bytes) -> list[bytes]:
    """Split at the item tags; what follows the last item is not looked at."""
    items, place = [], 0
    while data[place : place + 4] == ITEM:
        length = int.from_bytes(data[place + 4 : place + 8], "little")
        if place + 8 + length > len(data):
            raise RadiographError(CUT)
        items.append(data[place + 8 : place + 8 + length])
        place += 8 + length
    return items


def _starts_picture(fragment: bytes) -> bool:
    return fragment.startswith(STARTS) or is_rle(fragment)


def is_rle(frame: bytes) -> bool:
    """Whether a frame starts with an RLE header, segments and their places (PS3.5 G.5)."""
    words = [int.from_bytes(frame[place : place + 4], "little") for place in range(0, 64, 4)]
    count, offsets = words[0], words[1:]
    if not 1 <= count <= RLE_SEGMENTS or offsets[0] != 64 or len(frame) < 64:
        return False
    return sorted(offsets[:count]) == offsets[:count] and not any(offsets[count:])
