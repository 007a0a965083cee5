"""Radiographs with their lung masks, varied alike."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import keras
import numpy as np
from PIL import Image

from covid_model.common.errors import DataError
from covid_model.data.dataset import Dataset, absent_files
from covid_model.training.inputs.augmentation import augment
from covid_model.training.recipes.augmentation import Augmentation
from covid_model.training.recipes.lungs import LungsRecipe

COLUMN = "lung_mask"


def with_masks(data: Dataset) -> Dataset:
    """The images that have a mask.

    Raises:
        DataError: if no row of metadata.csv names one, or a file is missing.
    """
    if COLUMN not in data.frame or data.frame[COLUMN].isna().all():
        raise DataError(
            f"Expected a column {COLUMN} in metadata.csv with the paths of mask files. "
            "Received none: add it for the images that have one."
        )
    chosen = data.rows(data.frame[COLUMN].notna())
    absent = absent_files(data.root, chosen.frame[COLUMN])
    if absent:
        raise DataError(
            f"metadata.csv names {len(absent)} lung masks that are not in {data.root}, the first "
            f"is {absent[0]}: restore them or empty their cells."
        )
    return chosen


def read_mask(data: Dataset, row: int) -> np.ndarray:
    """Read one image's mask, bool (H, W), in the file's own size."""
    with Image.open(data.root / data.frame[COLUMN].iloc[row]) as image:
        return np.asarray(image.convert("L")) > 127


@dataclass(frozen=True, eq=False)
class Pairs:
    """Grey levels with masks of 0 and 255, both uint8 (n, h, w)."""

    grey: np.ndarray
    masks: np.ndarray

    @classmethod
    def of(cls, data: Dataset) -> "Pairs":
        """Read all images that ``data`` holds, each with its mask."""
        grey = data.pictures()
        size = grey.shape[:0:-1]
        masks = [np.uint8(255) * read_mask(data, row) for row in range(len(data))]
        resized = [cv2.resize(mask, size, interpolation=cv2.INTER_AREA) for mask in masks]
        return cls(grey, np.stack(resized))

    def arrays(self, size: int) -> tuple[np.ndarray, np.ndarray]:
        """All images as they are, float32 (n, size, size, 1) in [0, 1], with masks alike."""
        grey, masks = (
            as_array(
                [cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA) for image in part]
            )
            for part in (self.grey, self.masks)
        )
        return grey, masks


class Batches(keras.utils.PyDataset):
    """Varied images with their masks, which depend on the seed, epoch and place alone."""

    def __init__(self, pairs: Pairs, recipe: LungsRecipe) -> None:
        super().__init__()
        self.pairs, self.recipe, self.epoch = pairs, recipe, -1
        self.on_epoch_begin()

    def __len__(self) -> int:
        return -(-len(self.pairs.grey) // self.recipe.batch)

    def on_epoch_begin(self) -> None:
        """Draw the next epoch's order."""
        self.epoch += 1
        rng = np.random.default_rng((self.recipe.seed, self.epoch))
        self.order = rng.permutation(len(self.pairs.grey))

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng((self.recipe.seed, self.epoch, index))
        batch = self.recipe.batch
        rows = self.order[index * batch : (index + 1) * batch]
        varied = [vary(self.pairs.grey[r], self.pairs.masks[r], self.recipe, rng) for r in rows]
        images, masks = zip(*varied, strict=True)
        return as_array(images), as_array(masks)


def vary(
    grey: np.ndarray, mask: np.ndarray, recipe: LungsRecipe, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return a random variant of one image with its mask.

    Args:
        grey: uint8 (h, h).
        mask: uint8 (h, h), 0 or 255.
        recipe: how far the variant may be from the image.
        rng: source of randomness.

    Returns:
        Both uint8 (size, size); the mask has greys along its outline.
    """
    config, size = recipe.augmentation, (recipe.size, recipe.size)
    matrix = _geometry(len(grey), config, recipe.shrink, rng)
    mode = cv2.BORDER_REPLICATE if rng.random() < 0.5 else cv2.BORDER_CONSTANT
    image = cv2.warpAffine(grey, matrix, grey.shape, borderMode=mode)
    moved = cv2.warpAffine(mask, matrix, mask.shape)
    shades = replace(config, crop=1.0, stretch=1.0, rotation=0.0, flip=0.0)
    image = augment(image, recipe.size, shades, rng)
    return image, cv2.resize(moved, size, interpolation=cv2.INTER_AREA)


def as_array(pictures: Sequence[np.ndarray]) -> np.ndarray:
    """Stack uint8 (h, w) to float32 (n, h, w, 1), range [0, 1]."""
    return np.stack(pictures)[..., None].astype(np.float32) / 255


def _geometry(
    side: int, config: Augmentation, shrink: float, rng: np.random.Generator
) -> np.ndarray:
    """Rotate, scale, stretch, mirror, then move as far as no more is lost than the scale asks."""
    zoom = np.exp(rng.uniform(np.log(shrink), 0.5 * np.log(1 / config.crop)))
    stretch = np.exp(rng.uniform(-0.5, 0.5) * np.log(config.stretch))
    scale = zoom * np.array([stretch, 1 / stretch])
    shift = rng.uniform(-0.5, 0.5, 2) * np.abs(scale - 1) * side
    scale[0] *= -1 if rng.random() < config.flip else 1
    middle = (side - 1) / 2
    angle = rng.uniform(-1, 1) * config.rotation
    matrix = cv2.getRotationMatrix2D((middle, middle), angle, 1.0).astype(np.float64)
    matrix[:, 2] -= middle
    matrix *= scale[:, None]
    matrix[:, 2] += middle + shift
    return matrix
