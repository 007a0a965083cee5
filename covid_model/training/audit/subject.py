"""Subjects of an audit: a network of a run and test images with their lungs."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import cv2
import numpy as np
from tqdm import tqdm

from covid_model.data.dataset import Dataset
from covid_model.evaluation.reliability.calibration import Calibration, calibration_in
from covid_model.imaging.preprocessing import INPUT_SIZE, Preprocessing, resize
from covid_model.inference.gradcam import Head
from covid_model.inference.lung_segmentation import LungSegmenter
from covid_model.inference.network import Network
from covid_model.inference.network_input import view_of, with_greys
from covid_model.runs import read_model_info

log = logging.getLogger(__name__)
LEAST_MASKED = 20  # images with a mask, below which nothing is said of the lungs


@dataclass(frozen=True, eq=False)
class AuditedNetwork:
    """One network under audit.

    Attributes:
        name: key of ``architectures.ARCHITECTURES``.
        title: as papers write it.
        path: its ``model.tflite``.
        network: what that file computes; anything with its ``run`` and ``input_shape``.
        head: the weights behind the feature maps.
        calibration: what makes the scores probabilities, None when not calibrated.
        preprocessing: what happens to a picture before the network sees it.
    """

    name: str
    title: str
    path: Path
    network: Network
    head: Head
    calibration: Calibration | None = None
    preprocessing: Preprocessing = Preprocessing()

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Open a model folder of a run."""
        info, path = read_model_info(folder), folder / "model.tflite"
        return cls(
            info.architecture,
            info.title,
            path,
            Network.load(path),
            Head.load(folder / "head.npz"),
            calibration_in(info),
            Preprocessing(**info.preprocessing),
        )

    @property
    def size(self) -> int:
        """Side of the square input, in pixels."""
        return self.network.input_shape[1]

    def look(self, pixels: np.ndarray, image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return calibrated probabilities, float32 (3,), with the feature maps (h, w, c).

        Args:
            pixels: float32 (size, size), range [0, 1], the greys that are shown.
            image: float32 (size, size, 3), range [0, 1], the input of the picture as it is, of
                which a channel of lungs stays.
        """
        scores, maps = self.network.run(with_greys(image, pixels, self.preprocessing))
        return (self.calibration.apply(scores) if self.calibration else scores), maps


@dataclass(frozen=True, eq=False)
class AuditImages:
    """The images of an audit; none is held in memory.

    Attributes:
        data: n images.
        masks: bool (n, H, W), true where the lungs are; None where that is not known.
        without_mask: images that were left out for want of a mask.
    """

    data: Dataset
    masks: np.ndarray | None = None
    without_mask: int = 0

    def __len__(self) -> int:
        return len(self.data)

    def image(self, row: int, size: int) -> np.ndarray:
        """One image as a network of that input size takes it, float32 (size, size, 3)."""
        return self.data.inputs([row], size=size)[0]

    def mask(self, row: int, size: int) -> np.ndarray | None:
        """The lungs of one image, bool (size, size), None where they are not known."""
        if self.masks is None:
            return None
        mask = self.masks[row].astype(np.uint8)
        return cv2.resize(mask, (size, size), interpolation=cv2.INTER_NEAREST) > 0

    def rows(self, numbers: np.ndarray) -> "AuditImages":
        """The images of some rows, in their present order."""
        chosen = np.isin(np.arange(len(self)), numbers)
        masks = None if self.masks is None else self.masks[chosen]
        return AuditImages(self.data.rows(chosen), masks, self.without_mask)


def with_masks(data: Dataset, segmenter: LungSegmenter | None) -> AuditImages:
    """Find the lungs of images; those without a mask are left out.

    Every condition is then judged on the same images. Where fewer than ``LEAST_MASKED`` have a
    mask, all images stay and nothing is said of the lungs.

    Args:
        data: the images.
        segmenter: what finds lungs, None where there is none.
    """
    if segmenter is None:
        log.info("Audit without lungs: there is no segmenter, so only the border can be tried.")
        return AuditImages(data)
    masks = []
    for row in tqdm(range(len(data)), "Lungs of test images", unit="image"):
        masks.append(_mask(data, row, segmenter))
    masked = np.array([mask is not None for mask in masks], bool)
    missing = int((~masked).sum())
    if masked.sum() < LEAST_MASKED:
        log.info(
            "Audit without lungs: %d of %d images have a mask, where it takes %d.",
            masked.sum(),
            len(data),
            LEAST_MASKED,
        )
        return AuditImages(data, without_mask=missing)
    log.info("Audit on %d images; %d have no lung mask and are left out.", masked.sum(), missing)
    lungs: list[Any] = [mask for mask in masks if mask is not None]
    return AuditImages(data.rows(masked), np.stack(lungs), missing)


def _mask(data: Dataset, row: int, segmenter: LungSegmenter) -> np.ndarray | None:
    """The lungs of one image in the part of it that networks see, bool (237, 237)."""
    pixels = data.radiograph(row).pixels
    mask = segmenter.mask(pixels)
    if mask is None:
        return None
    part = view_of(pixels, data.preprocessing).box.cut(mask).astype(np.float32)
    return resize(part, height=INPUT_SIZE, width=INPUT_SIZE) >= 0.5


@dataclass(frozen=True, eq=False)
class Maps:
    """What one network says of n images.

    Attributes:
        patients: of the images, str (n,).
        probabilities: float32 (n, 3).
        heatmaps: float32 (n, 3, h, w), range [0, 1], the Grad-CAM of each class.
    """

    patients: np.ndarray
    probabilities: np.ndarray
    heatmaps: np.ndarray

    @property
    def predicted(self) -> np.ndarray:
        """Index of the class with the highest probability, int (n,)."""
        return self.probabilities.argmax(axis=1)

    @property
    def of_predicted(self) -> np.ndarray:
        """The map of each image's predicted class, float32 (n, h, w)."""
        return self.heatmaps[np.arange(len(self.predicted)), self.predicted]

    def rows(self, numbers: np.ndarray) -> "Maps":
        """The images of some rows."""
        parts = (self.patients, self.probabilities, self.heatmaps)
        return Maps(*(part[numbers] for part in parts))
