"""The networks of the shipped run in Keras, with Grad-CAM by automatic differentiation.

Weights are random: they do not change the time.
"""

import os
from collections.abc import Callable

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import tensorflow as tf

from covid_model.training.networks.backbone import Backbone, build_backbone
from covid_model.training.networks.finetune import finetune_model
from covid_model.training.networks.rectified import cut_before, of_grey, over_lungs, rectify
from covid_model.training.recipes.finetune import FinetuneRecipe

SIZE = 237
LAYERS = {"xception": "block5_+block9_", "resnet50v2": "conv4_block3_", "vgg16": "block4_conv3"}


def keras_passes(names: list[str], *, cut: bool) -> Callable[[], None]:
    """Return a function that runs networks on a ready input: `predict`, then a map of its answer.

    Args:
        names: keys of ``architectures.ARCHITECTURES``.
        cut: as the shipped run's networks are; otherwise the whole architectures.
    """
    image = np.random.default_rng(0).random((1, SIZE, SIZE, 3), np.float32)
    backbones = [build_backbone(name, size=SIZE) for name in names]
    if cut:
        backbones = [_as_shipped(backbone) for backbone in backbones]
    models = [_model(backbone) for backbone in backbones]

    def passes() -> None:
        for model, gradient_model in models:
            predicted = int(model.predict(image, verbose=0).argmax())
            _gradcam(gradient_model, image, predicted)

    return passes


def _as_shipped(backbone: Backbone) -> Backbone:
    cut = of_grey(cut_before(backbone, LAYERS[backbone.architecture.name]))
    channels = cut.model.output.shape[-1]
    return over_lungs(rectify(cut, np.zeros(channels), np.ones(channels)))


def _model(backbone: Backbone) -> tuple[keras.Model, keras.Model]:
    """Image -> probabilities, and image -> feature maps with probabilities."""
    model = finetune_model(backbone, FinetuneRecipe())
    return model, keras.Model(model.input, [backbone.target_output, model.output])


def _gradcam(model: keras.Model, image: np.ndarray, wanted: int) -> np.ndarray:
    """The map of one class as Grad-CAM's paper defines it, float32 (h, w)."""
    with tf.GradientTape() as tape:
        maps, probabilities = model(image, training=False)
        score = probabilities[:, wanted]
    weights = tf.reduce_mean(tape.gradient(score, maps), axis=(1, 2))
    cam = tf.nn.relu(tf.einsum("nhwc,nc->hw", maps, weights))
    return (cam / tf.maximum(tf.reduce_max(cam), 1e-9)).numpy()
