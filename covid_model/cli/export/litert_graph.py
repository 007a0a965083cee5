"""A LiteRT file as a TensorFlow function, from which every other format is made.

No library reads LiteRT into a SavedModel. Weights keep their values. Activations that the file
stores in 8 bits are rounded to the same steps; those that LiteRT rounds by itself, to multiply them
by weights of 8 bits, stay floating-point numbers, as its kernels round each in their own way.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.lite.python import schema_py_generated as schema

from covid_model.common.errors import RunError

NAMES = {number: name for name, number in vars(schema.BuiltinOperator).items() if name[0] != "_"}
TYPES = {number: name.lower() for name, number in vars(schema.TensorType).items() if name[0] != "_"}
PADDINGS = ("SAME", "VALID")
ACTIVATIONS: dict[int, Callable[[Any], Any]] = {0: tf.identity, 1: tf.nn.relu, 3: tf.nn.relu6}
Operation = Callable[[Sequence[Any], Any], Any]


class LiteRTGraph:
    """The operations of a LiteRT file with one input, in the order in which they run.

    Attributes:
        input_shape: of the input.
    """

    def __init__(self, path: Path) -> None:
        """Read a file.

        Raises:
            RunError: if it has an operation that is not known here.
        """
        self._file = path.read_bytes()
        self._model = schema.ModelT.InitFromPackedBuf(self._file, 0)
        self._graph = self._model.subgraphs[0]
        self.input_shape = tuple(self._tensor(self._graph.inputs[0]).shape.tolist())
        unknown = {self._kind(one) for one in self._graph.operators} - OPERATIONS.keys()
        if unknown:
            raise RunError(
                "{path} has operations that cannot be exported: {names}. Serve it with LiteRT.",
                path=path,
                names=", ".join(sorted(unknown)),
            )

    def __call__(self, image: Any) -> list[Any]:
        """Return the outputs for an input of ``input_shape``, as tensors."""
        values: dict[int, Any] = {self._graph.inputs[0]: image}

        def value(index: int) -> Any:
            return values[index] if index in values else self._constant(index)

        for one in self._graph.operators:
            given = [value(index) for index in one.inputs if index >= 0]
            result = OPERATIONS[self._kind(one)](given, one.builtinOptions)
            activation = getattr(one.builtinOptions, "fusedActivationFunction", 0)
            values[one.outputs[0]] = self._stored(one.outputs[0], ACTIVATIONS[activation](result))
        return [values[index] for index in self._graph.outputs]

    def _kind(self, operation: Any) -> str:
        code = self._model.operatorCodes[operation.opcodeIndex]
        return NAMES[max(code.builtinCode, code.deprecatedBuiltinCode)]

    def _tensor(self, index: int) -> Any:
        return self._graph.tensors[index]

    def _constant(self, index: int) -> np.ndarray:
        """A stored tensor; integers with a scale as the numbers that they stand for."""
        tensor = self._tensor(index)
        shape = tensor.shape if tensor.shape is not None else ()
        stored = self._model.buffers[tensor.buffer]
        behind_the_graph = self._file[stored.offset : stored.offset + stored.size]
        data = behind_the_graph if stored.data is None else bytes(stored.data)
        values = np.frombuffer(data, TYPES[tensor.type]).reshape(shape)
        scale, zero = _grid(tensor, values.ndim)
        return values if scale is None else ((values - zero) * scale).astype(np.float32)

    def _stored(self, index: int, values: Any) -> Any:
        """What a tensor of the file keeps of a result: all of it, or the nearest of its steps."""
        tensor = self._tensor(index)
        scale, zero = _grid(tensor, len(values.shape))
        if scale is None:
            return values
        limits = np.iinfo(TYPES[tensor.type])
        steps = tf.round(values / scale) + zero
        return (tf.clip_by_value(steps, limits.min, limits.max) - zero) * scale


def _grid(tensor: Any, rank: int) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Scale and zero point of a tensor of integers, in its shape; None where it has none."""
    stored = tensor.quantization
    if stored is None or stored.scale is None:
        return None, None
    shape = [1] * rank
    if len(stored.scale) > 1:
        shape[stored.quantizedDimension] = -1
    scale = np.asarray(stored.scale, np.float32).reshape(shape)
    return scale, np.asarray(stored.zeroPoint, np.float32).reshape(shape)


def _convolution(given: Sequence[Any], options: Any) -> Any:
    kernel = tf.transpose(given[1], (1, 2, 3, 0))
    return _biased(
        tf.nn.conv2d(
            given[0],
            kernel,
            (options.strideH, options.strideW),
            PADDINGS[options.padding],
            dilations=(options.dilationHFactor, options.dilationWFactor),
        ),
        given,
    )


def _depthwise(given: Sequence[Any], options: Any) -> Any:
    _, height, width, out = given[1].shape
    channels = given[0].shape[-1]
    kernel = tf.reshape(given[1], (height, width, channels, out // channels))
    return _biased(
        tf.nn.depthwise_conv2d(
            given[0],
            kernel,
            (1, options.strideH, options.strideW, 1),
            PADDINGS[options.padding],
            dilations=(options.dilationHFactor, options.dilationWFactor),
        ),
        given,
    )


def _dense(given: Sequence[Any], options: Any) -> Any:
    rows = tf.reshape(given[0], (-1, given[1].shape[1]))
    return _biased(tf.matmul(rows, given[1], transpose_b=True), given)


def _biased(values: Any, given: Sequence[Any]) -> Any:
    return values + given[2] if len(given) > 2 else values


def _pooled(pool: Callable[..., Any]) -> Operation:
    def pooled(given: Sequence[Any], options: Any) -> Any:
        size = (options.filterHeight, options.filterWidth)
        strides = (options.strideH, options.strideW)
        return pool(given[0], size, strides, PADDINGS[options.padding])

    return pooled


def _slice(given: Sequence[Any], options: Any) -> Any:
    return tf.strided_slice(
        *given,
        begin_mask=options.beginMask,
        end_mask=options.endMask,
        ellipsis_mask=options.ellipsisMask,
        new_axis_mask=options.newAxisMask,
        shrink_axis_mask=options.shrinkAxisMask,
    )


def _resized(given: Sequence[Any], options: Any) -> Any:
    return tf.raw_ops.ResizeBilinear(
        images=given[0],
        size=given[1],
        align_corners=options.alignCorners,
        half_pixel_centers=options.halfPixelCenters,
    )


def _same(given: Sequence[Any], options: Any) -> Any:
    return tf.cast(given[0], tf.float32)


OPERATIONS: dict[str, Operation] = {
    "ADD": lambda given, options: given[0] + given[1],
    "AVERAGE_POOL_2D": _pooled(tf.nn.avg_pool2d),
    "CONCATENATION": lambda given, options: tf.concat(given, options.axis),
    "CONV_2D": _convolution,
    "DEPTHWISE_CONV_2D": _depthwise,
    "DEQUANTIZE": _same,
    "DIV": lambda given, options: given[0] / given[1],
    "FULLY_CONNECTED": _dense,
    "MAX_POOL_2D": _pooled(tf.nn.max_pool2d),
    "MEAN": lambda given, options: tf.reduce_mean(*given, keepdims=options.keepDims),
    "MUL": lambda given, options: given[0] * given[1],
    "PACK": lambda given, options: tf.stack(given, options.axis),
    "PAD": lambda given, options: tf.pad(*given),
    "QUANTIZE": _same,
    "RELU": lambda given, options: tf.nn.relu(given[0]),
    "RELU6": lambda given, options: tf.nn.relu6(given[0]),
    "RESHAPE": lambda given, options: tf.reshape(*given),
    "RESIZE_BILINEAR": _resized,
    "SOFTMAX": lambda given, options: tf.nn.softmax(given[0] * options.beta),
    "STRIDED_SLICE": _slice,
    "SUB": lambda given, options: given[0] - given[1],
    "TILE": lambda given, options: tf.tile(*given),
}
