"""Training radiographs in memory, drawn at random so that classes or sources balance."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
import pandas as pd

from covid_model.data.dataset import Dataset
from covid_model.training.inputs.augmentation import augment
from covid_model.training.recipes.base import WholeRecipe

AHEAD = 4  # batches prepared while the network trains


@dataclass(frozen=True)
class Pictures:
    """Images in memory: grey levels uint8 (n, h, w), one-hot labels (n, 3), draw weights (n,)."""

    grey: np.ndarray
    labels: np.ndarray
    weights: np.ndarray

    @classmethod
    def of(
        cls,
        data: Dataset,
        *,
        source_exponent: float,
        within_source: float = 0.0,
        repeat: float = 1.5,
        class_exponent: float = 0.0,
    ) -> "Pictures":
        """Read a data set; its images are weighed by ``draw_weights``."""
        weights = draw_weights(
            data,
            source_exponent,
            within_source=within_source,
            repeat=repeat,
            class_exponent=class_exponent,
        )
        return cls(data.pictures(), data.labels, weights)

    @classmethod
    def for_recipe(cls, data: Dataset, recipe: WholeRecipe) -> "Pictures":
        """Read a data set to train on by a recipe."""
        return cls.of(
            data,
            source_exponent=recipe.source_exponent,
            within_source=recipe.within_source,
            repeat=recipe.repeat,
            class_exponent=recipe.class_exponent,
        )


def draw_weights(
    data: Dataset,
    source_exponent: float,
    *,
    within_source: float = 0.0,
    repeat: float = 1.5,
    class_exponent: float = 0.0,
) -> np.ndarray:
    """Probability of drawing each image.

    Classes are drawn alike unless ``class_exponent`` says otherwise. Covid radiographs come from
    one source, so whoever knows the source knows the class, unless that source's other classes
    are drawn about as often: their share is raised to ``within_source`` of the share of the class
    that is drawn most from it, as far as ``repeat`` lets few images stand for many; the class's
    other sources give way.

    Args:
        data: n images.
        source_exponent: a class is drawn from each source in proportion to the number of its
            images there to this power: 1 as they come, 0 all sources alike.
        within_source: least ratio between the classes of one source, in [0, 1].
        repeat: what is raised stays below this many times the weight of an image of the
            smallest class.
        class_exponent: classes are drawn in proportion to the number of their images to this
            power: 0 alike, 1 as they come.

    Returns:
        float64 (n,), sum 1; the same sum for every class where ``class_exponent`` is 0.
    """
    label, source = (pd.factorize(data.frame[name])[0] for name in ("label", "source"))
    images = np.zeros((label.max() + 1, source.max() + 1))  # class x source
    np.add.at(images, (label, source), 1)
    share = np.where(images > 0, images**source_exponent, 0)
    share /= share.sum(axis=1, keepdims=True)
    most = repeat * images / images.sum(axis=1).min()
    least = np.where(images > 0, np.minimum(within_source * share.max(axis=0), most), 0)
    raised = least > share
    share = np.where(raised, least, share)
    kept, rest = (np.where(mask, share, 0).sum(axis=1, keepdims=True) for mask in (raised, ~raised))
    give = np.clip((1 - kept) / np.where(rest > 0, rest, 1), 0, None)
    share = np.where(raised | (kept >= 1), share, share * give)
    share /= share.sum(axis=1, keepdims=True)
    share *= images.sum(axis=1, keepdims=True) ** class_exponent
    weight = (share / np.maximum(images, 1))[label, source]
    return weight / weight.sum()


def batch_of(pictures: Pictures, recipe: WholeRecipe, step: int) -> tuple[np.ndarray, np.ndarray]:
    """The batch of one step, which depends on the seed and the step alone.

    Returns:
        Images float32 (batch, size, size, 3) in [0, 1] and one-hot labels (batch, 3).
    """
    rng = np.random.default_rng((recipe.seed, step))
    stage = recipe.stage_of(step)
    config = replace(recipe.augmentation, crop=stage.crop)
    rows = rng.choice(len(pictures.labels), recipe.batch, p=pictures.weights)
    images = np.stack([augment(pictures.grey[row], stage.size, config, rng) for row in rows])
    return as_input(images), pictures.labels[rows]


def prefetched(make: Callable[[int], Any], steps: range, ahead: int = AHEAD) -> Iterator[Any]:
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
