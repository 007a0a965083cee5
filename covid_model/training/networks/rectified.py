"""A network cut before late layers, its maps standardised and rectified both ways."""

import keras
import numpy as np

from covid_model.common.errors import UsageError
from covid_model.training.networks.backbone import Backbone

LEAST_DEVIATION = 0.1  # of the median channel's; what varies less is not blown up


def cut_before(backbone: Backbone, layers: str) -> Backbone:
    """The convolutions up to what goes into some of their layers.

    Args:
        backbone: the whole convolutions.
        layers: how the names of layers begin, with + between several; of those whose names begin
            so the first counts. Their inputs are stacked along the channels.

    Raises:
        UsageError: if there is no such layer, it takes several maps, or the maps are of several
            sizes.
    """
    named = backbone.model.layers
    maps = []
    for name in layers.split("+"):
        first = next((layer for layer in named if name and layer.name.startswith(name)), None)
        if first is None:
            raise UsageError(
                f"Expected the beginning of a layer's name of {backbone.architecture.title}, as "
                f"{', '.join(backbone.architecture.blocks) or named[-1].name}. "
                f"Received: {name!r}."
            )
        if isinstance(first.input, list):
            raise UsageError(
                f"Expected layers that take one map. Received: {name!r}, where {first.name} takes "
                f"{len(first.input)}. Name the layer after it, or one before it."
            )
        maps.append(first.input)
    if len({each.shape[1:3] for each in maps}) > 1:
        raise UsageError(
            "Expected layers whose maps are of one size. Received: "
            + ", ".join(f"{each.shape[1]} x {each.shape[2]}" for each in maps)
            + f" for {layers}. Name others."
        )
    output = keras.layers.Concatenate(name="stacked")(maps) if len(maps) > 1 else maps[0]
    origin = f"{backbone.origin}; only up to what goes into {' and '.join(layers.split('+'))}"
    model = keras.Model(backbone.model.input, output)
    computes = f"{backbone.computes} {layers}"
    return Backbone(backbone.architecture, model, origin, cut=True, computes=computes)


def rectify(backbone: Backbone, mean: np.ndarray, deviation: np.ndarray) -> Backbone:
    """Follow the last maps A by relu(z) beside relu(-z), where z = (A - mean) / deviation.

    The mean of these over all positions tells a linear head how far a channel lies above and
    below its usual value, its spread among them, where the mean of A tells the difference alone
    ("concatenated rectified linear units", Shang et al. 2016, https://arxiv.org/abs/1603.05201).
    A linear head on that mean keeps the closed form of Grad-CAM.

    Args:
        backbone: convolutions with maps (n, h, w, c).
        mean: float (c,) of each channel over images and positions.
        deviation: float (c,), >= 0, likewise; small ones count as ``LEAST_DEVIATION``, those of
            channels that never vary as 1 where most never do.

    Returns:
        Convolutions with maps (n, h, w, 2 c), >= 0. Their weights, mean and deviation among them,
        tell them from others.
    """
    least = np.maximum(deviation, LEAST_DEVIATION * np.median(deviation))
    # Batch normalisation, as what it holds are weights, which count in the backbone's digest.
    standardise = keras.layers.BatchNormalization(
        center=False, scale=False, epsilon=0.0, trainable=False, name="standardised"
    )
    z = standardise(backbone.model.output)
    standardise.set_weights([mean, np.where(least > 0, least, 1.0) ** 2])
    halves = [
        keras.layers.ReLU(name="above")(z),
        keras.layers.ReLU(name="below")(keras.layers.Rescaling(-1.0, name="negated")(z)),
    ]
    both = keras.layers.Concatenate(name="rectified")(halves)
    return Backbone(
        backbone.architecture, keras.Model(backbone.model.input, both), backbone.origin, cut=True
    )
