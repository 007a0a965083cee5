"""What one pass of a LiteRT network has to do: multiply-adds, and bytes to move."""

from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema

OPERATION = schema.BuiltinOperator
TYPES = {number: name.lower() for name, number in vars(schema.TensorType).items() if name[0] != "_"}
MULTIPLIES = (OPERATION.CONV_2D, OPERATION.DEPTHWISE_CONV_2D, OPERATION.FULLY_CONNECTED)


@dataclass(frozen=True)
class Work:
    """One pass.

    Attributes:
        in_float: multiply-adds of convolutions and dense layers whose weights are floats.
        in_int8: those whose weights are int8, which LiteRT multiplies as such.
        moved: bytes of all that operations read and write, as if nothing stayed in a cache;
            weights in float16 as the float32 that they are computed in.
    """

    in_float: int
    in_int8: int
    moved: int

    @property
    def all(self) -> int:
        """All multiply-adds."""
        return self.in_float + self.in_int8


def work_of(path: Path) -> Work:
    """Count what a ``.tflite`` file with one graph of fixed shapes computes.

    A convolution counts as the sum that it is: no algorithm that needs fewer products, as
    Winograd's, is assumed.
    """
    model = schema.ModelT.InitFromPackedBuf(path.read_bytes(), 0)
    graph = model.subgraphs[0]
    products, moved = {"int8": 0, "float": 0}, 0
    for operation in graph.operators:
        code = model.operatorCodes[operation.opcodeIndex]
        kind = max(code.builtinCode, code.deprecatedBuiltinCode)
        given = [graph.tensors[index] for index in operation.inputs if index >= 0]
        made = [graph.tensors[index] for index in operation.outputs]
        if kind == OPERATION.DEQUANTIZE and model.buffers[given[0].buffer].data is not None:
            continue  # of weights, once when the network is opened
        moved += sum(map(_bytes, given + made))
        if kind in MULTIPLIES:
            kernel = given[1].shape
            cells = kernel[1:3] if kind == OPERATION.DEPTHWISE_CONV_2D else kernel[1:]
            number = prod(map(int, cells)) * prod(map(int, made[0].shape))
            products["int8" if TYPES[given[1].type] == "int8" else "float"] += number
    return Work(products["float"], products["int8"], moved)


def _bytes(tensor: Any) -> int:
    shape = tensor.shape if tensor.shape is not None else ()
    return prod(map(int, shape)) * np.dtype(TYPES[tensor.type]).itemsize
