"""The weights of an exported network, read back from its LiteRT file by layer."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from covid_model.common.errors import WeightsError

CONVOLUTIONS = {"CONV_2D": "kernel", "DEPTHWISE_CONV_2D": "depthwise"}
UNNAMED = ("conv2d", "batch_normalization")  # keras numbers these again in every process


@dataclass
class LayerWeights:
    """What a LiteRT file keeps of the layers, by the names that Keras gave them.

    Attributes:
        kernels: (h, w, in, out) of each convolution, the pointwise one of a separable one.
        depthwise: (h, w, in, 1) of each separable convolution.
        biases: (out,) of each convolution that has one of its own.
        scales: (out,) by which a batch normalisation multiplies, 1 where the export multiplied
            the convolution before it instead.
        shifts: (out,) that a batch normalisation adds.
    """

    kernels: dict[str, np.ndarray] = field(default_factory=dict)
    depthwise: dict[str, np.ndarray] = field(default_factory=dict)
    biases: dict[str, np.ndarray] = field(default_factory=dict)
    scales: dict[str, np.ndarray] = field(default_factory=dict)
    shifts: dict[str, np.ndarray] = field(default_factory=dict)


def read_layers(path: Path) -> LayerWeights:
    """Read every convolution and batch normalisation of a ``model.tflite``.

    Raises:
        WeightsError: if the file is none that ``export.export_litert`` wrote.
    """
    try:
        graph = _Graph(path)
        layers = LayerWeights()
        for operation in graph.operations:
            kind, inputs = operation["op_name"], list(operation["inputs"])
            if kind in CONVOLUTIONS:
                _convolution(layers, graph, kind, inputs)
            elif kind in ("MUL", "ADD"):
                _normalisation(layers, graph, kind, inputs)
    except (ValueError, RuntimeError, KeyError, IndexError) as error:
        raise WeightsError(
            f"{path} does not hold a network of this project ({error}): give the model.tflite of "
            "a run, or weights that Keras saved."
        ) from error
    return layers


class _Graph:
    """The operations and tensors of a LiteRT file; stored halves and bytes become float32."""

    def __init__(self, path: Path) -> None:
        self._interpreter = Interpreter(model_path=str(path), num_threads=1)
        self._interpreter.allocate_tensors()
        self._details: dict[int, Any] = {
            tensor["index"]: tensor for tensor in self._interpreter.get_tensor_details()
        }
        self.operations = self._interpreter._get_ops_details()
        self._stored = {
            operation["outputs"][0]: operation["inputs"][0]
            for operation in self.operations
            if operation["op_name"] == "DEQUANTIZE"
        }

    def names(self, index: int) -> list[str]:
        """The names of what was fused into a tensor, the last applied last."""
        return self._details[index]["name"].split(";") if index in self._details else []

    def is_vector(self, index: int) -> bool:
        """True where all sides but the last are 1."""
        shape = self._details[index]["shape"]
        return len(shape) > 0 and bool(np.prod(shape) == shape[-1])

    def values(self, index: int) -> np.ndarray:
        """The tensor as float32."""
        index = self._stored.get(index, index)
        tensor = self._interpreter.get_tensor(index)
        stored = self._details[index]["quantization_parameters"]
        if not len(stored["scales"]):
            return tensor.astype(np.float32)
        shape = [1] * tensor.ndim
        if len(stored["scales"]) > 1:
            shape[stored["quantized_dimension"]] = -1
        zero, scale = (stored[name].reshape(shape) for name in ("zero_points", "scales"))
        return ((tensor.astype(np.float32) - zero) * scale).astype(np.float32)


def _layer(name: str) -> str:
    """``functional_3_1/conv1_bn_1/batchnorm/sub`` -> ``conv1_bn``: the export adds a number."""
    return re.sub(r"_\d$", "", name.split("/")[1])


def _convolution(layers: LayerWeights, graph: _Graph, kind: str, inputs: list[int]) -> None:
    layer = _layer(graph.names(inputs[1])[-1])
    kernel, bias = graph.values(inputs[1]), graph.values(inputs[2])
    if kind == "DEPTHWISE_CONV_2D":
        layers.depthwise[layer] = kernel.transpose(1, 2, 3, 0)
        return
    layers.kernels[layer] = kernel.transpose(1, 2, 3, 0)
    last = graph.names(inputs[2])[-1]
    if "/batchnorm/" in last:
        layers.scales[_layer(last)] = np.ones_like(bias)
        layers.shifts[_layer(last)] = bias
    else:
        layers.biases[layer] = bias


def _normalisation(layers: LayerWeights, graph: _Graph, kind: str, inputs: list[int]) -> None:
    """A batch normalisation that follows no convolution stays a product with a sum."""
    part, values = {"MUL": ("mul", layers.scales), "ADD": ("sub", layers.shifts)}[kind]
    for index in inputs:
        names = graph.names(index)
        named = names and re.search(rf"/batchnorm/{part}\d?$", names[-1])
        if named and graph.is_vector(index):  # the constant, not what it is applied to
            values[_layer(names[-1])] = graph.values(index).ravel()


def aliases(wanted: list[str], stored: list[str]) -> dict[str, str]:
    """Pair the names that Keras numbers again with those of the file, by their order.

    Args:
        wanted: layer names of the model at hand, in any order.
        stored: layer names of the file, in any order.
    """
    pairs: dict[str, str] = {}
    for base in UNNAMED:
        mine, theirs = (_numbered(base, names) for names in (wanted, stored))
        pairs.update(zip(mine, theirs, strict=False))
    return pairs


def _numbered(base: str, names: list[str]) -> list[str]:
    numbered = [name for name in names if re.fullmatch(rf"{base}(_\d+)?", name)]
    return sorted(numbered, key=lambda name: int(name[len(base) + 1 :] or 0))
