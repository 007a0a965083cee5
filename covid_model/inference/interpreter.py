"""LiteRT interpreter of one exported model, safe to share between threads."""

import ctypes
import mmap
from collections.abc import Callable
from pathlib import Path
from queue import Empty, LifoQueue
from threading import Lock
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter


def open_interpreter(path: Path, *, threads: int = 1) -> Interpreter:
    """Open a ``.tflite`` file with its tensors allocated.

    Args:
        path: of the file.
        threads: processor cores that one pass may use.

    Raises:
        ValueError, RuntimeError: if the file is damaged, or LiteRT cannot run it.
    """
    interpreter = Interpreter(model_path=str(path), num_threads=threads)
    interpreter.allocate_tensors()
    _forget_pages(path)
    return interpreter


def _forget_pages(path: Path) -> None:
    """Drop a model file's pages from this process, on Linux.

    LiteRT has packed the weights into memory of its own; what else it reads comes from the file
    again.
    """
    maps = Path("/proc/self/maps")
    if not maps.is_file():
        return
    advise, name = ctypes.CDLL(None).madvise, f" {path.resolve()}"
    for line in maps.read_text("utf-8", errors="surrogateescape").splitlines():
        if line.endswith(name):
            start, end = (int(address, 16) for address in line.split(maxsplit=1)[0].split("-"))
            advise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), mmap.MADV_DONTNEED)


class LiteRTModel:
    """A model with one input, whose outputs are told apart by their number of dimensions.

    Attributes:
        input_shape: (1, height, width, channels).
        output_shapes: number of dimensions -> shape.
    """

    def __init__(self, opening: Callable[[], Interpreter], *, copies: int = 1) -> None:
        """Open the model.

        Args:
            opening: returns an interpreter whose tensors are allocated; called once now, later
                only where passes coincide.
            copies: how many passes may run at once, >= 1, each in an interpreter of its own.
        """
        interpreter = opening()
        self._opening = opening
        self._left = copies - 1
        self._lock = Lock()
        self._free: LifoQueue[Interpreter] = LifoQueue()
        self._free.put(interpreter)
        details = interpreter.get_input_details()[0]
        outputs = {len(output["shape"]): output for output in interpreter.get_output_details()}
        self._input = details["index"]
        self._outputs = {rank: output["index"] for rank, output in outputs.items()}
        self.input_shape = _shape(details)
        self.output_shapes = {rank: _shape(output) for rank, output in outputs.items()}

    def run(self, values: np.ndarray) -> dict[int, np.ndarray]:
        """Return the outputs for one input, as copies, by their number of dimensions.

        Args:
            values: float32, of ``input_shape``.
        """
        interpreter = self._take()
        try:
            interpreter.set_tensor(self._input, values)
            interpreter.invoke()
            return {rank: interpreter.get_tensor(index) for rank, index in self._outputs.items()}
        finally:
            self._free.put(interpreter)

    def _take(self) -> Interpreter:
        """An interpreter that is free, a new one where there may be more, else the next free."""
        try:
            return self._free.get_nowait()
        except Empty:
            with self._lock:
                opens = self._left > 0
                self._left -= opens
            return self._opening() if opens else self._free.get()


def _shape(details: dict[str, Any]) -> tuple[int, ...]:
    return tuple(int(side) for side in details["shape"])
