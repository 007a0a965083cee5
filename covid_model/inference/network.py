"""An exported network in the LiteRT interpreter: image in, scores with feature maps out."""

from pathlib import Path
from threading import Lock
from typing import Self

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from covid_model.common.errors import RunError


class Network:
    """A ``model.tflite``, ready to run; safe to share between threads.

    Attributes:
        input_shape: (1, height, width, 3).
        maps_shape: (h, w, c) of the target layer.
    """

    def __init__(self, interpreter: Interpreter) -> None:
        """Hold an interpreter whose tensors are allocated; use ``Network.load`` instead."""
        self._interpreter = interpreter
        self._lock = Lock()
        details = interpreter.get_input_details()[0]
        outputs = {len(output["shape"]): output for output in interpreter.get_output_details()}
        self._input = details["index"]
        self._probabilities, self._maps = outputs[2]["index"], outputs[4]["index"]
        self.input_shape = tuple(int(side) for side in details["shape"])
        self.maps_shape = tuple(int(side) for side in outputs[4]["shape"][1:])

    @classmethod
    def load(cls, path: Path, *, threads: int = 2) -> Self:
        """Open a model file.

        Args:
            path: the file that ``training.export`` wrote.
            threads: processor cores that one pass may use.

        Raises:
            RunError: if the file is damaged or has other outputs.
        """
        try:
            interpreter = Interpreter(model_path=str(path), num_threads=threads)
            interpreter.allocate_tensors()
            return cls(interpreter)
        except (ValueError, RuntimeError, KeyError) as error:
            raise RunError(
                "{path} is no network that this version can run ({error}): restore the run "
                "folder or train the model again.",
                path=path,
                error=str(error),
            ) from error

    def run(self, image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Map one image to the scores and the target layer's feature maps, as copies.

        Args:
            image: float32 (1, height, width, 3), range [0, 1].

        Returns:
            float32 (3,), sum 1, and float32 (h, w, c).
        """
        with self._lock:
            self._interpreter.set_tensor(self._input, image)
            self._interpreter.invoke()
            return (
                self._interpreter.get_tensor(self._probabilities)[0],
                self._interpreter.get_tensor(self._maps)[0],
            )
