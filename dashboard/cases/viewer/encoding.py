"""Encoding of pictures, maps and outlines for the viewer in the browser."""

import base64
from typing import Any

import cv2
import numpy as np

from covid_model.imaging.radiograph import Radiograph
from covid_model.inference.overlay import OUTLINE, outlines, palette

SMOOTH = 1 / 160  # of the longer side, that an outline may be off; a mask's steps are as large


def picture(pixels: np.ndarray) -> dict[str, Any]:
    """Encode float32 (H, W), range [0, 1], as an 8 bit PNG in a data URL, with its size."""
    _, png = cv2.imencode(".png", np.rint(255 * pixels).astype(np.uint8))
    height, width = pixels.shape
    return {"src": f"data:image/png;base64,{_base64(png)}", "width": width, "height": height}


def film(radiograph: Radiograph) -> dict[str, Any]:
    """Encode a radiograph as small as it is, with what its file has: pixels, bits, millimetres."""
    rows, columns = radiograph.size or radiograph.pixels.shape
    spacing = radiograph.spacing
    return {
        **picture(radiograph.pixels),
        "file": radiograph.sha256,
        "id": f"{radiograph.sha256}-{radiograph.window}",
        "rows": rows,
        "columns": columns,
        "bits": radiograph.bits,
        "spacing": spacing
        and {"down": spacing.down, "across": spacing.across, "detector": spacing.at_detector},
    }


def heat(heatmap: np.ndarray) -> dict[str, Any]:
    """Encode float32 (h, w), range [0, 1], as one byte a cell, with its size."""
    height, width = heatmap.shape
    cells = np.rint(255 * heatmap).astype(np.uint8)
    return {"data": _base64(cells), "width": width, "height": height}


def colours() -> str:
    """Encode the palette of every map: 256 times red, green, blue."""
    return _base64(palette())


def outline(mask: np.ndarray) -> dict[str, Any]:
    """Encode the outline of a mask, bool (H, W), as lines of x, y, x, y ... with their colour."""
    slack = SMOOTH * max(mask.shape)
    lines = [cv2.approxPolyDP(line, slack, closed=True) for line in outlines(mask)]
    return {
        "lines": [line.ravel().tolist() for line in lines],
        "colour": f"rgb({', '.join(map(str, OUTLINE))})",
    }


def _base64(array: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode("ascii")
