"""Overlay of a heatmap on a radiograph, as a PNG that carries the notice."""

import io
from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from covid_model.common.disclaimer import NOTICE

# Perceptually uniform, readable with any colour vision; its hottest end is yellow.
COLOUR_MAP = cv2.COLORMAP_PLASMA
OUTLINE = (102, 255, 230)  # RGB of no grey, nor of any heat
WEIGHT = 400  # regular; without one OpenCV takes what the process drew with before, at times bold


def palette() -> np.ndarray:
    """Return the colours of heat from 0 to 1, uint8 (256, 3), RGB; the only ones of any map."""
    cells = np.arange(256, dtype=np.uint8)[:, None]
    return cv2.applyColorMap(cells, COLOUR_MAP)[:, 0, ::-1]


def overlay(pixels: np.ndarray, heatmap: np.ndarray, *, opacity: float = 0.4) -> np.ndarray:
    """Lay a heatmap over a radiograph.

    The colour's weight at a place is ``opacity`` times its heat, so cold areas stay the radiograph.

    Args:
        pixels: float32 (H, W), range [0, 1].
        heatmap: float32 (h, w), range [0, 1], of any size; enlarged bicubically.
        opacity: weight of the colour where the heat is 1, range [0, 1].

    Returns:
        uint8 (H, W, 3), RGB.
    """
    height, width = pixels.shape
    heat = cv2.resize(heatmap, (width, height), interpolation=cv2.INTER_CUBIC).clip(0, 1)
    colour = palette()[np.rint(heat * 255).astype(np.uint8)]
    grey = np.rint(pixels * 255)[..., None]
    weight = (opacity * heat)[..., None]
    return np.rint(grey + weight * (colour - grey)).astype(np.uint8)


def outlines(mask: np.ndarray) -> Sequence[np.ndarray]:
    """Trace the outer edges of a mask's parts.

    Args:
        mask: bool (H, W).

    Returns:
        One closed line a part, int32 (points, 1, 2), of columns with rows.
    """
    return cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]


def with_caption(rgb: np.ndarray, caption: str) -> np.ndarray:
    """Add a black line with a white caption under a picture, widening it where the text needs it.

    Args:
        rgb: uint8 (H, W, 3).
        caption: one line of text.

    Returns:
        uint8 (H + line, at least W, 3).
    """
    height, width = rgb.shape[:2]
    size, margin = max(11, width // 60), 4
    _, _, right, _ = cv2.getTextSize((0, 0), caption, (0, 0), cv2.FontFace("sans"), size, WEIGHT)
    line = round(1.3 * size) + 2 * margin  # letters reach 1.3 sizes from top to bottom
    canvas = np.zeros((height + line, max(width, right + 2 * margin), 3), np.uint8)
    left = (canvas.shape[1] - width) // 2
    canvas[:height, left : left + width] = rgb
    return write(canvas, caption, at=(margin, height + margin + size), size=size)


def write(rgb: np.ndarray, words: str, *, at: tuple[int, int], size: int) -> np.ndarray:
    """Write white words on a picture, in place, with the accents of any European language.

    Args:
        rgb: uint8 (H, W, 3), contiguous.
        words: one line of text.
        at: column of the left end, row of the base line, in pixels.
        size: of the letters, in pixels.

    Returns:
        ``rgb``.
    """
    cv2.putText(rgb, words, at, (255, 255, 255), cv2.FontFace("sans"), size, WEIGHT)
    return rgb


def to_png(rgb: np.ndarray, *, text: Mapping[str, str] | None = None) -> bytes:
    """Encode uint8 (H, W, 3) as PNG whose text metadata holds the notice, then ``text``."""
    info = PngInfo()
    for key, value in {"Notice": NOTICE, **(text or {})}.items():
        info.add_itxt(key, value)
    stream = io.BytesIO()
    Image.fromarray(rgb).save(stream, "PNG", pnginfo=info)
    return stream.getvalue()
