"""Images of a case: arrays, and PNG files with the notice."""

import cv2
import numpy as np

from covid_model.common.architectures import ARCHITECTURES
from covid_model.imaging.formats import kind_of
from covid_model.imaging.preprocessing import shrink
from covid_model.imaging.reader import read_radiograph
from covid_model.inference.overlay import (
    COLOUR_MAP,
    OUTLINE,
    outlines,
    overlay,
    to_png,
    with_caption,
    write,
)
from dashboard.cases.exports.case import OPACITY, ExportedCase
from dashboard.cases.exports.text import CaseText

PRINTED_SIDE = 1600  # pixels of the longer side of a picture in the PDF, at most
BAR = 24  # pixels: width of the colour bar beside a map


def grey(exported: ExportedCase) -> np.ndarray | None:
    """The radiograph, uint8 (H, W), None where the file could not be read."""
    radiograph = exported.result.radiograph
    return None if radiograph is None else np.rint(radiograph.pixels * 255).astype(np.uint8)


def overlays(exported: ExportedCase, base: np.ndarray | None = None) -> list[np.ndarray]:
    """For each network the radiograph under the map of its class, uint8 (H, W, 3), RGB.

    They are laid over the eight bit radiograph, so that whoever has it lays the same.

    Args:
        exported: the case.
        base: the radiograph, uint8 (H, W), as ``grey`` gives it where None.
    """
    base = grey(exported) if base is None else base
    if base is None or not exported.named_predictions:
        return []
    pixels = base.astype(np.float32) / np.float32(255)
    return [
        overlay(pixels, prediction.heatmap(prediction.predicted), opacity=OPACITY)
        for prediction in exported.named_predictions
    ]


def printed(exported: ExportedCase) -> list[np.ndarray]:
    """The radiograph, uint8 (H, W), then its overlays as large as the file has them; [] without.

    Where they are asked for, the lungs are outlined on the overlays, as in the viewer.
    """
    if exported.result.radiograph is None:
        return []
    pixels = exported.result.radiograph.pixels
    if kind_of(exported.data):  # the case itself has them as they are shown
        whole = read_radiograph(exported.data, exported.name, any_view=True)
        pixels = shrink(whole.pixels, side=PRINTED_SIDE)
    base = np.rint(pixels * 255).astype(np.uint8)
    laid = overlays(exported, base)
    mask = exported.outlined_lungs
    return [base, *(laid if mask is None else [_outlined(picture, mask) for picture in laid])]


def _outlined(rgb: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Draw the edge of a mask on a picture of another size, bright with a dark rim."""
    height, width = rgb.shape[:2]
    large = cv2.resize(mask.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    lines, thick = outlines(large >= 0.5), max(1, max(height, width) // 400)
    drawn = cv2.drawContours(rgb.copy(), lines, -1, (0, 0, 0), 2 * thick)
    return cv2.drawContours(drawn, lines, -1, OUTLINE, thick)


def colours(heat: np.ndarray) -> np.ndarray:
    """Colour heat, float32 (H, W), range [0, 1], as the overlays do: uint8 (H, W, 3), RGB."""
    levels = np.rint(heat * 255).astype(np.uint8)
    return np.ascontiguousarray(cv2.applyColorMap(levels, COLOUR_MAP)[..., ::-1])


def colour_bar(length: int, width: int) -> np.ndarray:
    """A bar from cold on the left to hot on the right, uint8 (width, length, 3), RGB."""
    return colours(np.tile(np.linspace(0, 1, length, dtype=np.float32), (width, 1)))


def map_alone(heatmap: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """A map without the radiograph, with a colour bar on its right, uint8 (H, W + bar, 3), RGB."""
    height, width = shape
    heat = cv2.resize(heatmap, (width, height), interpolation=cv2.INTER_CUBIC).clip(0, 1)
    canvas = np.zeros((height, width + 3 * BAR, 3), np.uint8)
    canvas[:, :width] = colours(heat)
    canvas[:, width + BAR // 2 : width + BAR // 2 + BAR] = colour_bar(height, BAR).transpose(
        1, 0, 2
    )[::-1]
    right, size = width + BAR // 2 + BAR + 6, 16
    write(canvas, "1", at=(right, size), size=size)
    return write(canvas, "0", at=(right, height - 4), size=size)


def png_files(exported: ExportedCase, texts: CaseText) -> dict[str, bytes]:
    """Each picture as PNG by file name: radiograph, overlays, maps; the notice is on each."""
    base = grey(exported)
    if base is None:
        return {}
    run, rgb = exported.run.name, np.repeat(base[..., None], 3, axis=2)
    files = {"radiograph.png": _png(rgb, texts.captions[0], texts, run)}
    for prediction, overlaid, caption in zip(
        exported.named_predictions, overlays(exported), texts.captions[1:], strict=True
    ):
        alone = map_alone(prediction.heatmap(prediction.predicted), base.shape)
        files[f"overlay-{prediction.model}.png"] = _png(overlaid, caption, texts, run)
        files[f"map-{prediction.model}.png"] = _png(alone, caption, texts, run)
    return files


def side_by_side(exported: ExportedCase, texts: CaseText) -> np.ndarray:
    """Radiograph with overlays in one row above a line with the notice, uint8 (H, W, 3), RGB.

    Raises:
        ValueError: if the file could not be read.
    """
    radiograph = grey(exported)
    if radiograph is None:
        raise ValueError("Expected a case with a radiograph. Received one that was not read.")
    base = np.repeat(radiograph[..., None], 3, axis=2)
    names = [
        texts.captions[0],
        *(ARCHITECTURES[prediction.model] for prediction in exported.named_predictions),
    ]
    tiles = [
        with_caption(picture, name)
        for picture, name in zip([base, *overlays(exported)], names, strict=True)
    ]
    row = np.concatenate(tiles, axis=1)
    for line in filter(None, (texts.outcome, texts.doubt, *texts.captions[1:], texts.notice)):
        row = with_caption(row, line)
    return row


def _png(rgb: np.ndarray, caption: str, texts: CaseText, run: str) -> bytes:
    line = f"{texts.outcome}. {caption}. {texts.notice}"
    return to_png(with_caption(rgb, line), text={"Caption": line, "Run": run})
