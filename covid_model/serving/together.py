"""The mean of a run's calibrated networks, which decides where all of them were asked."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np

from covid_model.common.architectures import TOGETHER
from covid_model.common.classes import CLASS_NAMES
from covid_model.common.errors import RunError
from covid_model.inference.calibration import mean_probabilities
from covid_model.inference.calibration.profile import Adjustment, Profile
from covid_model.runs import ModelInfo, Run
from covid_model.serving.classifier import Prediction
from covid_model.serving.reliability import Reliability

NO_MAP = np.zeros((len(CLASS_NAMES), 0, 0), np.float32)  # networks have maps, a mean has none
NO_MAP.flags.writeable = False


@dataclass(frozen=True, eq=False)
class Together:
    """What makes one prediction of those of several networks.

    Attributes:
        info: what ``together/model.json`` says.
        reliability: the calibration of the mean, with its threshold.
        adjustments: of the members that answer by a hospital's profile; the mean is that of their
            probabilities without it.
    """

    info: ModelInfo
    reliability: Reliability
    adjustments: Mapping[str, Adjustment] = field(default_factory=dict)

    @classmethod
    def load(cls, run: Run) -> Self | None:
        """Read the mean of a run's networks, None where the run has none.

        Raises:
            RunError: naming the file, if it is damaged or lacks what a decision needs.
        """
        if not run.together:
            return None
        folder = run.model_folder(TOGETHER)
        info = run.model_info(TOGETHER)
        reliability = Reliability.load(folder, info)
        fitted = reliability.temperature is not None and reliability.least_probability is not None
        if not fitted or len(set(info.members)) < 2 or info.classes != CLASS_NAMES:
            raise RunError(
                "Expected two members or more, the classes {classes}, a temperature and a "
                "threshold in {path}. Restore the file or train the model again.",
                classes=", ".join(CLASS_NAMES),
                path=folder / "model.json",
            )
        return cls(info, reliability)

    def adjusted(self, profile: Profile) -> Self:
        """The same with a hospital's profile, for members that were ``adjusted`` by it.

        Raises:
            RunError: if the profile was made for other networks.
        """
        reliability = self.reliability.adjusted(profile, self.info)
        return replace(self, reliability=reliability, adjustments=profile.adjustments)

    def of(self, predictions: Sequence[Prediction]) -> list[Prediction]:
        """The predictions of the members, which alone decide where there is a mean of them."""
        return [each for each in predictions if each.model in self.info.members]

    def prediction(self, predictions: Sequence[Prediction]) -> Prediction | None:
        """Return what the networks say together, None where not all of them were asked.

        Args:
            predictions: one a network, of one image; those of other networks do not count.

        Returns:
            A prediction without maps and without a novelty, of which the networks alone can tell;
            its seconds are those that the mean took.
        """
        started = time.perf_counter()
        asked = {prediction.model: prediction for prediction in predictions}
        if not asked.keys() >= set(self.info.members):
            return None
        mean = mean_probabilities([self._served(asked[name]) for name in self.info.members])
        probabilities = self.reliability.probabilities(mean)
        probabilities.flags.writeable = False
        return Prediction(
            model=TOGETHER,
            probabilities=probabilities,
            heatmaps=NO_MAP,
            calibrated=True,
            threshold=self.reliability.least_probability,
            plausible=self.reliability.plausible(probabilities),
            seconds=time.perf_counter() - started,
            profile=self.reliability.profile,
        )

    def _served(self, prediction: Prediction) -> np.ndarray:
        """A member's probabilities as the run serves them, float32 (3,)."""
        adjustment = self.adjustments.get(prediction.model)
        if adjustment is None:
            return prediction.probabilities
        return adjustment.undo(prediction.probabilities)
