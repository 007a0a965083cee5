"""Notes on a run that pages and model cards both have: its split, intervals, patients, labels."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from covid_model.common.messages import Message
from covid_model.runs.schema import QuantizedInfo


@dataclass(frozen=True)
class Note:
    """One note as pages have it, and as a model card has it in English; both are templates."""

    page: Message
    card: str


class Split(Enum):
    """What is on record of how a run's images were split."""

    UNKNOWN = Note(
        Message("How the images were split is not on record."),
        "How the images were split: {not_reported}.",
    )
    NO_PATIENTS = Note(
        Message("Split by {by}. The images do not say which patient they show."),
        "Split by {by}. Which patient an image shows: {not_reported}.",
    )
    IMAGES = Note(
        Message("Split by {by}: patients are unknown, so one may stand in several parts."),
        "Split by {by}, patients unknown: one may stand in several parts.",
    )
    SHARED = Note(
        Message(
            "Split by {by}: {shared} patients stand both in the test part and outside it. A "
            "network can recognise a patient, so these figures flatter it."
        ),
        "Split by {by}: {shared} patients stand both in the test part and outside it.",
    )
    DISJOINT = Note(
        Message("Split by {by}: no patient stands both in the test part and outside it."),
        "Split by {by}: {shared} patients stand both in the test part and outside it.",
    )

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Split":
        """Tell which it is from the "data" of ``run.json``."""
        if data.get("split_by") is None:
            return cls.UNKNOWN
        shared = data.get("shared_patients")
        if shared is None:  # older runs do not say of which sources
            return cls.IMAGES if data.get("patients_unknown") else cls.NO_PATIENTS
        return cls.SHARED if shared else cls.DISJOINT


TAKEN_OVER = "was taken over from run"  # in a note on where a kept network comes from
INTERVALS = Note(
    Message("In brackets: {level} intervals ({method}, {replicates:,} replicates)."),
    "In brackets: {level} intervals, {method}, {replicates} replicates.",
)
UNKNOWN = Note(
    Message(
        "Whom these sources show is unknown: {sources}. Their images were split by image, or were "
        "only trained on."
    ),
    "Patients unknown: {sources}. Their images were split by image, or were only trained on.",
)
LABELS: Mapping[str, Message] = {  # values of label_quality
    "radiologists": Message("read by radiologists"),
    "PCR": Message("PCR test"),
    "report": Message("mined from a text report"),
    "": Message("the source's own"),
}


QUANTIZED = Message(
    "Convolutions in int8, made from run {run}. On {images} validation images the class is the "
    "same as there on {agreement:.1%}, the macro recall {macro_recall:.1%} (there "
    "{recall_before:.1%}), the median rank correlation of the maps {map_correlation:.3f}. "
    "Figures on groups left out, where there are any, are those of run {run}."
)
NOT_QUANTIZED = Message(
    "As in run {run}: convolutions in int8 do not answer alike. On {images} validation images the "
    "class would be the same on {agreement:.1%}, the macro recall {macro_recall:.1%} (here "
    "{recall_before:.1%}), the median rank correlation of the maps {map_correlation:.3f}."
)


def unknown_sources(data: Mapping[str, Any]) -> str:
    """The sources without patients, beside others whose patients are known; "" for none.

    Args:
        data: the "data" of ``run.json``.
    """
    return (
        "" if data.get("shared_patients") is None else ", ".join(data.get("patients_unknown", ()))
    )


def quantized_in_words(record: QuantizedInfo) -> Message:
    """Say by what a network in int8 was accepted, or why the network was kept as it was.

    Args:
        record: ``quantized`` of its ``model.json``.
    """
    return Message(QUANTIZED if record["taken"] else NOT_QUANTIZED, **record)


def images_in_words(counts: Mapping[str, Any]) -> Message:
    """Say how many test images of how many patients there are.

    Args:
        counts: a report, or an audit.
    """
    images, unknown = counts["images"], counts.get("patients_unknown")
    if not unknown:
        return Message(
            "{images} test images of {patients} patients",
            images=images,
            patients=counts["patients"],
        )
    if unknown["images"] == images:
        return Message("{images} test images, patients unknown", images=images)
    return Message(
        "{images} test images, {known} of {patients} patients, {unknown} of unknown ones",
        images=images,
        known=images - unknown["images"],
        patients=counts["patients"],
        unknown=unknown["images"],
    )
