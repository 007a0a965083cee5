"""A network cut before late layers, its maps rectified both ways and weighed by the lungs."""

import keras
import numpy as np

from covid_model.common.errors import UsageError
from covid_model.imaging.preprocessing import SEEN
from covid_model.training.networks.backbone import Backbone

CELL = 8  # pixels a side over which lungs are averaged before they are resized to the maps
LEAST_LUNG = 1e-3  # of a position without any, so that a picture without lungs has a mean
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


def of_grey(backbone: Backbone) -> Backbone:
    """The same convolutions on inputs whose third channel holds the lungs: it sees grey there.

    ``Preprocessing`` with a pooling over lungs makes such inputs.
    """
    image = keras.Input(backbone.model.input_shape[1:], name="shown")
    grey = keras.ops.repeat(image[..., :1], 3, axis=-1)
    model = keras.Model(image, backbone.model(grey))
    computes = f"{backbone.computes} of grey"
    return Backbone(
        backbone.architecture, model, backbone.origin, cut=backbone.cut, computes=computes
    )


def over_lungs(backbone: Backbone) -> Backbone:
    """Multiply the last maps so that their mean over all positions is one over the lungs.

    Each position counts by how much of it is lung, which the input's third channel says. A head
    then neither knows what lies elsewhere, nor do Grad-CAM's maps lie there.

    Args:
        backbone: of ``of_grey``, with maps (n, h, w, c).
    """
    shown, maps = backbone.model.input, backbone.model.output
    lungs = keras.layers.AveragePooling2D(CELL, padding="same", name="lungs")(shown[..., SEEN:])
    lungs = keras.layers.Resizing(*maps.shape[1:3], name="lungs_resized")(lungs) + LEAST_LUNG
    weights = lungs / keras.layers.GlobalAveragePooling2D(keepdims=True, name="lung_area")(lungs)
    weighed = keras.layers.Multiply(name="over_lungs")([maps, weights])
    computes = f"{backbone.computes} over lungs"
    model = keras.Model(shown, weighed)
    return Backbone(backbone.architecture, model, backbone.origin, cut=True, computes=computes)


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
    model = keras.Model(backbone.model.input, both)
    computes = backbone.computes
    return Backbone(backbone.architecture, model, backbone.origin, cut=True, computes=computes)
