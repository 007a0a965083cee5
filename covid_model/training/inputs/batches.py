"""Training radiographs in memory and the batches drawn from them."""

from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np

from covid_model.data.dataset import Dataset
from covid_model.training.inputs.augmentation import augment
from covid_model.training.recipes.base import EndToEndRecipe

AHEAD = 4  # batches prepared while the network trains
WHOLE = slice(None)


@dataclass(frozen=True)
class ImagePool:
    """Images in memory: grey levels uint8 (n, h, w), one-hot labels (n, 3), draw weights (n,)."""

    grey: np.ndarray
    labels: np.ndarray
    weights: np.ndarray

    @classmethod
    def for_recipe(cls, data: Dataset, recipe: EndToEndRecipe) -> "ImagePool":
        """Read a data set; its images are drawn as the recipe weighs them."""
        weights = recipe.weights(data, class_exponent=recipe.class_exponent)
        return cls(data.pictures(), data.labels, weights)


def batch_of(
    pictures: ImagePool, recipe: EndToEndRecipe, step: int, own: slice = WHOLE
) -> tuple[np.ndarray, np.ndarray]:
    """The batch of one step, which depends on the seed and the step alone.

    Args:
        pictures: the images to draw from.
        recipe: how they are drawn and varied.
        step: counted from 0.
        own: the rows of the batch to return; all are drawn, so that each is as in the whole batch.

    Returns:
        Images float32 (batch, size, size, 3) in [0, 1] and one-hot labels (batch, 3).
    """
    rng = np.random.default_rng((recipe.seed, step))
    stage = recipe.stage_of(step)
    config = replace(recipe.augmentation, crop=stage.crop)
    rows = rng.choice(len(pictures.labels), recipe.batch, p=pictures.weights)
    images = np.stack([augment(pictures.grey[row], stage.size, config, rng) for row in rows])
    return as_input(images[own]), pictures.labels[rows[own]]


def prefetched(make: Callable[[int], Any], steps: range, ahead: int = AHEAD) -> Generator[Any]:
    """Yield ``make(step)`` for each step in order, made by one thread a few steps ahead."""
    pool = ThreadPoolExecutor(1, "batches")
    try:
        waiting = deque(pool.submit(make, step) for step in steps[:ahead])
        for step in range(steps.start + ahead, steps.stop + ahead):
            batch = waiting.popleft().result()
            if step < steps.stop:
                waiting.append(pool.submit(make, step))
            yield batch
    finally:
        pool.shutdown(cancel_futures=True)


def as_input(grey: np.ndarray, size: int = 0) -> np.ndarray:
    """Grey levels uint8 (n, h, w) as network input float32 (n, h, w, 3) in [0, 1].

    Args:
        grey: the images.
        size: height, which is also the width, to resize to first; 0 for as they are.
    """
    if size and grey.shape[1:] != (size, size):
        grey = np.stack([cv2.resize(g, (size, size), interpolation=cv2.INTER_AREA) for g in grey])
    return np.repeat((grey.astype(np.float32) / 255)[..., None], 3, axis=-1)
