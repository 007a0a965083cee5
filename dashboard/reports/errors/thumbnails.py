"""Thumbnails of a data folder's radiographs, cached for all sessions."""

from pathlib import Path

import numpy as np
import streamlit as st

from covid_model.common.errors import DataError
from covid_model.imaging.preprocessing import shrink
from covid_model.imaging.reader import check_bytes, read_radiograph
from dashboard.session import turns

THUMBNAIL_SIDE, MAX_THUMBNAILS = 320, 96  # pixels; pictures of some pages of errors


def thumbnail(file: Path) -> np.ndarray:
    """Read a radiograph of the data folder for a page with many, uint8 (side, side), padded black.

    Raises:
        DataError: if the file cannot be opened.
        RadiographError: if it is no radiograph.
    """
    try:
        return _thumbnail(str(file), file.stat().st_mtime_ns)
    except OSError as error:
        raise DataError(
            "{name} cannot be opened ({reason}): see to it.", name=file.name, reason=error.strerror
        ) from None


@st.cache_data(max_entries=MAX_THUMBNAILS, show_spinner=False)
def _thumbnail(file: str, changed: int) -> np.ndarray:
    """Read and shrink once for all sessions; ``changed`` makes another file load afresh."""
    path = Path(file)
    check_bytes(path.stat().st_size)
    with turns.turn():
        radiograph = read_radiograph(path.read_bytes(), path.name, least=THUMBNAIL_SIDE)
        pixels = shrink(radiograph.pixels, side=THUMBNAIL_SIDE)
    side = max(pixels.shape)
    before = [(side - length) // 2 for length in pixels.shape]
    after = [side - length - start for length, start in zip(pixels.shape, before, strict=True)]
    square = np.pad(pixels, list(zip(before, after, strict=True)))
    return (255 * square).round().astype(np.uint8)
