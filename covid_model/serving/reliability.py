"""Reliability of a network's answers: calibration, thresholds and novelty."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import numpy as np

from covid_model.common.classes import CLASS_NAMES
from covid_model.common.errors import RunError
from covid_model.common.messages import Message
from covid_model.inference.calibration import apply_temperature, prediction_sets
from covid_model.inference.calibration.profile import Adjustment, Profile
from covid_model.inference.lateral import LateralHead
from covid_model.inference.novelty import NoveltyModel
from covid_model.runs import LATERAL_FILE, NOVELTY_FILE, ModelInfo, check_file

QUANTITY_NAMES = {
    "probability": Message("a probability threshold"),
    "novelty": Message("a novelty threshold"),
}
HIGHEST = {"probability": 1.0, "novelty": math.inf}  # of the thresholds; each is above 0


@dataclass(frozen=True, eq=False)
class Reliability:
    """A network's temperature, thresholds and novelty model, each None where the run has none.

    Attributes:
        temperature: softmax temperature, finite, > 0.
        offsets: what is added to each class's tempered logit, finite; None for nothing.
        least_probability: lowest calibrated probability that is an answer, range [0, 1].
        largest_distance: largest Mahalanobis distance that is known, finite, > 0.
        novelty: what the distance is measured with.
        sets: class -> least calibrated probability with which it is plausible, range [0, 1]; empty
            where the run has no sets.
        lateral: what tells lateral views from frontal ones.
        profile: name of the hospital's profile that is used, "" for none.
        adjustment: what it does to the calibrated probabilities.
    """

    temperature: float | None = None
    offsets: tuple[float, ...] | None = None
    least_probability: float | None = None
    largest_distance: float | None = None
    novelty: NoveltyModel | None = None
    sets: Mapping[str, float] = field(default_factory=dict)
    lateral: LateralHead | None = None
    profile: str = ""
    adjustment: Adjustment | None = None

    @classmethod
    def load(cls, folder: Path, info: ModelInfo) -> Self:
        """Read what ``model.json`` says, with the files for novelty and laterals that it lists.

        Raises:
            RunError: naming the file, if a value is out of its range, a threshold lacks what it
                is a threshold of, or a file is missing or damaged.
        """
        path = folder / "model.json"
        names = _check_values(path, info)
        if "probability" in names and info.temperature is None:
            raise RunError(
                "{path} has a threshold for calibrated probabilities, but no temperature to "
                "calibrate them with: restore the file or train the model again.",
                path=path,
            )
        listed = NOVELTY_FILE in info.sha256
        if listed != ("novelty" in names):
            threshold = Message("a novelty threshold")
            raise RunError(
                "{path} lists {listed} without {missing}: either is of no use without the other. "
                "Restore the run folder or train the model again.",
                path=path,
                listed=NOVELTY_FILE if listed else threshold,
                missing=threshold if listed else NOVELTY_FILE,
            )
        if listed:
            check_file(folder, NOVELTY_FILE, info)
        if LATERAL_FILE in info.sha256:
            check_file(folder, LATERAL_FILE, info)
        return cls(
            temperature=info.temperature,
            offsets=info.offsets,
            least_probability=info.thresholds.get("probability"),
            largest_distance=info.thresholds.get("novelty"),
            novelty=NoveltyModel.load(folder / NOVELTY_FILE) if listed else None,
            sets=info.sets,
            lateral=LateralHead.load(folder / LATERAL_FILE)
            if LATERAL_FILE in info.sha256
            else None,
        )

    def probabilities(self, scores: np.ndarray) -> np.ndarray:
        """Return calibrated probabilities, float32 (3,), or the scores where none is calibrated."""
        if self.temperature is None:
            return scores
        calibrated = apply_temperature(scores, self.temperature, self.offsets)
        return calibrated if self.adjustment is None else self.adjustment.apply(calibrated)

    def adjusted(self, profile: Profile, info: ModelInfo) -> Self:
        """The same with a hospital's profile.

        Raises:
            RunError: if the profile was made for other networks.
        """
        adjustment = profile.of(info)
        return replace(
            self,
            profile=profile.name,
            adjustment=adjustment,
            least_probability=adjustment.threshold or self.least_probability,
            sets=adjustment.sets,
        )

    def plausible(self, probabilities: np.ndarray) -> tuple[str, ...]:
        """Return the classes that stay open, the most probable one always; () without sets.

        Args:
            probabilities: calibrated, float32 (3,).
        """
        if not self.sets:
            return ()
        known = prediction_sets(probabilities, [self.sets[name] for name in CLASS_NAMES])
        return tuple(name for name, open_ in zip(CLASS_NAMES, known, strict=True) if open_)

    def novelty_of(self, maps: np.ndarray, image: np.ndarray) -> float | None:
        """Return a picture's distance over the largest known one, None without novelty model.

        Args:
            maps: float32 (h, w, c), output of the target layer.
            image: float32 (H, W, 3), network input, range [0, 1].

        Returns:
            >= 0; above 1 the picture is not like the radiographs that the network knows.
        """
        if self.novelty is None or self.largest_distance is None:
            return None
        return float(self.novelty.distance(maps, image)) / self.largest_distance

    @property
    def lateral_threshold(self) -> float | None:
        """From which score on a picture counts as a lateral view, None without a head for it."""
        return None if self.lateral is None else self.lateral.threshold

    def lateral_of(self, maps: np.ndarray) -> float | None:
        """Return how much a picture looks like a lateral view, None without a head for it.

        Args:
            maps: float32 (h, w, c), output of the target layer.

        Returns:
            Range [0, 1]; from ``lateral_threshold`` on it counts as lateral.
        """
        return None if self.lateral is None else self.lateral.score(maps)


def _check_values(path: Path, info: ModelInfo) -> frozenset[str]:
    """Return the thresholds' names once the temperature and each of them is in its range."""
    if not isinstance(info.thresholds, dict) or not info.thresholds.keys() <= HIGHEST.keys():
        raise RunError(
            "Expected thresholds named {expected} in {path}. Received: {received!r}. Train "
            "the model again with this version.",
            expected=" or ".join(HIGHEST),
            path=path,
            received=info.thresholds,
        )
    for name, value in info.thresholds.items():
        _require(path, QUANTITY_NAMES[name], value, highest=HIGHEST[name])
    if info.temperature is not None:
        _require(path, Message("a temperature"), info.temperature, highest=math.inf)
    _check_sets(path, info)
    offsets = info.offsets or ()
    finite = all(isinstance(offset, int | float) and math.isfinite(offset) for offset in offsets)
    if offsets and not (finite and len(offsets) == len(info.classes)):
        raise RunError(
            "Expected {count} finite offsets in {path}. Received: {received!r}. Restore the "
            "file or train the model again.",
            count=len(info.classes),
            path=path,
            received=offsets,
        )
    return frozenset(info.thresholds)


def _check_sets(path: Path, info: ModelInfo) -> None:
    """Refuse limits that are no share of [0, 1] for each class, or that have no temperature."""
    if not info.sets:
        return
    named = isinstance(info.sets, dict) and set(info.sets) == set(info.classes)
    shares = named and all(
        isinstance(value, int | float) and 0 <= value <= 1 for value in info.sets.values()
    )
    if not shares or info.temperature is None:
        raise RunError(
            "Expected sets with a share of [0, 1] for each of {expected}, beside a temperature, in "
            "{path}. Received: {received!r}. Restore the file or train the model again.",
            expected=", ".join(info.classes),
            path=path,
            received=info.sets,
        )


def _require(path: Path, what: Message, value: Any, *, highest: float) -> None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not (number and math.isfinite(value) and 0 < value <= highest):
        limit = Message("above 0")
        if highest < math.inf:
            limit = Message("above 0, at most {highest:g}", highest=highest)
        raise RunError(
            "Expected {what} that is a finite number {limit} in {path}. Received: {value!r}. "
            "Restore the file or train the model again.",
            what=what,
            limit=limit,
            path=path,
            value=value,
        )
