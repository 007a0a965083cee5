"""What a compressed picture says of itself, read before a decoder makes room for it."""

from dataclasses import dataclass, replace

from covid_model.common.errors import RadiographError
from covid_model.imaging.dicom.pixels.layout import Layout

JPEG, JPEG_LS, JPEG_2000 = "JPEG", "JPEG-LS", "JPEG 2000"
J2K_START = b"\xff\x4f\xff\x51"  # start of the codestream with its first segment, SIZ
MOST_BITS = 16
JP2_START = b"\x00\x00\x00\x0cjP  "
JPEG_START = b"\xff\xd8"
FRAME_HEADERS = frozenset({*range(0xC0, 0xD0), 0xF7}) - {0xC4, 0xC8, 0xCC}  # 0xF7 of JPEG-LS
ALONE = frozenset({0x01, 0xFF, *range(0xD0, 0xD9)})  # markers, and padding, without a length


@dataclass(frozen=True)
class Codestream:
    """A compressed picture and its own account of it, which is what a decoder goes by.

    Attributes:
        kind: ``JPEG``, ``JPEG_LS`` or ``JPEG_2000`` (with high throughput).
        data: the bytes, without the boxes of a JP2 file.
        height: in pixels.
        width: in pixels.
        samples: values a pixel.
        precision: bits of a value, 1 .. 38.
        component_ids: of a JPEG or JPEG-LS, by which some tell RGB.
    """

    kind: str
    data: bytes
    height: int
    width: int
    samples: int
    precision: int
    component_ids: bytes = b""

    @property
    def size(self) -> tuple[int, int, int]:
        """Height, width and values a pixel."""
        return self.height, self.width, self.samples


def codestream_of(frame: bytes) -> Codestream | None:
    """Tell a JPEG, JPEG-LS or JPEG 2000 picture by its bytes, whatever a header calls it."""
    if frame.startswith((J2K_START, JP2_START)):
        return _jpeg_2000(frame[max(0, frame.find(J2K_START, 0, 4096)) :])
    if not frame.startswith(JPEG_START):
        return None
    place = len(JPEG_START)
    while place + 9 < len(frame):
        marker = frame[place + 1]
        if marker in FRAME_HEADERS:
            height, width = _number(frame, place + 5, 2), _number(frame, place + 7, 2)
            kind = JPEG_LS if marker == 0xF7 else JPEG
            precision, samples = frame[place + 4], frame[place + 9]
            ids = frame[place + 10 : place + 10 + 3 * samples : 3]
            stream = Codestream(kind, frame, height, width, samples, precision, ids)
            return stream if height else None  # 0: stated at the end
        place += (
            (1 if marker == 0xFF else 2) if marker in ALONE else 2 + _number(frame, place + 2, 2)
        )
    return None


def check_codestream(stream: Codestream, layout: Layout) -> None:
    """Refuse a picture of another size than the header's before a decoder makes room for it.

    Raises:
        RadiographError: with both sizes.
    """
    if stream.size != layout.size:
        raise RadiographError(
            "This DICOM file says {said} and holds a picture of {found} (width x height x "
            "channels): export it again.",
            said=_size_text(layout.size),
            found=_size_text(stream.size),
        )


def told_by(stream: Codestream, layout: Layout) -> Layout:
    """Correct a header's bits by the codestream that it describes.

    A precision of more than Bits Allocated, or of something between Bits Stored and Bits
    Allocated where no overlay lies in the bits above, shows that Bits Stored are wrong. A precision
    that ends below High Bit shows that the bits below the pixel's were left out.

    Raises:
        RadiographError: if the stream has more bits than a screen's picture.
    """
    precision, stored, high = stream.precision, layout.stored, layout.high
    if precision > MOST_BITS:
        raise RadiographError(
            "Expected 8 to 16 bits a pixel. Received: {bits} bits.", bits=precision
        )
    between = high + 1 < precision < layout.allocated and not layout.overlays
    if precision > layout.allocated or stored > layout.allocated or between:
        stored, high = precision, precision - 1
    elif precision <= high:
        stored = min(stored, precision)
        high = stored - 1
    # JPEG has no sign: with fewer bits than the header's, its values cannot be negative.
    signed = layout.signed and not (stream.kind == JPEG and precision < layout.stored)
    return replace(layout, stored=stored, high=high, signed=signed)


def _jpeg_2000(data: bytes) -> Codestream | None:
    """Read the segment SIZ (ISO/IEC 15444-1 A.5.1)."""
    if not data.startswith(J2K_START) or len(data) < 43:
        return None
    right, bottom, left, top = (_number(data, place, 4) for place in (8, 12, 16, 20))
    return Codestream(
        JPEG_2000,
        data,
        height=bottom - top,
        width=right - left,
        samples=_number(data, 40, 2),
        precision=(data[42] & 0x7F) + 1,
    )


def _number(data: bytes, place: int, size: int) -> int:
    return int.from_bytes(data[place : place + size], "big")


def _size_text(size: tuple[int, int, int]) -> str:
    height, width, channels = size
    return f"{width} x {height} x {channels}"
