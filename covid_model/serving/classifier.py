"""One trained network that turns a radiograph into scores with their heatmaps."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from covid_model.classes import CLASS_NAMES, class_index
from covid_model.errors import RunError
from covid_model.litert import Network
from covid_model.preprocessing import to_input
from covid_model.radiograph import Radiograph
from covid_model.runs import (
    SERVING_FILES,
    ModelInfo,
    check_file,
    read_model_info,
    require_servable,
)
from covid_model.serving.gradcam import Head, class_scores, gradcam


@dataclass(frozen=True, eq=False)
class Prediction:
    """What one network says of one radiograph; the arrays are read-only.

    Attributes:
        model: key of the network in ``runs.ARCHITECTURES``.
        probabilities: float32 (3,), sum 1, in the order of ``CLASS_NAMES``.
        heatmaps: float32 (3, h, w), range [0, 1], the Grad-CAM of each class.
        seconds: from the radiograph to the heatmaps, waiting for other threads included.
    """

    model: str
    probabilities: np.ndarray
    heatmaps: np.ndarray
    seconds: float

    @property
    def predicted(self) -> str:
        """Name of the class with the highest score."""
        return CLASS_NAMES[int(self.probabilities.argmax())]

    @property
    def score(self) -> float:
        """Score of the predicted class, range [0, 1]."""
        return float(self.probabilities.max())

    def heatmap(self, class_name: str) -> np.ndarray:
        """Return the heatmap of one class, float32 (h, w), range [0, 1].

        Raises:
            ValueError: if there is no such class.
        """
        return self.heatmaps[class_index(class_name)]


class Classifier:
    """A network of a run folder, ready to predict; safe to share between threads.

    Attributes:
        info: what ``model.json`` says of the network.
    """

    def __init__(self, info: ModelInfo, network: Network, head: Head) -> None:
        """Join the parts of one network; use ``Classifier.load`` instead."""
        self.info = info
        self._network = network
        self._head = head

    @classmethod
    def load(cls, folder: Path | str, *, threads: int = 2) -> Self:
        """Open one model folder of a run, after checking the digests of its files.

        Args:
            folder: ``<run>/<architecture>``.
            threads: processor cores that one prediction may use.

        Raises:
            ReportsOnlyError: if the folder holds reports without a model.
            RunError: if a file is missing, damaged, or does not fit the others.
        """
        folder = Path(folder)
        info = read_model_info(folder)
        require_servable(folder, info)
        if info.classes != CLASS_NAMES:
            raise RunError(
                f"Expected the classes {', '.join(CLASS_NAMES)} in {folder / 'model.json'}. "
                f"Received: {', '.join(info.classes)}. Train the model again with this version."
            )
        for name in SERVING_FILES:
            check_file(folder, name, info)
        network = Network.load(folder / "model.tflite", threads=threads)
        head = Head.load(folder / "head.npz")
        try:
            class_scores(np.zeros(network.maps_shape, np.float32), head)
        except ValueError as error:
            raise RunError(
                f"{folder / 'head.npz'} is not the head of the model.tflite beside it: restore "
                "the run folder or train the model again."
            ) from error
        return cls(info, network, head)

    def predict(self, radiograph: Radiograph) -> Prediction:
        """Return the scores of all classes with the heatmap of each, from one forward pass."""
        started = time.perf_counter()
        probabilities, maps = self._network.run(
            to_input(radiograph, size=self._network.input_shape[1])
        )
        heatmaps = gradcam(maps, self._head)
        for array in (probabilities, heatmaps):
            array.flags.writeable = False
        return Prediction(
            model=self.info.architecture,
            probabilities=probabilities,
            heatmaps=heatmaps,
            seconds=time.perf_counter() - started,
        )
