"""The part of a radiograph that a network sees, as its input."""

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from covid_model.imaging.preprocessing import (
    LUNGS,
    MARGIN,
    SEEN,
    Box,
    Preprocessing,
    reduced,
    to_input,
    widened_lungs,
    without_bars,
)
from covid_model.imaging.radiograph import Radiograph
from covid_model.inference import lung_segmentation
from covid_model.inference.lung_segmentation import LungSegmenter, lungs_box

GRID = 64  # cells a side of a heatmap that covers more than the network saw


@dataclass(frozen=True, eq=False)
class View:
    """The part of a picture that a network is shown.

    Attributes:
        film: the picture without bars that make it a square.
        part: what of the film is shown.
        lungs: float32 (h, w), range [0, 1], how much each cell of what is shown looks like lung;
            None where nobody asked or no lungs were found.
    """

    film: Box = Box()
    part: Box = Box()
    lungs: np.ndarray | None = None

    @property
    def box(self) -> Box:
        """What of the whole picture is shown."""
        return self.part.within(self.film)


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
    radiograph: Radiograph, *, size: int, preprocessing: Preprocessing, view: View | None = None
) -> NetworkInput:
    """Prepare a radiograph as training did.

    Args:
        radiograph: the picture.
        size: height and width of the input, in pixels.
        preprocessing: how; where it asks for the lungs, the project's own segmenter finds them,
            and a picture in which it finds none is shown whole.
        view: the part of the picture to show, None to find it.

    Raises:
        RunError: if the lungs are asked for and the segmenter is missing or damaged.
    """
    pixels = radiograph.pixels
    if preprocessing.finds_lungs:  # a large film is reduced once
        film = view.film if view else without_bars(pixels)
        pixels = reduced(film.cut(pixels))
        view = view or _view_of(film, pixels, preprocessing)
    view = view or View()
    radiograph = replace(radiograph, pixels=pixels)
    image = to_input(radiograph, size=size, preprocessing=preprocessing, box=view.part)
    if preprocessing.pooling == LUNGS:
        image[0, :, :, SEEN] = 1.0
        if view.lungs is not None:
            image[0, :, :, SEEN] = widened_lungs(view.lungs, size=size)
    image.flags.writeable = False
    return NetworkInput(image, view.box)


def view_of(pixels: np.ndarray, preprocessing: Preprocessing) -> View:
    """The part of a picture that ``preprocessing`` shows, the whole film where it finds no lungs.

    Args:
        pixels: float32 (H, W), range [0, 1].
        preprocessing: which part.
    """
    if not preprocessing.finds_lungs:
        return View()
    film = without_bars(pixels)
    return _view_of(film, reduced(film.cut(pixels)), preprocessing)


def _view_of(film: Box, pixels: np.ndarray, preprocessing: Preprocessing) -> View:
    """What is shown of the film in a picture, whose ``reduced`` pixels are given."""
    segmenter = open_segmenter()
    scores = segmenter.scores(pixels)
    found = lungs_box(segmenter, scores)
    if found is None:
        return View(film)
    part = found.widened(MARGIN) if preprocessing.view == LUNGS else Box()
    return View(film, part, part.cut(scores))


def with_greys(image: np.ndarray, greys: np.ndarray, preprocessing: Preprocessing) -> np.ndarray:
    """The same network input with other greys, its channel of lungs as it is.

    Args:
        image: float32 (size, size, 3), range [0, 1].
        greys: float32 (size, size), range [0, 1].
        preprocessing: how the input was prepared.

    Returns:
        float32 (1, size, size, 3), range [0, 1].
    """
    changed = np.repeat(greys[None, :, :, None], 3, axis=3)
    if preprocessing.pooling == LUNGS:
        changed[0, :, :, SEEN] = image[:, :, SEEN]
    return changed


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


def open_segmenter() -> LungSegmenter:
    """The project's own segmenter: opened once for all who ask, again where its files change.

    Raises:
        RunError: if it is missing or damaged.
    """
    info = lung_segmentation.DEFAULT_FOLDER / lung_segmentation.INFO_FILE
    return _opened(info.parent, info.stat().st_mtime_ns if info.is_file() else 0)


@lru_cache(maxsize=1)
def _opened(folder: Path, written: int) -> LungSegmenter:
    return LungSegmenter.load(folder)
