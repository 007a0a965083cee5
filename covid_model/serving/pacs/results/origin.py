"""What a result is of: the source's header, the run that was asked."""

import io
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from covid_model.common.system.digests import sha256

if TYPE_CHECKING:
    from pydicom import Dataset

MAKER = "covid-xray-models"
SERIES_NUMBER = 9_500  # results follow the films of a study


@dataclass(frozen=True)
class Origin:
    """The source of a result.

    Attributes:
        data: the DICOM file.
        run: name of the run.
        weights: network -> SHA-256 of its ``model.json``, which has the digests of all its files.
        profile: name and digest of the hospital's profile that adjusted the probabilities, "" for
            none.
    """

    data: bytes
    run: str
    weights: Mapping[str, str]
    profile: str = ""

    @cached_property
    def source(self) -> "Dataset":
        """The header of the source, with what the standard has every file have."""
        from pydicom import dcmread

        dataset = dcmread(io.BytesIO(self.data), stop_before_pixels=True, force=True)
        for keyword in REQUIRED:
            if keyword not in dataset:
                setattr(dataset, keyword, None)
        return dataset

    @property
    def networks(self) -> str:
        """Digest of the networks with the profile: others make other results."""
        return networks_digest(self.run, self.weights, self.profile)

    @property
    def seed(self) -> str:
        """What all UIDs of the results are made of: the same case always gives the same ones."""
        return f"{self.source.SOPInstanceUID} {self.networks}"

    def series_number(self, place: int) -> int:
        """A series number for the result in that place."""
        return SERIES_NUMBER + place


REQUIRED = (
    "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyDate", "StudyTime",
    "StudyID", "AccessionNumber", "ReferringPhysicianName",
)  # fmt: skip


def networks_digest(run: str, weights: Mapping[str, str], profile: str) -> str:
    """Return the digest of a run's networks with the profile by which they answer.

    Args:
        run: its name.
        weights: network -> SHA-256 of its ``model.json``.
        profile: as of ``Origin``.
    """
    adjusted = {"profile": profile} if profile else {}
    return sha256(repr((run, sorted({**weights, **adjusted}.items()))).encode())


def uid(kind: str, seed: str) -> str:
    """Return a UID derived from a UUID (PS3.5 B.2), always the same one for a kind and a seed."""
    return f"2.25.{uuid.uuid5(uuid.NAMESPACE_OID, f'{kind} {seed}').int}"
