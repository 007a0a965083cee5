"""Networks as SavedModel, ONNX and OpenVINO files."""

import os
import tempfile
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
import tensorflow as tf

from covid_model.cli.export.litert_graph import LiteRTGraph
from covid_model.inference.gradcam import Head
from covid_model.runs import (
    check_file,
    check_model_file,
    listed_digests,
    read_model_info,
    require_servable,
)

VERSION = "1"  # the folder in which servers look for a model's first version
OPSET = 18  # of ONNX


def export_network(folder: Path, destination: Path, *, kind: str) -> Path:
    """Write one network: image -> ``scores``, ``maps`` and ``heatmaps``.

    Args:
        folder: of the network in its run.
        destination: a new folder.
        kind: "savedmodel", "onnx" or "openvino".

    Returns:
        The file, of a SavedModel the folder.

    Raises:
        RunError: if a file is missing or damaged, or the network has an operation of a new kind.
    """
    check_model_file(folder, listed_digests(folder.parent))
    info = read_model_info(folder)
    require_servable(folder, info)
    for name in ("model.tflite", "head.npz"):
        check_file(folder, name, info)
    module = Served(LiteRTGraph(folder / "model.tflite"), Head.load(folder / "head.npz"))
    version = destination / VERSION
    version.mkdir(parents=True)
    if kind == "savedmodel":
        return _saved(module, version)
    path = version / "model.onnx"
    if kind == "onnx":
        return _onnx(module, path)
    import openvino

    with tempfile.TemporaryDirectory() as name:
        model = openvino.Core().read_model(_onnx(module, Path(name, path.name)))
        openvino.save_model(model, path.with_suffix(".xml"), compress_to_fp16=False)
    return path.with_suffix(".xml")


class Served(tf.Module):
    """A network with its head, as a function of TensorFlow.

    Attributes:
        signature: of its input.
    """

    def __init__(self, graph: LiteRTGraph, head: Head) -> None:
        """Join both."""
        super().__init__()
        self.signature = [tf.TensorSpec(graph.input_shape, tf.float32, name="image")]

        def serve(image: Any) -> dict[str, Any]:
            scores, maps = sorted(graph(image), key=lambda output: len(output.shape))
            return {"scores": scores, "maps": maps, "heatmaps": heatmaps(maps, head)}

        self.serve = tf.function(serve, input_signature=self.signature, autograph=False)


def heatmaps(maps: Any, head: Head) -> Any:
    """Grad-CAM of each class, as ``inference.gradcam.gradcam`` has it.

    Args:
        maps: float32 (1, h, w, C), a tensor.
        head: the weights behind it.

    Returns:
        float32 (1, 3, h, w), range [0, 1].
    """
    pooled = maps
    if head.max_pool:
        pooled = tf.nn.max_pool2d(pooled, head.max_pool, head.max_pool, "VALID")
    if head.average_pool:
        pooled = tf.nn.avg_pool2d(pooled, head.average_pool, head.average_pool, "VALID")
    else:
        pooled = tf.reduce_mean(pooled, (1, 2))
    hidden = tf.reshape(pooled, (1, -1)) @ head.pooled_weights + head.pooled_bias
    active = tf.cast(hidden > 0, tf.float32)
    _, height, width, channels = maps.shape
    summed = head.pooled_weights.reshape(-1, channels, active.shape[1]).sum(axis=0)
    alpha = (summed @ (tf.transpose(active) * head.class_weights)) / np.float32(height * width)
    flat = tf.reshape(maps, (height * width, channels))
    cam = tf.nn.relu(tf.transpose(flat @ alpha))
    peak = tf.reduce_max(cam, axis=1, keepdims=True)
    cam /= tf.where(peak > 0, peak, 1.0)
    return tf.reshape(cam, (1, -1, height, width))


def _saved(module: Served, folder: Path) -> Path:
    tf.saved_model.save(module, str(folder), signatures=module.serve)
    return folder


def _onnx(module: Served, path: Path) -> Path:
    import onnx
    import tf2onnx

    model, _ = tf2onnx.convert.from_function(module.serve, module.signature, opset=OPSET)
    onnx.save(model, path)
    return path
