"""Usual values of a network's maps over radiographs."""

import keras
import numpy as np

from covid_model.data.dataset import Dataset
from covid_model.data.sampling import even_rows
from covid_model.training.networks.backbone import Backbone

MOST_IMAGES, BATCH = 256, 16


def map_statistics(
    backbone: Backbone, data: Dataset, *, size: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of each channel over images and positions.

    Args:
        backbone: the convolutions.
        data: radiographs, of which ``MOST_IMAGES`` are drawn as even over sources with labels as
            they allow.
        size: input height, which is also the width, in pixels.
        seed: of the draw.

    Returns:
        float64 (c,) each.
    """
    rows = even_rows(data.frame, at_most=MOST_IMAGES, seed=seed)
    sums, squares = [], []
    for start in range(0, len(rows), BATCH):
        inputs = data.inputs(rows[start : start + BATCH].tolist(), size=size)
        maps = keras.ops.convert_to_numpy(backbone.model.predict_on_batch(inputs))
        flat = maps.reshape(len(inputs), -1, maps.shape[-1]).astype(np.float64)
        sums.append(flat.mean(axis=1))
        squares.append(np.square(flat).mean(axis=1))
    mean = np.concatenate(sums).mean(axis=0)
    variance = np.concatenate(squares).mean(axis=0) - mean**2
    return mean, np.sqrt(np.maximum(variance, 0))
