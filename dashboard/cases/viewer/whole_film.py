"""Every pixel of a film with all of its bits, on its way to the one browser that asked for it."""

import json
import zlib
from typing import Any

import numpy as np
import streamlit as st

from covid_model.imaging.dicom.levels import Levels
from dashboard.session import inference
from dashboard.session.readings import reading

MOST_LEVELS = 2**16

# Its bytes go by the websocket of the page, at no address, and leave once the viewer has them.
_channel = st.components.v2.component(
    "radiograph_levels",
    js="""export default function ({ data }) {
      if (data) dispatchEvent(new CustomEvent("radiograph-levels", { detail: data }));
    }""",
)


def send(name: Any, *, key: str) -> None:
    """Send the film of an id of a scene, from a browser; nothing where the session has no such.

    Raises:
        RadiographError: if the file can no longer be read.
    """
    sha256, window = _parted(name)
    levels = inference.levels_of(sha256, window=window)
    if levels is not None:
        _channel(data=encoded(levels, name), key=key)


def note_seen(name: Any) -> None:
    """Note for the log of readings that the browser shows every pixel of a film."""
    sha256, _ = _parted(name)
    reading.note_whole(sha256)


def encoded(levels: Levels, name: str) -> bytes:
    """Write levels as the browser's part reads them.

    Returns:
        The length of a header in JSON, uint32, and the header; then deflated the grey that each
        level is shown as, float32, the higher bytes of all pixels where there are any, and the
        lower ones, which together are smaller than pixel by pixel.
    """
    places, shown = levels.places, levels.shown[:MOST_LEVELS].astype("<f4")
    if places.dtype != np.uint8:
        places = places.clip(0, MOST_LEVELS - 1).astype(np.uint16)
        higher, lower = (places >> 8).astype(np.uint8), (places & 0xFF).astype(np.uint8)
        places = np.concatenate([higher, lower])
    height, width = levels.places.shape
    header = {"id": name, "width": width, "height": height, "levels": len(shown)}
    start = json.dumps(header).encode()
    body = zlib.compress(shown.tobytes() + places.tobytes(), level=1)
    return len(start).to_bytes(4, "little") + start + body


def _parted(name: Any) -> tuple[str, int]:
    """Part a name into digest and window, which may be of no film."""
    sha256, _, window = str(name).partition("-")
    return sha256, int(window) if window.isdecimal() and len(window) < 4 else 0
