"""PNG files without what else than the picture is in them."""

import struct
import zlib
from typing import NamedTuple

from covid_model.common.errors import RadiographError
from covid_model.imaging.pictures.refusals import damaged_refusal, pages_refusal

PNG_START = b"\x89PNG\r\n\x1a\n"
MAX_CHUNKS = 100_000  # of 8 KiB, as usual, a file of the largest size has a tenth of them
OPTIONAL = 0x20  # a bit of the first letter: readers may leave the chunk out
GREY_ALPHA_16, RGB_16, RGBA_16 = (16, 4), (16, 2), (16, 6)  # bits a value, colour type


class Png(NamedTuple):
    """A PNG file's picture.

    Attributes:
        data: a PNG file of the chunks that make the pixels, and no others.
        exif: what the chunk eXIf holds.
        whole: the file goes on to its last chunk.
    """

    data: bytes
    exif: bytes
    whole: bool

    @property
    def wide(self) -> bool:
        """Whether several channels have 16 bits each, of which Pillow reads the upper 8."""
        return tuple(self.data[24:26]) in (GREY_ALPHA_16, RGB_16, RGBA_16)


def bare_png(data: bytes) -> Png:
    """Take out of a PNG file what its pixels need.

    Texts, colour profiles and times are neither needed nor always sound, so that a reader stumbles
    over them. Checksums of what is needed are held, as libpng does.

    Source: Portable Network Graphics, third edition, 5.3 and 5.4.

    Raises:
        RadiographError: if it is damaged, animated, or of Apple's own kind.
    """
    parts, exif, whole, place = [PNG_START], b"", False, len(PNG_START)
    for _ in range(MAX_CHUNKS):
        if whole or place + 8 > len(data):
            break
        length, name = struct.unpack_from(">I4s", data, place)
        body = data[place + 8 : place + 8 + length]
        checksum = data[place + 8 + length : place + 12 + length]
        place += 12 + length
        if name == b"eXIf":
            exif = body
        elif name == b"acTL" and len(body) == 8 and body[:4] > b"\0\0\0\1":
            raise pages_refusal("PNG")
        elif not name[0] & OPTIONAL or (name == b"tRNS" and _is_key(body, parts)):
            _check(name, body, checksum, first=len(parts) == 1)
            parts.append(_chunk(name, body))
            whole = name == b"IEND"
    else:
        raise damaged_refusal("PNG")
    if not whole:
        parts.append(_chunk(b"IEND", b""))  # the picture itself may still be whole
    return Png(b"".join(parts), exif, whole)


def _is_key(body: bytes, parts: list[bytes]) -> bool:
    """Whether a chunk tRNS fits the colour type in the chunk IHDR, as it must to be used."""
    colour = parts[1][17] if len(parts) > 1 else -1
    return len(body) == {0: 2, 2: 6}.get(colour, 0) or (colour == 3 and 0 < len(body) <= 256)


def _check(name: bytes, body: bytes, checksum: bytes, *, first: bool) -> None:
    if name == b"CgBI":
        raise RadiographError(
            "This PNG file is of a kind that Apple made for its own programs: open it on a Mac "
            "and save it again as PNG."
        )
    wrong = len(checksum) == 4 and int.from_bytes(checksum, "big") != zlib.crc32(name + body)
    if wrong or (first and name != b"IHDR"):
        raise RadiographError("This PNG file is damaged: copy or export it again.")


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body), name) + body + struct.pack(">I", zlib.crc32(name + body))
