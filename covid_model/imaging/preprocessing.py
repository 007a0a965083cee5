"""Preprocessing from a radiograph to the network input, the same in training and serving."""

from dataclasses import dataclass

import cv2
import numpy as np

from covid_model.common.errors import UsageError
from covid_model.imaging.radiograph import Radiograph

INPUT_SIZE = 237
SHORT_SIDE = 320  # pixels, of the radiographs that are cut to the lungs
PLAIN, EQUALIZED, WHOLE, LUNGS, ALL = "plain", "equalized", "whole", "lungs", "all"
STRETCHED = (1, 99)  # percentiles of the greys that become black and white
CLIP_LIMIT, TILES = 2.0, 8  # of the equalisation, tiles a side
MARGIN = 0.08  # of the lungs' height and width, which is kept on each side
BAR = 0.08  # of a side's length: the least that is cut as a bar, at both ends alike
SAME_GREY = 4 / 255  # by which the greys of a bar may differ, as JPEG files make them
LEAST_PICTURE = 0.4  # of a side's length, that bars leave
RIM = 0.05  # of the input's side, by which lungs are widened before maps are averaged over them
GREY, SEEN = slice(0, 2), 2  # channels of the input where maps are averaged over the lungs


@dataclass(frozen=True)
class Preprocessing:
    """What happens to a picture between its reader and the network.

    Attributes:
        greys: "plain", as they are; or "equalized": stretched between two percentiles, then by
            contrast-limited adaptive histogram equalisation (Zuiderveld 1994), so that makers
            whose films are paler or darker look alike.
        view: "whole" picture, or "lungs": cut to both lungs with a margin where they are found.
        pooling: "all" where the network averages its maps over all positions; "lungs" where it
            does so over the lungs with a rim, for which the input's third channel says how much
            each pixel is lung, 1 everywhere where none are found.
    """

    greys: str = PLAIN
    view: str = WHOLE
    pooling: str = ALL

    def __post_init__(self) -> None:
        allowed = {"greys": (PLAIN, EQUALIZED), "view": (WHOLE, LUNGS), "pooling": (ALL, LUNGS)}
        if not all(getattr(self, name) in values for name, values in allowed.items()):
            raise UsageError(
                "Expected greys of plain or equalized, a view of whole or lungs, pooling over all "
                "or lungs. Received: greys of {greys}, a view of {view}, pooling over {pooling}.",
                greys=self.greys,
                view=self.view,
                pooling=self.pooling,
            )

    @property
    def finds_lungs(self) -> bool:
        """True where the lungs have to be found."""
        return LUNGS in (self.view, self.pooling)


@dataclass(frozen=True)
class Box:
    """A part of a picture, as shares of its height and width in [0, 1]; the default is all of it.

    Attributes:
        top: where it begins.
        bottom: where it ends, > ``top``.
        left: where it begins.
        right: where it ends, > ``left``.
    """

    top: float = 0.0
    bottom: float = 1.0
    left: float = 0.0
    right: float = 1.0

    def widened(self, margin: float) -> "Box":
        """The box with a share of its own height and width more on each side."""
        high, wide = (self.bottom - self.top) * margin, (self.right - self.left) * margin
        return Box(
            max(0.0, self.top - high),
            min(1.0, self.bottom + high),
            max(0.0, self.left - wide),
            min(1.0, self.right + wide),
        )

    def within(self, outer: "Box") -> "Box":
        """Where the box lies on a picture of which it was a part of the part ``outer``."""
        high, wide = outer.bottom - outer.top, outer.right - outer.left
        return Box(
            outer.top + self.top * high,
            outer.top + self.bottom * high,
            outer.left + self.left * wide,
            outer.left + self.right * wide,
        )

    def cut(self, picture: np.ndarray) -> np.ndarray:
        """The part of a picture (H, W) in the box, as a view of at least one pixel."""
        rows, columns = self._pixels(*picture.shape[:2])
        return picture[rows, columns]

    def placed(self, part: np.ndarray, *, height: int, width: int) -> np.ndarray:
        """Put what covers the box where it belongs on a picture that is 0 elsewhere.

        Args:
            part: float32 (h, w), of any size; resized bilinearly.
            height: of the result.
            width: of the result.

        Returns:
            float32 (height, width).
        """
        whole = np.zeros((height, width), np.float32)
        rows, columns = self._pixels(height, width)
        shape = whole[rows, columns].shape
        whole[rows, columns] = cv2.resize(part, shape[::-1], interpolation=cv2.INTER_LINEAR)
        return whole

    def _pixels(self, height: int, width: int) -> tuple[slice, slice]:
        return _span(self.top, self.bottom, height), _span(self.left, self.right, width)


def _span(start: float, end: float, length: int) -> slice:
    first = min(int(start * length), length - 1)
    return slice(first, max(first + 1, round(end * length)))


def without_bars(pixels: np.ndarray) -> Box:
    """The part of a picture between two bars of one grey, as programs add them to make a square.

    Args:
        pixels: float32 (H, W), range [0, 1].

    Returns:
        All of the picture where there are no bars of ``BAR`` of its height or width at both ends.
    """
    (top, bottom), (left, right) = _between_bars(pixels), _between_bars(pixels.T)
    return Box(top, bottom, left, right)


def _between_bars(lines: np.ndarray) -> tuple[float, float]:
    first, last = _bar(lines), _bar(lines[::-1])
    count, least = len(lines), BAR * len(lines)
    alike = abs(float(lines[0, 0]) - float(lines[-1, 0])) <= SAME_GREY
    if not alike or min(first, last) < least or count - first - last < LEAST_PICTURE * count:
        return 0.0, 1.0
    return first / count, 1 - last / count


def _bar(lines: np.ndarray) -> int:
    """Count the lines from the first that have its first grey from end to end."""
    grey = lines[0, 0]
    for number, line in enumerate(lines):
        if np.abs(line - grey).max() > SAME_GREY:
            return number
    return len(lines)


def resize(pixels: np.ndarray, *, height: int = INPUT_SIZE, width: int = INPUT_SIZE) -> np.ndarray:
    """Resize to exactly ``height`` x ``width``; the aspect ratio is not kept, as in the paper.

    Args:
        pixels: float32 (H, W), range [0, 1].
        height: of the result, in pixels.
        width: of the result, in pixels.

    Returns:
        float32 (height, width), range [0, 1]: area averages where the picture shrinks in both
        directions (no aliasing), linear interpolation where it grows.
    """
    shrinks = pixels.shape[0] >= height and pixels.shape[1] >= width
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    resized = cv2.resize(pixels, (width, height), interpolation=method)
    return np.clip(resized, 0.0, 1.0, dtype=np.float32)


def reduced(pixels: np.ndarray, *, side: int = SHORT_SIDE) -> np.ndarray:
    """Shrink a picture to a shorter side of at most ``side`` pixels; a smaller one stays as it is.

    A part that is cut out of it later is then as sharp as in training, whose radiographs are no
    larger, whatever the size of the file.

    Args:
        pixels: float32 (H, W), range [0, 1].
        side: the shorter side of the result, in pixels.

    Returns:
        float32 (h, w), range [0, 1], with the same aspect ratio.
    """
    return _scaled(pixels, side / min(pixels.shape))


def shrink(pixels: np.ndarray, *, side: int) -> np.ndarray:
    """Shrink a picture to a longer side of at most ``side`` pixels; a smaller one stays as it is.

    Args:
        pixels: float32 (H, W), range [0, 1].
        side: of the result, in pixels.

    Returns:
        float32 (h, w), range [0, 1], with the same aspect ratio.
    """
    return _scaled(pixels, side / max(pixels.shape))


def _scaled(pixels: np.ndarray, scale: float) -> np.ndarray:
    if scale >= 1:
        return pixels
    height, width = (max(1, round(length * scale)) for length in pixels.shape)
    return resize(pixels, height=height, width=width)


def equalized(grey: np.ndarray) -> np.ndarray:
    """Stretch the greys of a picture between two percentiles, then equalise them by tiles.

    Args:
        grey: float32 (h, w), range [0, 1].

    Returns:
        float32 (h, w), range [0, 1], of 256 levels.
    """
    low, high = np.percentile(grey, STRETCHED)
    stretched = np.clip((grey - low) / max(float(high - low), 1 / 255), 0, 1)
    tiled = cv2.createCLAHE(CLIP_LIMIT, (TILES, TILES))
    return tiled.apply(np.rint(255 * stretched).astype(np.uint8)).astype(np.float32) / 255


def widened_lungs(lungs: np.ndarray, *, size: int) -> np.ndarray:
    """Widen soft lungs by a rim, as outlines are uncertain and signs lie at the pleura too.

    Args:
        lungs: float32 (h, w), range [0, 1], how much each cell of what is shown is lung.
        size: height and width of the result, in pixels.

    Returns:
        float32 (size, size), range [0, 1].
    """
    soft = np.clip(cv2.resize(lungs, (size, size), interpolation=cv2.INTER_LINEAR), 0, 1)
    side = 2 * max(1, round(RIM * size)) + 1
    return cv2.dilate(soft, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))


def to_input(
    radiograph: Radiograph,
    *,
    size: int = INPUT_SIZE,
    preprocessing: Preprocessing = Preprocessing(),  # noqa: B008 - frozen
    box: Box | None = None,
) -> np.ndarray:
    """Return the network input: float32 (1, size, size, 3), range [0, 1], grey in each channel.

    Args:
        radiograph: the picture.
        size: height and width of the result, in pixels.
        preprocessing: how greys are changed.
        box: the part of the picture that is shown to the network, None for all of it.
    """
    pixels = box.cut(radiograph.pixels) if box else radiograph.pixels
    grey = resize(pixels, height=size, width=size)
    if preprocessing.greys == EQUALIZED:
        grey = equalized(grey)
    return np.repeat(grey[None, :, :, None], 3, axis=3)
