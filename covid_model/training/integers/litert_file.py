"""LiteRT files as they are stored: constants as float32, the bias of the classes."""

from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

from covid_model.common.classes import CLASS_NAMES
from covid_model.common.errors import WeightsError

IDENTIFIER = b"TFL3"
OPERATION, KIND = schema.BuiltinOperator, schema.TensorType


def unfolded(file: bytes) -> bytes:
    """Store float16 constants as float32, and a bias of the classes where it was left out as 0.

    Args:
        file: content of a ``.tflite`` file of one graph, whose scores are a softmax.

    Returns:
        The content of one that computes the same.

    Raises:
        WeightsError: if the scores are not the softmax of a dense layer.
    """
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(file, 0))
    graph, kept = model.subgraphs[0], []
    for operation in graph.operators:
        if model.operatorCodes[operation.opcodeIndex].builtinCode == OPERATION.DEQUANTIZE:
            stored, wanted = (graph.tensors[i[0]] for i in (operation.inputs, operation.outputs))
            halves = model.buffers[stored.buffer].data
            if stored.type == KIND.FLOAT16 and halves is not None:
                floats = np.asarray(halves, np.uint8).view(np.float16).astype(np.float32)
                wanted.buffer = _new_buffer(model, floats)
                continue
        kept.append(operation)
    graph.operators = kept
    last = _class_layer(model)
    if len(last.inputs) < 3 or last.inputs[2] < 0:
        bias = schema.TensorT(shape=[len(CLASS_NAMES)], type=KIND.FLOAT32, name="class_bias")
        bias.buffer = _new_buffer(model, np.zeros(len(CLASS_NAMES), np.float32))
        graph.tensors.append(bias)
        last.inputs = [*last.inputs[:2], len(graph.tensors) - 1]
    _drop_unused(model)
    return _packed(model)


def with_class_bias(file: bytes, change: np.ndarray) -> bytes:
    """Add to the bias of the classes.

    Args:
        file: what ``ways.quantized`` made of what ``unfolded`` returned; its last layer is float32.
        change: float32 (3,), added to each class's logit.
    """
    content = bytearray(file)
    root = schema.Model.GetRootAsModel(content, 0)
    model = schema.ModelT.InitFromObj(root)
    tensor = model.subgraphs[0].tensors[_class_layer(model).inputs[2]]
    stored = root.Buffers(tensor.buffer)
    if stored.Offset() > 1:  # behind the graph
        values = np.frombuffer(content, np.uint8, stored.Size(), stored.Offset())
    else:
        values = stored.DataAsNumpy()
    values.view(np.float32)[:] += change
    return bytes(content)


def _class_layer(model: Any) -> Any:
    """The dense layer whose softmax the scores are."""
    made_by: dict[int, Any] = {}
    for operation in model.subgraphs[0].operators:
        code = model.operatorCodes[operation.opcodeIndex].builtinCode
        if code == OPERATION.SOFTMAX and operation.inputs[0] in made_by:
            return made_by[operation.inputs[0]]
        if code == OPERATION.FULLY_CONNECTED:
            made_by[operation.outputs[0]] = operation
    raise WeightsError(
        "Expected a network whose scores are the softmax of a dense layer. Received another "
        "model.tflite: give a run that this project trained."
    )


def _new_buffer(model: Any, values: np.ndarray) -> int:
    """Add what a tensor holds; return its number."""
    model.buffers.append(schema.BufferT(data=values.view(np.uint8)))
    return len(model.buffers) - 1


def _drop_unused(model: Any) -> None:
    """Remove the tensors that no operation has, with what they hold; number the others again."""
    graph = model.subgraphs[0]
    ends = [*graph.inputs, *graph.outputs]
    named = [i for operation in graph.operators for i in (*operation.inputs, *operation.outputs)]
    used = sorted({int(i) for i in (*named, *ends) if i >= 0})
    shared = {graph.tensors[i].buffer for i in used}
    for tensor in graph.tensors:
        if tensor.buffer not in shared:
            model.buffers[tensor.buffer].data = None
    graph.tensors = [graph.tensors[i] for i in used]
    number = {-1: -1, **{old: new for new, old in enumerate(used)}}
    for part in (graph, *graph.operators):
        part.inputs, part.outputs = (
            [number[int(i)] for i in of] for of in (part.inputs, part.outputs)
        )
    for signature in model.signatureDefs or []:
        for end in (*signature.inputs, *signature.outputs):
            end.tensorIndex = number[end.tensorIndex]


def _packed(model: Any) -> bytes:
    builder = flatbuffers.Builder(1)
    builder.Finish(model.Pack(builder), IDENTIFIER)
    return bytes(builder.Output())
