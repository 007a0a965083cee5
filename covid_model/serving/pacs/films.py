"""Search of a PACS for chest radiographs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from covid_model.imaging.dicom.terms.body_parts import other_part_named_by
from covid_model.serving.pacs.connection import Pacs

if TYPE_CHECKING:
    from pydicom import Dataset

MODALITIES = ("DX", "CR")
STUDY_FIELDS = ("PatientName", "PatientID", "StudyDate", "StudyTime", "StudyDescription")
SERIES_FIELDS = ("Modality", "BodyPartExamined", "SeriesDescription")


@dataclass(frozen=True)
class Film:
    """One instance that may be a chest radiograph.

    Attributes:
        study, series, instance: its UIDs.
    """

    study: str
    series: str
    instance: str

    @property
    def path(self) -> str:
        """The three UIDs with slashes between them."""
        return f"{self.study}/{self.series}/{self.instance}"


@dataclass(frozen=True)
class StudyEntry:
    """One study of a worklist, in the words of the PACS.

    Attributes:
        uid: Study Instance UID.
        patient_name: as it is written in the study.
        patient_id: of the hospital.
        date: YYYYMMDD, "" where it is not known.
        time: HHMMSS, "" where it is not known.
        description: of the study.
    """

    uid: str
    patient_name: str
    patient_id: str
    date: str
    time: str
    description: str

    @property
    def day(self) -> str:
        """The date as YYYY-MM-DD where it is one."""
        date = self.date
        return f"{date[:4]}-{date[4:6]}-{date[6:]}" if len(date) == 8 else date


def name_filter(name: str) -> str:
    """Return a filter of ``PatientName`` for the beginning of a name as people write it.

    Whatever is no plain letter or digit becomes a wildcard: the carets between the parts of a name,
    and letters that a server may hold in another alphabet.
    """
    return re.sub(r"[^A-Za-z0-9]+", "*", f"{name} ")


def find_studies(pacs: Pacs, filters: dict[str, str]) -> list[StudyEntry]:
    """Return the studies with a radiograph that match, the newest first.

    Args:
        pacs: the PACS.
        filters: values by keyword, as QIDO-RS takes them: ``PatientID``, ``PatientName``
            with ``*``, ``StudyDate`` as YYYYMMDD or YYYYMMDD-YYYYMMDD.

    Raises:
        PacsError: if the PACS cannot be asked.
    """
    found: dict[str, StudyEntry] = {}
    for modality in MODALITIES:
        matches = pacs.search("studies", {**filters, "ModalitiesInStudy": modality}, STUDY_FIELDS)
        for match in matches:
            entry = _entry(match)
            if entry.uid:
                found[entry.uid] = entry
    return sorted(found.values(), key=lambda entry: (entry.date, entry.time), reverse=True)


def find_films(pacs: Pacs, filters: dict[str, str]) -> Iterator[Film]:
    """Yield the radiographs of the studies that match, but those of a body part that is no chest.

    Args:
        pacs: the PACS.
        filters: as ``find_studies`` takes them.

    Raises:
        PacsError: if the PACS cannot be asked.
    """
    for study in reversed(find_studies(pacs, filters)):
        yield from films_of(pacs, study.uid)


def films_of(pacs: Pacs, study: str) -> Iterator[Film]:
    """Yield the radiographs of one study, but those of a body part that is no chest.

    Raises:
        PacsError: if the PACS cannot be asked.
    """
    for series in pacs.search("series", {}, SERIES_FIELDS, study_instance_uid=study):
        modality, part = _text(series, "Modality"), _text(series, "BodyPartExamined")
        uid = _text(series, "SeriesInstanceUID")
        if modality not in MODALITIES or other_part_named_by(part) or not uid:
            continue
        instances = pacs.search("instances", {}, study_instance_uid=study, series_instance_uid=uid)
        for instance in instances:
            if sop := _text(instance, "SOPInstanceUID"):
                yield Film(study, uid, sop)


def _entry(match: "Dataset") -> StudyEntry:
    return StudyEntry(
        uid=_text(match, "StudyInstanceUID"),
        patient_name=_text(match, "PatientName"),
        patient_id=_text(match, "PatientID"),
        date=_text(match, "StudyDate"),
        time=_text(match, "StudyTime"),
        description=_text(match, "StudyDescription"),
    )


def _text(dataset: "Dataset", keyword: str) -> str:
    value = dataset.get(keyword)
    return "" if value is None else str(value).strip()
