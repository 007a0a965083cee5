"""The exported case and the package versions that every export of it records."""

import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version

import numpy as np

from covid_model.runs import ModelInfo, Run
from covid_model.serving.classifier import Prediction
from covid_model.serving.diagnosis import CaseResult
from covid_model.serving.lung_occlusion import LungOcclusion

OPACITY = 0.4  # of every map in every file
PACKAGES = ("ai-edge-litert", "numpy", "opencv-python-headless", "pillow", "pydicom")


@dataclass(frozen=True, eq=False)
class ExportedCase:
    """One case with everything that its exports contain.

    Attributes:
        result: what the networks say.
        run: the run of the networks.
        sha256: of the file's bytes, "" where it is unknown.
        data: the file's bytes, for what the DICOM picture says of them.
        sample: what a sample is, "" for a visitor's file.
        occlusion: what the first network says without the lungs, None where that is unknown.
        reading: the reader's own reading, heading -> words; empty without one.
        named: the files may hold the name of the case's file, which often names a patient.
        outlined: the lungs are to be outlined where that is possible.
    """

    result: CaseResult
    run: Run
    sha256: str = ""
    data: bytes = b""
    sample: str = ""
    occlusion: LungOcclusion | None = None
    reading: Mapping[str, str] = field(default_factory=dict)
    named: bool = False
    outlined: bool = False

    @property
    def name(self) -> str:
        """The file's name where it may be told, else one made of the digest of its bytes."""
        told = self.named or bool(self.sample)
        return str(self.result.name) if told else f"case-{self.sha256[:12]}"

    def unnamed(self, words: str) -> str:
        """Put ``name`` in place of the file's own name in words on it."""
        return words.replace(str(self.result.name), self.name)

    @property
    def profile(self) -> str:
        """Name of the hospital's profile that adjusted the probabilities, "" for none."""
        return next((item.profile for item in self.result.predictions), "")

    @cached_property
    def model_infos(self) -> tuple[ModelInfo, ...]:
        """What ``model.json`` says of each network, in the order of the predictions."""
        return tuple(self.run.model_info(item.model) for item in self.result.predictions)

    @property
    def named_predictions(self) -> tuple[Prediction, ...]:
        """The predictions whose class may be named: none for a refused file."""
        return () if self.result.status == "refused" else self.result.predictions

    @property
    def without_lungs(self) -> LungOcclusion | None:
        """The lung occlusion that may be shown, None where there is none."""
        measured = self.occlusion is not None and self.occlusion.hidden is not None
        return self.occlusion if self.named_predictions and measured else None

    @property
    def outlined_lungs(self) -> np.ndarray | None:
        """The lungs to outline, bool (H, W), None where none are found or asked for."""
        occlusion = self.without_lungs
        return occlusion.mask if occlusion is not None and self.outlined else None

    @property
    def hardly_changes(self) -> bool:
        """Whether the answer is known to do without the lungs, so that it is not to be trusted."""
        return self.without_lungs is not None and self.without_lungs.hardly_changes

    @property
    def weights(self) -> tuple[Mapping[str, str], ...]:
        """For each network, file name -> sha256 of what it predicted with."""
        listed = ("model.tflite", "head.npz", "novelty.npz", "lateral.npz")
        return tuple(
            {name: info.sha256[name] for name in listed if name in info.sha256}
            for info in self.model_infos
        )


def versions() -> dict[str, str]:
    """Return the versions of what a prediction with its pictures is made by."""
    return {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}}
