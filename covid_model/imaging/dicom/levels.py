"""Grey levels of a file, every one of them, and how far apart its pixels are."""

from dataclasses import dataclass

import cv2
import numpy as np


@dataclass(frozen=True)
class Spacing:
    """How far apart neighbouring pixels are, as a file says.

    Attributes:
        down: from one row to the next, in mm.
        across: from one column to the next, in mm.
        at_detector: whether at the detector, where all is larger than in the body, by the
            magnification.
    """

    down: float
    across: float
    at_detector: bool


@dataclass(frozen=True, eq=False)
class Levels:
    """A picture with every grey level of its file.

    Attributes:
        places: unsigned integers (H, W), where in ``shown`` each pixel's level is.
        shown: float32 (n,), each level as it is shown, 0 black, 1 white; below or above where it
            lies outside of the file's window.
    """

    places: np.ndarray
    shown: np.ndarray

    @classmethod
    def of(cls, pixels: np.ndarray) -> "Levels":
        """Count the levels of float32 (H, W), range [0, 1]: of 8 bits where they fit, else of 16.

        Picture files of at most 16 bits lose nothing by it.
        """
        most = 2 ** bits_of(pixels) - 1
        places = np.rint(pixels * most).astype(np.uint8 if most == 255 else np.uint16)
        return cls(places, np.arange(most + 1, dtype=np.float32) / np.float32(most))

    @property
    def bits(self) -> int:
        """How many bits the levels take."""
        return max(1, (len(self.shown) - 1).bit_length())

    @property
    def pixels(self) -> np.ndarray:
        """The picture as it is shown at first, float32 (H, W), range [0, 1]."""
        shown, size = self.shown.clip(0, 1), self.places.dtype.itemsize
        if size > 2:
            return shown[self.places]
        table = np.zeros(2 ** (8 * size), np.float32)
        table[: len(shown)] = shown
        return cv2.LUT(self.places, table)  # some thirty times as fast as NumPy's indexing


def bits_of(pixels: np.ndarray) -> int:
    """Whether every grey of a picture, float32 (H, W), range [0, 1], is one of 8 bits, or of 16."""
    return 8 if bool(np.all(np.abs(np.rint(pixels * 255) - pixels * 255) < 1e-3)) else 16
