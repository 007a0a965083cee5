"""How fast the cores multiply and the memory moves, measured and from the processor's features."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

SIDE = 1024  # of the matrices
REPEATS = 5  # of which the quickest counts
COPIED = 2**27  # bytes that a core copies, more than a cache holds
GIGA = 1e9
LANES = {
    "avx512f": 16,
    "fma": 16,
}  # float32 multiply-adds a cycle: one unit of 512 bits, two of 256
IN_ONE_LANE = 4  # int8 multiply-adds
INTEGERS = ("avx512_vnni", "avx_vnni")
CPU_INFO = Path("/proc/cpuinfo")
Operation = schema.BuiltinOperator


@dataclass(frozen=True)
class Peaks:
    """Rates of all cores together.

    Attributes:
        in_float: multiply-adds of float32 a second.
        in_int8: multiply-adds of int8 a second.
        moved: bytes a second that memory is read and written.
    """

    in_float: float
    in_int8: float
    moved: float


class Meter:
    """Measures peaks again and again on the same matrices."""

    def __init__(self, threads: int) -> None:
        """Make the matrices.

        Args:
            threads: of LiteRT and of the copy; NumPy's BLAS takes those that it was started with.
        """
        rng = np.random.default_rng(0)
        self._floats = rng.random((SIDE, SIDE), np.float32)
        integers = rng.integers(-127, 128, (SIDE, SIDE), np.int8)
        self._dense = [_dense(weights, threads) for weights in (self._floats, integers)]
        self._source = [np.ones(COPIED, np.uint8) for _ in range(threads)]
        self._target = [np.zeros(COPIED, np.uint8) for _ in range(threads)]
        self._pool = ThreadPoolExecutor(threads)

    def measure(self) -> Peaks:
        """Return the quickest of a few products, by LiteRT or NumPy, and of a few copies."""
        in_float, in_int8 = (quickest(dense.invoke) for dense in self._dense)
        in_float = min(in_float, quickest(lambda: self._floats @ self._floats))
        copied = 2 * COPIED * len(self._source)  # read, then written
        return Peaks(SIDE**3 / in_float, SIDE**3 / in_int8, copied / quickest(self._copy))

    def _copy(self) -> None:
        list(self._pool.map(np.copyto, self._target, self._source))


def quickest(call: Callable[[], object]) -> float:
    """Seconds of the quickest call."""
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return min(times)


def stated(cores: int) -> Peaks | None:
    """What the features say that Linux lists, None where they say nothing; of memory nothing.

    Assumed: one unit of 512 bits or two of 256 bits, at the clock that the system names. Cores
    that run faster than this clock, or have two units of 512 bits, do more.
    """
    if not CPU_INFO.is_file():
        return None
    lines = (line.partition(":") for line in CPU_INFO.read_text("utf-8").splitlines())
    about = {name.strip(): value.strip() for name, _, value in lines}
    flags = about.get("flags", "").split()
    lanes = max((LANES[name] for name in LANES if name in flags), default=0)
    if not lanes or "cpu MHz" not in about:
        return None
    in_float = cores * lanes * float(about["cpu MHz"]) * 1e6
    integers = any(name in flags for name in INTEGERS)
    return Peaks(in_float, IN_ONE_LANE * in_float if integers else np.nan, np.nan)


def _dense(weights: np.ndarray, threads: int) -> Interpreter:
    """A network of one dense layer that multiplies matrices in the type of its weights."""
    interpreter = Interpreter(model_content=_file(weights), num_threads=threads)
    interpreter.allocate_tensors()
    interpreter.invoke()
    return interpreter


def _file(weights: np.ndarray) -> bytes:
    integers = weights.dtype == np.int8
    kind = schema.TensorType.INT8 if integers else schema.TensorType.FLOAT32
    bias = np.zeros(SIDE, np.int32 if integers else np.float32)

    def tensor(shape: list[int], scale: float, **more: Any) -> Any:
        steps = schema.QuantizationParametersT(scale=[scale], zeroPoint=[0])
        return schema.TensorT(
            **{"shape": shape, "type": kind, **more}, quantization=steps if integers else None
        )

    square, of_bias = [SIDE, SIDE], schema.TensorType.INT32 if integers else kind
    tensors = [
        tensor(square, 0.01, name="given"),
        tensor(square, 0.01, name="weights", buffer=1),
        tensor([SIDE], 0.0001, name="bias", buffer=2, type=of_bias),
        tensor(square, 1.0, name="product"),
    ]
    layer = schema.OperatorT(
        inputs=[0, 1, 2],
        outputs=[3],
        builtinOptionsType=schema.BuiltinOptions.FullyConnectedOptions,
        builtinOptions=schema.FullyConnectedOptionsT(),
    )
    code = schema.OperatorCodeT(
        builtinCode=Operation.FULLY_CONNECTED,
        deprecatedBuiltinCode=Operation.FULLY_CONNECTED,
        version=4,
    )
    stored = [schema.BufferT(data=each.view(np.uint8).ravel()) for each in (weights, bias)]
    graph = schema.SubGraphT(tensors=tensors, inputs=[0], outputs=[3], operators=[layer])
    model = schema.ModelT(
        version=3,
        operatorCodes=[code],
        subgraphs=[graph],
        buffers=[schema.BufferT(), *stored],
    )
    builder = flatbuffers.Builder(1)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())
