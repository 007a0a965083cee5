"""Scale what a backbone outputs."""

import keras
import numpy as np

from covid_model.training.networks.backbone import Backbone
from covid_model.training.networks.heads import pooled_output


def scale_output(backbone: Backbone, images: np.ndarray, output_sum: float) -> None:
    """Scale the last layer so that an image's pooled feature maps sum to ``output_sum``.

    All networks end in relu(k x) = k relu(x), so their features keep their meaning. Without it
    the paper's head does not start: Adam moves each of its 32,768 weights a unit by about the
    learning rate, which on dense features of mean 0.35 shifts every hidden unit by 11 a step,
    until all of them are dead.

    Args:
        backbone: the network, whose last layer changes.
        images: float32 (n, h, w, 3) in [0, 1].
        output_sum: wanted sum over cells and channels, mean over images.
    """
    pooled = keras.Model(backbone.model.input, pooled_output(backbone)).predict_on_batch(images)
    sums = keras.ops.convert_to_numpy(pooled).sum(axis=(1, 2, 3))
    _scale_last_layer(backbone, output_sum / float(sums.mean()))


def scale_mean(backbone: Backbone, images: np.ndarray, output_mean: float) -> None:
    """Scale the last layer so that the feature maps' mean over ``images`` is ``output_mean``."""
    maps = backbone.model.predict_on_batch(images)
    mean = float(keras.ops.convert_to_numpy(maps).astype(np.float64).mean())
    _scale_last_layer(backbone, output_mean / mean)


def _scale_last_layer(backbone: Backbone, factor: float) -> None:
    last = next(layer for layer in reversed(backbone.model.layers) if layer.trainable_weights)
    for weight in last.trainable_weights:  # gamma and beta, or kernel and bias
        weight.assign(weight * factor)
