"""Export of a fitted network: LiteRT file, head and description."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from covid_model.common.classes import CLASS_NAMES
from covid_model.common.errors import UsageError
from covid_model.imaging.preprocessing import Preprocessing
from covid_model.runs import ModelInfo, write_model_info
from covid_model.training.networks.backbone import Backbone


@dataclass(frozen=True)
class Fitted:
    """A network after its training: what a model folder is written from.

    Attributes:
        backbone: the convolutions.
        model: the flat graph image -> probabilities (n, 3), whose head has been fitted.
        history: one row an epoch, columns ``paper_head.HISTORY``.
        preprocessing: what happens to a picture before it is the graph's input.
    """

    backbone: Backbone
    model: keras.Model
    history: Sequence[Mapping[str, float]]
    preprocessing: Preprocessing = Preprocessing()


def require_tensorflow() -> None:
    """Refuse early where Keras runs on another backend than the export needs.

    Raises:
        UsageError: naming the remedy.
    """
    if keras.backend.backend() != "tensorflow":
        raise UsageError(
            f"Expected KERAS_BACKEND=tensorflow to export a model. Received: "
            f"{keras.backend.backend()}. Set it, or give --reports-only."
        )


def export_litert(fitted: Fitted, path: Path, *, weights: str) -> None:
    """Write ``model.tflite``: image -> probabilities (1, 3) and feature maps (1, h, w, c).

    Args:
        fitted: the network.
        path: the file to write.
        weights: one of ``job.WEIGHT_FORMATS``: how weights are stored; activations stay float32.
    """
    served = keras.Model(fitted.model.input, [fitted.model.output, fitted.backbone.target_output])
    write_litert(served, path, weights=weights)


def write_litert(model: keras.Model, path: Path, *, weights: str) -> None:
    """Write any network of images as LiteRT, for one image at a time.

    Args:
        model: image -> its outputs.
        path: the file to write.
        weights: one of ``job.WEIGHT_FORMATS``.
    """
    require_tensorflow()
    import tensorflow as tf

    options: dict[str, dict[str, Any]] = {
        "float32": {},
        "float16": {
            "optimizations": [tf.lite.Optimize.DEFAULT],
            "target_spec": {"supported_types": [tf.float16]},
        },
        "int8": {"optimizations": [tf.lite.Optimize.DEFAULT]},
    }
    shape = (1, *model.input_shape[1:])
    signature = [keras.InputSpec(shape=shape, dtype="float32", name="image")]
    model.export(
        path, format="litert", input_signature=signature, verbose=False, **options[weights]
    )


def write_head(fitted: Fitted, path: Path) -> None:
    """Write ``head.npz``, what Grad-CAM needs of the head.

    ``average_pool`` is the side of the average pooling before the hidden layer, in cells, 0 for
    the mean over all positions.
    """
    pooled, mean = fitted.model.get_layer("pooled"), keras.layers.GlobalAveragePooling2D
    pooled_weights, pooled_bias = fitted.model.get_layer("hidden").get_weights()
    class_weights, class_bias = fitted.model.get_layer("probabilities").get_weights()
    np.savez(
        path,
        pooled_weights=pooled_weights,
        pooled_bias=pooled_bias,
        class_weights=class_weights,
        class_bias=class_bias,
        max_pool=np.int32(fitted.backbone.max_pool),
        average_pool=np.int32(0 if isinstance(pooled, mean) else pooled.pool_size[0]),
    )


def write_info(folder: Path, fitted: Fitted, *, weights_format: str = "") -> None:
    """Write model.json, last of all, with the digests of everything beside it."""
    info = ModelInfo(
        architecture=fitted.backbone.architecture.name,
        classes=CLASS_NAMES,
        input_shape=(1, *fitted.model.input_shape[1:]),
        target_layer=fitted.backbone.target_layer,
        backbone_origin=fitted.backbone.origin,
        weights_format=weights_format,
        preprocessing={}
        if fitted.preprocessing == Preprocessing()
        else asdict(fitted.preprocessing),
    )
    write_model_info(folder, info)
