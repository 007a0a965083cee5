"""Backbones recovered from a run, to train on from what it serves."""

from pathlib import Path

import keras
import numpy as np

from covid_model.common.errors import WeightsError
from covid_model.training.networks.backbone import Backbone, build_backbone
from covid_model.training.networks.litert_weights import LayerWeights, aliases, read_layers

IMAGES, BATCH = 256, 32  # radiographs that batch normalisation is settled on


def recover(name: str, path: Path, images: np.ndarray) -> Backbone:
    """Build a network without its top that computes what a LiteRT file computes.

    The export multiplies a convolution by the batch normalisation behind it. That is the same
    function, but not for training, where batch normalisation subtracts the batch's own mean and
    divides by its own deviation. So each gets the mean and deviation that its input has on
    ``images``, with the scale and shift that take them away again.

    Args:
        name: key of ``architectures.REGISTRY``.
        path: a ``model.tflite`` of that network.
        images: float32 (n, h, w, 3) in [0, 1].

    Raises:
        WeightsError: if the file holds another network.
    """
    backbone = build_backbone(name, size=None)
    layers = read_layers(path)
    try:
        _assign(backbone.model, layers)
    except (KeyError, ValueError) as error:
        raise WeightsError(
            f"{path} does not hold the layers of {name} ({error}): give that network's own file."
        ) from error
    _settle(backbone.model, images)
    return backbone


def _assign(model: keras.Model, layers: LayerWeights) -> None:
    names = [layer.name for layer in model.layers]
    alias = aliases(names, [*layers.kernels, *layers.scales])
    for layer in model.layers:
        name = alias.get(layer.name, layer.name)
        if isinstance(layer, keras.layers.BatchNormalization):
            scale, shift = layers.scales[name], layers.shifts[name]
            variance = np.full_like(shift, 1 - layer.epsilon)
            layer.set_weights([scale, shift, np.zeros_like(shift), variance])
        elif isinstance(layer, keras.layers.SeparableConv2D):
            layer.set_weights([layers.depthwise[name], layers.kernels[name]])
        elif isinstance(layer, keras.layers.Conv2D):
            bias = [layers.biases[name]] if layer.use_bias else []
            layer.set_weights([layers.kernels[name], *bias])


def _settle(model: keras.Model, images: np.ndarray) -> None:
    """Give each batch normalisation its input's statistics, the function unchanged."""
    normal = [x for x in model.layers if isinstance(x, keras.layers.BatchNormalization)]
    if not normal:
        return
    probe = keras.Model(model.input, [layer.input for layer in normal])
    moments = []
    for start in range(0, len(images), BATCH):
        outputs = probe.predict_on_batch(images[start : start + BATCH])
        outputs = outputs if isinstance(outputs, list | tuple) else [outputs]
        flat = [np.asarray(keras.ops.convert_to_numpy(x), np.float64) for x in outputs]
        flat = [x.reshape(-1, x.shape[-1]) for x in flat]
        moments.append([(x.sum(0), (x**2).sum(0), len(x)) for x in flat])
    for layer, parts in zip(normal, zip(*moments, strict=True), strict=True):
        total = sum(part[2] for part in parts)
        mean = sum(part[0] for part in parts) / total
        variance = np.maximum(sum(part[1] for part in parts) / total - mean**2, 1e-6)
        scale, shift = layer.get_weights()[:2]
        deviation = np.sqrt(variance + layer.epsilon)
        layer.set_weights([scale * deviation, shift + scale * mean, mean, variance])
