"""Orientation that a camera writes beside a picture."""

import struct
from collections.abc import Callable

import numpy as np

ORIENTATION = 0x0112
SHORT, LONG = 3, 4  # types of a value: uint16, uint32
UPRIGHT = 1


def orientation_of(exif: bytes) -> int:
    """Find the orientation, 1 to 8, in EXIF data; 1, upright, where they do not say it.

    Only the first table is read, entry by entry, as far as it goes: what else the data hold, and
    whether it is sound, is of no matter to the picture.

    Source: Exif 2.32 (CIPA DC-008), 4.5.2 and 4.6.4 A.
    """
    exif = exif.removeprefix(b"Exif\0\0")
    order = {b"II": "<", b"MM": ">"}.get(exif[:2], "")
    try:
        (start,) = struct.unpack_from(f"{order}I", exif, 4)
        (count,) = struct.unpack_from(f"{order}H", exif, start)
        for entry in range(start + 2, start + 2 + 12 * count, 12):
            tag, kind = struct.unpack_from(f"{order}HH", exif, entry)
            if order and tag == ORIENTATION and kind in (SHORT, LONG):
                (value,) = struct.unpack_from(
                    f"{order}{'H' if kind == SHORT else 'I'}", exif, entry + 8
                )
                return value if 1 <= value <= 8 else UPRIGHT
    except struct.error:  # the table ends before it says so
        pass
    return UPRIGHT


def upright(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """Turn and mirror an array (H, W) as an orientation, 1 to 8, says to show it."""
    return np.ascontiguousarray(_TURNS[orientation](pixels))


_TURNS: dict[int, Callable[[np.ndarray], np.ndarray]] = {
    1: lambda pixels: pixels,
    2: np.fliplr,
    3: lambda pixels: np.rot90(pixels, 2),
    4: np.flipud,
    5: np.transpose,
    6: lambda pixels: np.rot90(pixels, -1),
    7: lambda pixels: np.rot90(pixels, 2).T,
    8: np.rot90,
}
