"""The ways of computing a network's convolutions in int8."""

import io
import re
import warnings
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from covid_model.common.system.requirements import needs

THREADS = 2
CONVOLUTION = "CONV_2D"


@dataclass(frozen=True)
class Way:
    """One way of computing a network in int8; what it does not name stays in float32.

    Attributes:
        name: as ``model.json`` has it.
        static: whether the ranges of activations are measured once, on training images; otherwise
            on each image as it is served.
        operations: what is computed in int8, by LiteRT's names. Weights have a scale a channel.
        but: convolutions that stay in float32, by the names of their outputs.
    """

    name: str
    static: bool = False
    operations: tuple[str, ...] = (CONVOLUTION,)
    but: tuple[str, ...] = ()


STATIC = Way("static", True, (CONVOLUTION, "DEPTHWISE_CONV_2D", "MAX_POOL_2D", "ADD", "PAD"))
DYNAMIC = Way("dynamic")


def dynamic_but(names: Sequence[str]) -> Way:
    """Dynamic ranges, some convolutions in float32."""
    return Way(f"dynamic-but-{len(names)}", but=tuple(names))


def convolutions(file: bytes) -> list[str]:
    """The names of the outputs of a network's convolutions, from the picture to the scores."""
    graph = Interpreter(model_content=file)
    names = {tensor["index"]: tensor["name"] for tensor in graph.get_tensor_details()}
    operations = graph._get_ops_details()
    return [names[one["outputs"][0]] for one in operations if one["op_name"] == CONVOLUTION]


def quantized(file: bytes, way: Way, images: Sequence[np.ndarray] = ()) -> bytes:
    """Store a network so that its convolutions are computed in int8.

    Args:
        file: content of a ``.tflite`` file whose constants are float32.
        way: which operations, with which ranges of activations.
        images: inputs of the network to measure static ranges on, each float32
            (1, height, width, 3).

    Returns:
        The content of a ``.tflite`` file; its inputs and outputs stay float32.
    """
    with needs("Quantization"):
        from ai_edge_quantizer import quantizer, recipe

    how = (recipe.static_wi8_ai8() if way.static else recipe.dynamic_wi8_afp32())[0]
    floats = {"operation": CONVOLUTION, "algorithm_key": "no_quantize", "op_config": {}}
    rules = [{**how, "operation": operation} for operation in way.operations]
    rules += [{**floats, "regex": f"^{re.escape(name)};?$"} for name in way.but]
    work = quantizer.Quantizer(file, rules)
    with redirect_stdout(io.StringIO()), warnings.catch_warnings(action="ignore"):
        ranges = _ranges(work, file, images) if work.need_calibration else None
        return bytes(work.quantize(ranges).quantized_model)


def _ranges(work: Any, file: bytes, images: Sequence[np.ndarray]) -> Any:
    """The ranges of activations on some images, as the quantizer takes them."""
    (key, names), *_ = Interpreter(model_content=file).get_signature_list().items()
    shown = [{names["inputs"][0]: image} for image in images]
    return work.calibrate({key: shown}, num_threads=THREADS)
