"""Size of a compressed picture, checked before a decoder makes room for it."""

from pydicom import Dataset
from pydicom.encaps import get_frame

from covid_model.common.errors import RadiographError

JPEG_2000 = b"\xff\x4f\xff\x51"  # start of the codestream with its first segment, SIZ
JPEG = b"\xff\xd8"
FRAME_HEADERS = frozenset({*range(0xC0, 0xD0), 0xF7}) - {0xC4, 0xC8, 0xCC}  # 0xF7 of JPEG-LS
ALONE = frozenset({0x01, 0xFF, *range(0xD0, 0xD9)})  # markers, and padding, without a length


def check_codestream(dataset: Dataset) -> None:
    """Refuse a picture of another size than the header's before a decoder makes room for it.

    Raises:
        RadiographError: with both sizes.
    """
    if not dataset.file_meta.TransferSyntaxUID.is_encapsulated:
        return
    stated = stated_size(get_frame(dataset.PixelData, 0, number_of_frames=1))
    in_header = int(dataset.Rows), int(dataset.Columns), int(dataset.SamplesPerPixel)
    if stated is not None and stated != in_header:
        raise RadiographError(
            "This DICOM file says {said} and holds a picture of {found} (width x height x "
            "channels): export it again.",
            said=_size_text(in_header),
            found=_size_text(stated),
        )


def stated_size(frame: bytes) -> tuple[int, int, int] | None:
    """Return height, width, channels of a JPEG, JPEG-LS or JPEG 2000 frame, None of any other."""
    place = frame.find(JPEG_2000, 0, 1024)  # after the boxes of a JP2 file, if any
    if place >= 0:
        right, bottom, left, top = (_number(frame, place + at, 4) for at in (8, 12, 16, 20))
        return bottom - top, right - left, _number(frame, place + 40, 2)
    if not frame.startswith(JPEG):
        return None
    place = len(JPEG)
    while place + 9 < len(frame):
        marker = frame[place + 1]
        if marker in FRAME_HEADERS:
            height, width = _number(frame, place + 5, 2), _number(frame, place + 7, 2)
            return (height, width, frame[place + 9]) if height else None  # 0: stated at the end
        place += (
            (1 if marker == 0xFF else 2) if marker in ALONE else 2 + _number(frame, place + 2, 2)
        )
    return None


def _number(data: bytes, place: int, size: int) -> int:
    return int.from_bytes(data[place : place + size], "big")


def _size_text(size: tuple[int, int, int]) -> str:
    height, width, channels = size
    return f"{width} x {height} x {channels}"
