"""The part of a radiograph that a network sees, as its input."""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from covid_model.imaging.preprocessing import (
    LUNGS,
    MARGIN,
    Box,
    Preprocessing,
    reduced,
    to_input,
)
from covid_model.imaging.radiograph import Radiograph
from covid_model.inference.lung_segmentation import LungSegmenter, lungs_box

GRID = 64  # cells a side of a heatmap that covers more than the network saw


@dataclass(frozen=True, eq=False)
class NetworkInput:
    """What a network is shown of a picture; the array is read-only.

    Attributes:
        image: float32 (1, size, size, 3), range [0, 1].
        box: the part of the picture that it shows.
    """

    image: np.ndarray
    box: Box


def network_input(
    radiograph: Radiograph, *, size: int, preprocessing: Preprocessing, box: Box | None = None
) -> NetworkInput:
    """Prepare a radiograph as training did.

    Args:
        radiograph: the picture.
        size: height and width of the input, in pixels.
        preprocessing: how; where it asks for the lungs, the project's own segmenter finds them,
            and a picture in which it finds none is shown whole.
        box: the part of the picture to show, None to find it.

    Raises:
        RunError: if the lungs are asked for and the segmenter is missing or damaged.
    """
    box = box or view_of(radiograph.pixels, preprocessing)
    if preprocessing.view == LUNGS:
        radiograph = replace(radiograph, pixels=reduced(radiograph.pixels))
    image = to_input(radiograph, size=size, preprocessing=preprocessing, box=box)
    image.flags.writeable = False
    return NetworkInput(image, box)


def view_of(pixels: np.ndarray, preprocessing: Preprocessing) -> Box:
    """The part of a picture that ``preprocessing`` shows, all of it where no lungs are found.

    Args:
        pixels: float32 (H, W), range [0, 1].
        preprocessing: which part.
    """
    if preprocessing.view != LUNGS:
        return Box()
    found = lungs_box(_segmenter(), reduced(pixels))
    return found.widened(MARGIN) if found else Box()


def on_whole_picture(heatmaps: np.ndarray, box: Box) -> np.ndarray:
    """Put heatmaps of a part of a picture where they belong on all of it, 0 elsewhere.

    Args:
        heatmaps: float32 (n, h, w), range [0, 1], which cover ``box``.
        box: the part of the picture that the network saw.

    Returns:
        float32 (n, h, w) as they are where the box is the whole picture, else float32
        (n, GRID, GRID), of which a cell is smaller than one of theirs.
    """
    if box == Box():
        return heatmaps
    return np.stack([box.placed(heat, height=GRID, width=GRID) for heat in heatmaps])


@cache
def _segmenter() -> LungSegmenter:
    return LungSegmenter.load()
