"""An exported network: image in, scores and feature maps out."""

from functools import partial
from pathlib import Path
from typing import Self

import numpy as np

from covid_model.common.errors import RunError
from covid_model.inference.interpreter import LiteRTModel, open_interpreter

SCORES, MAPS = 2, 4  # the outputs by their number of dimensions


class Network:
    """A ``model.tflite``, ready to run; safe to share between threads.

    Attributes:
        input_shape: (1, height, width, 3).
        maps_shape: (h, w, c) of the target layer.
    """

    def __init__(self, model: LiteRTModel) -> None:
        """Hold a model with both outputs; use ``Network.load`` instead."""
        self._model = model
        self.input_shape = self._model.input_shape
        shapes = {rank: self._model.output_shapes[rank] for rank in (SCORES, MAPS)}
        self.maps_shape = shapes[MAPS][1:]

    @classmethod
    def load(cls, path: Path, *, threads: int = 2, copies: int = 1) -> Self:
        """Open a model file.

        Args:
            path: the file that ``training.export.litert`` wrote.
            threads: processor cores that one pass may use.
            copies: how many passes may run at once, each with memory of its own.

        Raises:
            RunError: if the file is damaged or has other outputs.
        """
        try:
            opening = partial(open_interpreter, path, threads=threads)
            return cls(LiteRTModel(opening, copies=copies))
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
        outputs = self._model.run(image)
        return outputs[SCORES][0], outputs[MAPS][0]
