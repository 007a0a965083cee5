"""JPEG files without what else than the picture is in them; kinds of JPEG that are not read."""

from typing import NamedTuple

from covid_model.common.errors import RadiographError
from covid_model.common.messages import Message
from covid_model.imaging.pictures.refusals import cut_refusal, damaged_refusal

MAX_SEGMENTS = 10_000  # before the pixels; a colour profile of the largest size has 255
SOI, SOS, EOI = 0xD8, 0xDA, 0xD9
APP0, APP1, APP14, APP15, COM = 0xE0, 0xE1, 0xEE, 0xEF, 0xFE
ALONE = (0x01, *range(0xD0, 0xD8))  # markers without a length
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # tables, an extension, conditioning
LOSSLESS = (0xC3, 0xC7, 0xCB, 0xCF)
STAGED = (0xC5, 0xC6, 0xCD, 0xCE)  # differential frames of the hierarchical mode
JPEG_LS = 0xF7  # ITU-T T.87, Annex C


class Jpeg(NamedTuple):
    """A JPEG file's picture.

    Attributes:
        data: a JPEG file of the segments that make the pixels, and no others.
        exif: what the first segment of EXIF data holds.
    """

    data: bytes
    exif: bytes


def bare_jpeg(data: bytes) -> Jpeg:
    """Take out of a JPEG file what its pixels need.

    Notes of cameras and programs, colour profiles and further pictures are neither needed nor
    always sound. JFIF's and Adobe's segments stay, as they say what the channels mean.

    Source: ITU-T T.81, Annex B.

    Raises:
        RadiographError: if it is of a kind that is not read, or ends before its pixels.
    """
    parts, exif, place = [data[:2]], b"", 2
    for _ in range(MAX_SEGMENTS):
        place, end = data.find(b"\xff", place), place
        if place < 0 and end < len(data):
            raise damaged_refusal("JPEG")
        if place < 0 or place + 4 > len(data):
            raise cut_refusal("JPEG")
        marker = data[place + 1]
        if marker in (0x00, 0xFF, SOI, *ALONE):  # filling, or what libjpeg skips
            place += 1 if marker == 0xFF else 2
            continue
        if marker == SOS:
            return Jpeg(b"".join((*parts, data[place:])), exif)
        end = place + 2 + int.from_bytes(data[place + 2 : place + 4], "big")
        segment = data[place:end]
        if marker == EOI or end < place + 4:
            raise damaged_refusal("JPEG")
        if marker in FRAMES or marker == JPEG_LS:
            _check_frame(marker, segment)
        if marker == APP1 and segment[4:8] == b"Exif":
            exif = exif or segment[4:]
        if _makes_pixels(marker, segment):
            parts.append(segment)
        place = end
    raise damaged_refusal("JPEG")


def _makes_pixels(marker: int, segment: bytes) -> bool:
    """Whether a segment makes the pixels; of the notes only whole ones on colour do."""
    if marker == APP0:
        return segment[4:9] == b"JFIF\0" and len(segment) >= 18
    if marker == APP14:
        return segment[4:9] == b"Adobe" and len(segment) >= 16
    return not (APP0 <= marker <= APP15 or marker == COM)


def _check_frame(marker: int, segment: bytes) -> None:
    """Refuse what libjpeg, as Pillow has it, does not read."""
    if len(segment) < 10:
        raise cut_refusal("JPEG")
    bits, channels = segment[4], segment[9]
    if marker == JPEG_LS:
        kind = Message("JPEG-LS of {bits} bits", bits=bits)
    elif marker in LOSSLESS:
        kind = Message("lossless JPEG of {bits} bits", bits=bits)
    elif marker in STAGED:
        kind = Message("hierarchical JPEG")
    elif bits != 8:
        kind = Message("JPEG of {bits} bits", bits=bits)
    elif channels not in (1, 3, 4):
        kind = Message("JPEG of {channels} channels", channels=channels)
    elif segment[5:7] == b"\0\0":
        kind = Message("JPEG that does not say its height")
    else:
        return
    raise RadiographError(
        "Expected a usual JPEG, of 8 bits. Received: {kind}. Export the radiograph as DICOM or as "
        "16 bit PNG.",
        kind=kind,
    )
