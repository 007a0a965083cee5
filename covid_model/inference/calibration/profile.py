"""Profile of a hospital: what is done to the probabilities of networks that stay as they are."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Self, TypedDict

import numpy as np

from covid_model.common.classes import CLASS_NAMES
from covid_model.common.errors import RunError
from covid_model.common.system.digests import sha256
from covid_model.inference.calibration.temperature import apply_temperature, undo_temperature
from covid_model.runs import (
    OWN_DIGEST,
    SERVING_FILES,
    ModelInfo,
    own_digest,
    parse_json,
    read_model_info,
)
from covid_model.runs.shape import Among, Length

KIND = "covid-xray-models profile"
SCHEMA = 1


class AdjustmentRow(TypedDict):
    """What a profile says of one network."""

    belongs_to: str
    temperature: float
    offsets: Annotated[list[float], Length(len(CLASS_NAMES))]
    threshold: float | None
    sets: dict[Annotated[str, Among(CLASS_NAMES)], float]


class RunNamed(TypedDict):
    """The run that a profile was made for."""

    name: str


class ProfileContent(TypedDict):
    """What is read of a profile; it says more, on what it was fitted and how that was judged."""

    kind: Annotated[str, Among((KIND,))]
    schema: int
    name: str
    run: RunNamed
    networks: dict[str, AdjustmentRow]
    own_sha256: str


@dataclass(frozen=True)
class Adjustment:
    """What is done to the probabilities of one network.

    Attributes:
        belongs_to: ``fingerprint`` of the network.
        temperature: as of ``apply_temperature``, on the probabilities as they are served.
        offsets: likewise, one a class.
        threshold: lowest adjusted probability that is an answer, None to keep the network's own.
        sets: class -> least adjusted probability with which it is plausible; empty for no sets.
    """

    belongs_to: str
    temperature: float = 1.0
    offsets: tuple[float, ...] = (0.0,) * len(CLASS_NAMES)
    threshold: float | None = None
    sets: Mapping[str, float] = field(default_factory=dict)

    def apply(self, probabilities: np.ndarray) -> np.ndarray:
        """Adjusted probabilities of served ones, float32 (..., 3)."""
        return apply_temperature(probabilities, self.temperature, self.offsets)

    def undo(self, probabilities: np.ndarray) -> np.ndarray:
        """The served probabilities that ``apply`` made adjusted ones of, float32 (..., 3)."""
        return undo_temperature(probabilities, self.temperature, self.offsets)


@dataclass(frozen=True, eq=False)
class Profile:
    """The adjustments of a hospital, by the names of the networks that they belong to.

    Attributes:
        name: what every output calls it by.
        adjustments: of each network, and of their mean where the run has one.
        run: name of the run that it was made for.
        digest: of its content.
    """

    name: str
    adjustments: Mapping[str, Adjustment]
    run: str = ""
    digest: str = ""

    @property
    def reference(self) -> str:
        """Name and digest, for a result that is kept away from the profile."""
        return f"{self.name}, SHA-256 {self.digest}"

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a profile.

        Raises:
            RunError: if it cannot be read, is none, was changed after it was written, or a value
                is out of its range.
        """
        try:
            data = path.read_bytes()
        except OSError as error:
            raise RunError(
                "{path} cannot be read ({reason}): check it.", path=path, reason=error.strerror
            ) from None
        return cls.parse(data, str(path))

    @classmethod
    def parse(cls, data: bytes, path: str) -> Self:
        """Read a profile from its bytes; as ``load``.

        Args:
            data: the bytes.
            path: what errors call it by.
        """
        return cls._of(parse_json(data, path, ProfileContent), path)

    @classmethod
    def _of(cls, content: Mapping[str, Any], path: Path | str) -> Self:
        rows = content["networks"]
        if content["schema"] != SCHEMA or not all(map(_in_range, rows.values())):
            raise RunError(
                "{path} is no profile that this version can use: make it again with `evaluate "
                "--adjust`.",
                path=path,
            )
        if content[OWN_DIGEST] != own_digest(content):
            raise RunError(
                "{path} differs from its own digest: it was changed after it was written. Restore "
                "it, or make it again with `evaluate --adjust`.",
                path=path,
            )
        adjustments = {
            name: Adjustment(
                belongs_to=row["belongs_to"],
                temperature=row["temperature"],
                offsets=tuple(row["offsets"]),
                threshold=row["threshold"],
                sets=row["sets"],
            )
            for name, row in rows.items()
        }
        return cls(content["name"], adjustments, content["run"]["name"], content[OWN_DIGEST])

    def fits(self, run: Path) -> bool:
        """Whether it was made for the networks that lie in a run's folder now."""
        try:
            for name in self.adjustments:
                self.of(read_model_info(run / name))
        except RunError:
            return False
        return bool(self.adjustments)

    def of(self, info: ModelInfo) -> Adjustment:
        """The adjustment of a network.

        Raises:
            RunError: if the profile was made for other networks.
        """
        adjustment = self.adjustments.get(info.architecture)
        if adjustment is None or adjustment.belongs_to != fingerprint(info):
            raise RunError(
                "The profile {profile} was not made for the {network} of this run: choose the run "
                "that it names, or make one for this run with `evaluate --adjust`.",
                profile=self.name,
                network=info.title,
            )
        return adjustment


def fingerprint(info: ModelInfo) -> str:
    """A digest of all that the probabilities of a network follow from; reports do not count."""
    served = {
        "files": {name: info.sha256.get(name) for name in SERVING_FILES},
        "calibration": [info.temperature, list(info.offsets or ()), dict(info.thresholds)],
        "preprocessing": dict(info.preprocessing),
        "members": list(info.members),
    }
    return sha256(json.dumps(served, sort_keys=True).encode())


def _in_range(row: Mapping[str, Any]) -> bool:
    numbers = [row["temperature"], *row["offsets"], *row["sets"].values()]
    shares = [*row["sets"].values(), row["threshold"] or 0.0]
    complete = set(row["sets"]) in (set(), set(CLASS_NAMES))
    finite = all(map(math.isfinite, numbers)) and row["temperature"] > 0
    return finite and complete and all(0 <= share <= 1 for share in shares)
