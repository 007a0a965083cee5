"""Notes on a run that pages and model cards both have: its split, its intervals."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from covid_model.common.messages import Message


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
        if shared is None:
            return cls.NO_PATIENTS
        return cls.SHARED if shared else cls.DISJOINT


INTERVALS = Note(
    Message("In brackets: {level} intervals ({method}, {replicates:,} replicates)."),
    "In brackets: {level} intervals, {method}, {replicates} replicates.",
)
