"""Classifier: one trained network that predicts probabilities with their heatmaps."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from covid_model.common.classes import CLASS_NAMES, class_index
from covid_model.common.errors import RunError, UsageError
from covid_model.common.messages import Message
from covid_model.imaging.preprocessing import Preprocessing
from covid_model.imaging.radiograph import Radiograph
from covid_model.inference.calibration.profile import Profile
from covid_model.inference.gradcam import Head, class_scores, gradcam
from covid_model.inference.network import Network
from covid_model.inference.network_input import (
    NetworkInput,
    View,
    network_input,
    on_whole_picture,
    open_segmenter,
)
from covid_model.runs import (
    SERVING_FILES,
    ModelInfo,
    check_file,
    check_model_file,
    listed_digests,
    read_model_info,
    require_servable,
)
from covid_model.serving.reliability import Reliability


@dataclass(frozen=True, eq=False)
class Prediction:
    """What one network says of one radiograph; the arrays are read-only.

    Attributes:
        model: key of the network in ``architectures.ARCHITECTURES``, or ``TOGETHER``.
        probabilities: float32 (3,), sum 1, in the order of ``CLASS_NAMES``.
        heatmaps: float32 (3, h, w), range [0, 1], the Grad-CAM of each class; (3, 0, 0) of
            ``TOGETHER``.
        seconds: of this prediction, waiting for other threads included.
        calibrated: True where ``probabilities`` are calibrated, False where they are scores.
        novelty: distance from the radiographs that the network knows, as a share of the largest
            that counts as known: above 1 is novel. None where the network cannot tell.
        threshold: lowest calibrated probability that is an answer, None where there is none.
        plausible: the classes that stay open where it is not reached, in the order of
            ``CLASS_NAMES``; () where the run has no prediction sets.
        lateral: how much the picture looks like a lateral view, range [0, 1], None where the
            network cannot tell.
        lateral_threshold: from which ``lateral`` on it counts as one.
        run: name of the run folder of the network, "" where it is unknown.
        profile: name of the hospital's profile that adjusted the probabilities, "" for none.
    """

    model: str
    probabilities: np.ndarray
    heatmaps: np.ndarray
    seconds: float
    calibrated: bool = False
    novelty: float | None = None
    threshold: float | None = None
    plausible: tuple[str, ...] = ()
    lateral: float | None = None
    lateral_threshold: float | None = None
    run: str = ""
    profile: str = ""

    @property
    def predicted(self) -> str:
        """Name of the class with the highest probability."""
        return CLASS_NAMES[int(self.probabilities.argmax())]

    @property
    def score(self) -> float:
        """Probability of the predicted class, range [0, 1]; ``measure`` says of which kind."""
        return float(self.probabilities.max())

    @property
    def measure(self) -> Message:
        """What to call the probabilities: "calibrated probability" or "score"."""
        return Message("calibrated probability") if self.calibrated else Message("score")

    @property
    def looks_lateral(self) -> bool | None:
        """Whether the picture counts as a lateral view, None where the network cannot tell."""
        if self.lateral is None or self.lateral_threshold is None:
            return None
        return self.lateral >= self.lateral_threshold

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
        run: name of its run folder, "" where it was not opened from one.
    """

    run = ""

    def __init__(
        self, info: ModelInfo, network: Network, head: Head, reliability: Reliability | None = None
    ) -> None:
        """Join the parts of one network; use ``Classifier.load`` instead."""
        self.info = info
        self._network = network
        self._head = head
        self._reliability = reliability or Reliability()

    @property
    def input_size(self) -> int:
        """Side of the square input, in pixels."""
        return self._network.input_shape[1]

    @property
    def preprocessing(self) -> Preprocessing:
        """What happens to a picture before the network sees it."""
        return Preprocessing(**self.info.preprocessing)

    def prepare(self, radiograph: Radiograph, *, view: View | None = None) -> NetworkInput:
        """What this network is shown of a radiograph, for ``predict``.

        Networks of the same ``input_size`` and ``preprocessing`` are shown the same.

        Args:
            radiograph: the picture.
            view: the part of it to show, None for the one that ``preprocessing`` asks for.
        """
        return network_input(
            radiograph, size=self.input_size, preprocessing=self.preprocessing, view=view
        )

    @classmethod
    def load(cls, folder: Path | str, *, threads: int = 2, copies: int = 1) -> Self:
        """Open one model folder of a run, after checking the digests of its files.

        Args:
            folder: ``<run>/<architecture>``.
            threads: processor cores that one prediction may use.
            copies: how many predictions may run at once, each with memory of its own.

        Raises:
            ReportsOnlyError: if the folder holds reports without a model.
            RunError: if a file is missing, damaged, or does not fit the others, or the network
                wants lungs that nothing can find.
        """
        folder = Path(folder)
        check_model_file(folder, listed_digests(folder.parent))
        info = read_model_info(folder)
        require_servable(folder, info)
        if info.classes != CLASS_NAMES:
            raise RunError(
                "Expected the classes {expected} in {path}. Received: {received}. Train the "
                "model again with this version.",
                expected=", ".join(CLASS_NAMES),
                path=folder / "model.json",
                received=", ".join(info.classes),
            )
        for name in SERVING_FILES:
            check_file(folder, name, info)
        _check_preprocessing(folder, info)
        network = Network.load(folder / "model.tflite", threads=threads, copies=copies)
        head, reliability = Head.load(folder / "head.npz"), Reliability.load(folder, info)
        maps = np.zeros(network.maps_shape, np.float32)
        reliability.novelty_of(maps, np.zeros(network.input_shape[1:], np.float32))
        reliability.lateral_of(maps)
        try:
            class_scores(maps, head)
        except ValueError as error:
            raise RunError(
                "{path} is not the head of the model.tflite beside it: restore the run folder or "
                "train the model again.",
                path=folder / "head.npz",
            ) from error
        classifier = cls(info, network, head, reliability)
        classifier.run = folder.absolute().parent.name
        return classifier

    def predict(
        self, radiograph: Radiograph, *, prepared: NetworkInput | None = None
    ) -> Prediction:
        """Return every class's probability with its heatmap, novelty too, from one forward pass.

        Args:
            radiograph: the picture.
            prepared: what ``prepare`` makes of it, where that was done already; its time then does
                not count.
        """
        started = time.perf_counter()
        prepared = prepared or self.prepare(radiograph)
        scores, maps = self._network.run(prepared.image)
        probabilities = self._reliability.probabilities(scores)
        heatmaps = on_whole_picture(gradcam(maps, self._head), prepared.box)
        for array in (probabilities, heatmaps):
            array.flags.writeable = False
        return Prediction(
            model=self.info.architecture,
            probabilities=probabilities,
            heatmaps=heatmaps,
            novelty=self._reliability.novelty_of(maps, prepared.image[0]),
            calibrated=self._reliability.temperature is not None,
            threshold=self._reliability.least_probability,
            plausible=self._reliability.plausible(probabilities),
            lateral=self._reliability.lateral_of(maps),
            lateral_threshold=self._reliability.lateral_threshold,
            run=self.run,
            seconds=time.perf_counter() - started,
            profile=self._reliability.profile,
        )

    def adjusted(self, profile: Profile) -> "Classifier":
        """The same network with its probabilities adjusted by a hospital's profile.

        Raises:
            RunError: if the profile was made for another network.
        """
        reliability = self._reliability.adjusted(profile, self.info)
        other = Classifier(self.info, self._network, self._head, reliability)
        other.run = self.run
        return other


def _check_preprocessing(folder: Path, info: ModelInfo) -> None:
    """Refuse what this version cannot show a network when it is opened, not at the first picture.

    Raises:
        RunError: if the preprocessing is unknown, or the segmenter that it needs is not there.
    """
    try:
        preprocessing = Preprocessing(**info.preprocessing)
    except (TypeError, UsageError) as error:
        raise RunError(
            "{path} asks for a preprocessing that this version does not know ({error}): update "
            "this program or train the model again.",
            path=folder / "model.json",
            error=str(error),
        ) from error
    if preprocessing.finds_lungs:
        open_segmenter()
