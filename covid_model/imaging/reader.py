"""Reader of radiographs, DICOM files and pictures, which says why it refuses a file."""

import math
from typing import Any

import numpy as np

from covid_model.common.errors import RadiographError
from covid_model.common.system.digests import sha256
from covid_model.imaging.dicom.levels import Levels, bits_of
from covid_model.imaging.foreign import foreign_reason
from covid_model.imaging.formats import kind_of
from covid_model.imaging.radiograph import Radiograph

MAX_BYTES = 64 * 2**20
MAX_PIXELS = 64_000_000  # below Pillow's own bomb warning, so ours is always the first refusal
MIN_SIDE = 64
NETWORK_SIDE = 960  # pixels: three times the shorter side that networks are shown
LONGER = 1.25  # times the shorter side, as which the longer one of most films is counted
SPARSE = 16  # pixels from one to the next that is looked at to tell 8 bits from 16


def read_radiograph(
    data: bytes, name: str = "", *, window: int = 0, any_view: bool = False, least: int = 0
) -> Radiograph:
    """Read a frontal chest radiograph; the content decides its format, never the file name.

    Colour becomes luminance, transparency lies over black, EXIF orientation is applied.

    Args:
        data: the file's bytes.
        name: the file's name, kept as it is.
        window: which of its ``windows`` to show a DICOM file in. Networks take the default.
        any_view: whether to read what a DICOM header says is no frontal chest radiograph too, to
            show it; never for networks.
        least: pixels of the longer side of a smaller copy that will do, where the file has one
            within itself (JPEG 2000 in DICOM); 0 for every pixel.

    Raises:
        RadiographError: with the reason the file is refused.
    """
    kind = _kind(data)
    picture: np.ndarray | Levels
    header: dict[str, Any] = {}
    if kind == "DICOM":
        picture, header = _read_dicom(data, window=window, any_view=any_view, least=least)
    else:
        picture = _read_picture(data, kind)
    if isinstance(picture, Levels):
        pixels, bits = picture.pixels, picture.bits
    else:
        pixels, bits = picture, bits_of(picture[::SPARSE, ::SPARSE])
    low, high = _range_of(pixels)
    if low == high:
        raise RadiographError("Every pixel has the same value, so there is nothing to see.")
    return Radiograph(
        pixels=pixels,
        name=name,
        format=kind,
        sha256=sha256(data),
        window=window,
        bits=bits,
        **{"size": pixels.shape, **header},
    )


def read_for_networks(data: bytes, name: str = "") -> Radiograph:
    """Read a radiograph as `read_radiograph` does, at as few pixels as networks need.

    A smaller copy will do where the film's shorter side has ``NETWORK_SIDE`` pixels in it, without
    the bars that make some films square.

    Args:
        data: the file's bytes.
        name: the file's name, kept as it is.

    Raises:
        RadiographError: with the reason the file is refused.
    """
    radiograph = read_radiograph(data, name, least=int(LONGER * NETWORK_SIDE))
    if radiograph.pixels.shape != radiograph.size:
        from covid_model.imaging.preprocessing import without_bars  # with OpenCV, likewise

        film = without_bars(radiograph.pixels).cut(radiograph.pixels)
        if min(film.shape) < NETWORK_SIDE:
            return read_radiograph(data, name)
    return radiograph


def read_levels(data: bytes, *, window: int = 0) -> Levels:
    """Read every grey level of a file that ``read_radiograph`` reads, for a viewer.

    Args:
        data: the file's bytes.
        window: as there.

    Raises:
        RadiographError: as there.
    """
    kind = _kind(data)
    if kind != "DICOM":
        return Levels.of(_read_picture(data, kind))
    picture, _ = _read_dicom(data, window=window, any_view=True)
    return picture if isinstance(picture, Levels) else Levels.of(picture)


def _kind(data: bytes) -> str:
    """Tell a file's format by its content, "DICOM" or that of a picture.

    Raises:
        RadiographError: for what is neither, or too large.
    """
    if not data:
        raise RadiographError("The file is empty: export or copy it again.")
    check_bytes(len(data))
    kind = kind_of(data)
    if not kind:
        raise RadiographError(foreign_reason(data))
    return kind


def _read_dicom(
    data: bytes, *, window: int, any_view: bool, least: int = 0
) -> tuple[np.ndarray | Levels, dict[str, Any]]:
    from covid_model.imaging.dicom.reader import read_dicom  # pydicom only where it is needed

    return read_dicom(data, check_size=check_size, window=window, any_view=any_view, least=least)


def _read_picture(data: bytes, kind: str) -> np.ndarray:
    from covid_model.imaging.pictures.reader import read_picture  # with OpenCV, likewise

    return read_picture(data, kind, check_size)


def check_bytes(count: int) -> None:
    """Refuse a file by its size in bytes, which a caller may know before reading it.

    Raises:
        RadiographError: with the size received.
    """
    if count > MAX_BYTES:
        raise RadiographError(
            "Expected a file of at most {limit:.0f} MiB. Received: {size:.1f} MiB. Export one "
            "radiograph, not a series.",
            limit=MAX_BYTES / 2**20,
            size=count / 2**20,
        )


def check_size(height: int, width: int) -> None:
    """Refuse a picture that is too small to judge or too large to hold.

    Raises:
        RadiographError: with the size received.
    """
    if min(height, width) < MIN_SIDE:
        raise RadiographError(
            "Expected at least {limit} pixels a side. Received: {width} x {height}. Give the "
            "radiograph itself, not a thumbnail.",
            limit=MIN_SIDE,
            width=width,
            height=height,
        )
    if height * width > MAX_PIXELS:
        raise RadiographError(
            "Expected at most {limit} megapixels. Received: {width} x {height}. Export the "
            "radiograph at a lower resolution.",
            limit=MAX_PIXELS // 10**6,
            width=width,
            height=height,
        )


def _range_of(pixels: np.ndarray) -> tuple[float, float]:
    """Return the darkest and the brightest grey of one picture, float32 (H, W), range [0, 1].

    Raises:
        RadiographError: for any other array, which networks would answer, or break off at.
    """
    if pixels.ndim != 2:
        raise RadiographError(
            "Expected one grey picture. Received: pixels of {count} dimensions. Export the "
            "radiograph alone, as PNG.",
            count=pixels.ndim,
        )
    low, high = float(pixels.min()), float(pixels.max())  # NaN where any grey is
    if not (math.isfinite(low) and math.isfinite(high)):
        raise RadiographError(
            "Some of the file's greys are no finite numbers: export the radiograph again, or as "
            "PNG."
        )
    if pixels.dtype != np.float32 or low < 0 or high > 1:
        raise RadiographError(
            "Expected greys from 0 to 1 once decoded. Received: {low:g} to {high:g} ({dtype}). "
            "Export the radiograph as PNG.",
            low=low,
            high=high,
            dtype=str(pixels.dtype),
        )
    return low, high
