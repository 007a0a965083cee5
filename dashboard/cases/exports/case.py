"""What the files of one case have in common."""

import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version

from covid_model.runs import ModelInfo, Run
from covid_model.serving.classifier import Prediction
from covid_model.serving.diagnosis import CaseResult
from covid_model.serving.lung_occlusion import LungOcclusion

OPACITY = 0.4  # of every map in every file
PACKAGES = ("ai-edge-litert", "numpy", "opencv-python-headless", "pillow", "pydicom")


@dataclass(frozen=True, eq=False)
class Content:
    """One case with all that is said of it.

    Attributes:
        diagnosis: what the networks say.
        run: the run of the networks.
        infos: what ``model.json`` says of each network, in the order of the predictions.
        sha256: of the file's bytes, "" where it is unknown.
        sample: what a sample is, "" for a visitor's file.
        found: what the first network says without the lungs, None where that is unknown.
        reading: the reader's own reading, heading -> words; empty without one.
    """

    diagnosis: CaseResult
    run: Run
    infos: tuple[ModelInfo, ...]
    sha256: str = ""
    sample: str = ""
    found: LungOcclusion | None = None
    reading: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, diagnosis: CaseResult, run: Run, **more: object) -> "Content":
        """Join a diagnosis with what the run's folder says of its networks."""
        infos = tuple(run.model_info(one.model) for one in diagnosis.predictions)
        return cls(diagnosis, run, infos, **more)

    @property
    def shown(self) -> tuple[Prediction, ...]:
        """The predictions whose class may be named: none of a refused file."""
        return () if self.diagnosis.status == "refused" else self.diagnosis.predictions

    @property
    def without_lungs(self) -> LungOcclusion | None:
        """What may be told of the answer without the lungs, None where it is unknown."""
        known = self.found is not None and self.found.hidden is not None
        return self.found if self.shown and known else None

    @property
    def hardly_changes(self) -> bool:
        """Whether the answer is known to do without the lungs, so that it is not to be trusted."""
        return self.without_lungs is not None and self.without_lungs.hardly_changes

    @property
    def weights(self) -> tuple[Mapping[str, str], ...]:
        """For each network, file name -> sha256 of what it predicted with."""
        listed = ("model.tflite", "head.npz", "novelty.npz")
        return tuple(
            {name: info.sha256[name] for name in listed if name in info.sha256}
            for info in self.infos
        )


def versions() -> dict[str, str]:
    """Return the versions of what a prediction with its pictures is made by."""
    return {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}}
