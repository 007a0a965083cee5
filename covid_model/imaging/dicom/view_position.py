"""View position, frontal or not, by a DICOM header."""

from collections.abc import Iterator, Mapping

from pydicom import Dataset, Sequence

from covid_model.common.messages import Message
from covid_model.imaging.dicom.terms.codes import standard_meaning, stated_meaning
from covid_model.imaging.dicom.terms.views import View, view_named_by

FRONTAL_VIEWS = frozenset({"AP", "PA"})
# Laterals, then obliques; RLD and LLD (decubitus, PS3.3 C.8.1.2) may well be frontal.
NOT_FRONTAL = frozenset({
    "LL", "RL", "LLAT", "RLAT", "LAT", "LATERAL", "LLO", "RLO", "LAO", "RAO", "LPO", "RPO",
})  # fmt: skip
FRONTAL_MEANINGS = {"antero-posterior": "AP", "postero-anterior": "PA"}
AXES = {"A": "depth", "P": "depth", "H": "height", "F": "height"}
VIEWS = {"lateral": Message("a lateral view"), "oblique": Message("an oblique view")}
# What may name the view, what speaks of one picture alone first: a study's may speak of others.
SERIES, STEP, STUDY = (
    {
        "SeriesDescription": Message("series description"),
        "ProtocolName": Message("protocol name"),
        "AcquisitionDeviceProcessingDescription": Message("processing description"),
    },
    {
        "PerformedProcedureStepDescription": Message("procedure step"),
        "PerformedProtocolCodeSequence": Message("procedure step"),
        "RequestAttributesSequence": Message("procedure step"),
    },
    {
        "StudyDescription": Message("study description"),
        "RequestedProcedureDescription": Message("requested procedure"),
        "ProcedureCodeSequence": Message("procedure code"),
    },
)


def view_of(dataset: Dataset) -> str:
    """Return "AP", "PA" or another known view position, "" where the header names none."""
    position = str(dataset.get("ViewPosition") or "").strip().upper()
    if position in FRONTAL_VIEWS | NOT_FRONTAL:
        return position
    meanings = (standard_meaning(item, "CID4010") for item in dataset.get("ViewCodeSequence") or ())
    return next((FRONTAL_MEANINGS[name] for name in meanings if name in FRONTAL_MEANINGS), "")


def not_frontal_by(dataset: Dataset) -> tuple[Message, Message] | None:
    """Name a view that is not frontal with the part of the header that tells it, None without.

    What is told of the picture is believed before what is told of its series, that before its
    procedure step, that before its study. Where texts of one kind name both, the frontal one is
    believed; "chest PA and lateral" names neither.
    """
    for told in _told(dataset):
        views = [view for view, _ in told]
        if "frontal" in views:
            return None
        for view, where in told:
            if view:
                return VIEWS[view], where
    return None


def _told(dataset: Dataset) -> Iterator[list[tuple[View, Message]]]:
    """Yield the views that parts of the header name, the most believable first."""
    position = str(dataset.get("ViewPosition") or "")
    yield [(view_named_by(position, single=True), Message("view position"))]
    yield [
        (view_named_by(meaning, single=True), Message("view code"))
        for item in dataset.get("ViewCodeSequence") or ()
        if (meaning := standard_meaning(item, "CID4010") or stated_meaning(item))
    ]
    yield _named(dataset, SERIES)
    yield [("lateral", Message("patient orientation"))] if _is_sagittal(dataset) else []
    yield _named(dataset, STEP)
    yield _named(dataset, STUDY)


def _named(dataset: Dataset, keywords: Mapping[str, Message]) -> list[tuple[View, Message]]:
    return [
        (view_named_by(text), where)
        for keyword, where in keywords.items()
        for text in _texts(dataset.get(keyword))
    ]


def _texts(value: object) -> list[str]:
    """The text of an element, or what the items of a sequence say."""
    if not isinstance(value, Sequence):
        return [str(value or "")]
    steps = [str(item.get("ScheduledProcedureStepDescription") or "") for item in value]
    return [*steps, *map(stated_meaning, value)]


def _is_sagittal(dataset: Dataset) -> bool:
    """Judge by the directions of rows and columns: front or back with head or foot is lateral."""
    stated = dataset.get("PatientOrientation") or ()
    directions = () if isinstance(stated, str) else stated  # one alone is not both
    return {AXES.get(str(direction).strip().upper(), "") for direction in directions} == {
        "depth",
        "height",
    }
