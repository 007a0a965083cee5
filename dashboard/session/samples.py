"""Samples that come with the project: composites of radiographs, and a test card."""

import json
from collections.abc import Mapping
from typing import Any

from covid_model.common.classes import TITLES
from covid_model.common.messages import Message, join
from covid_model.common.system import paths
from dashboard.session.uploads import Case

COMPOSITE = Message(
    "Composite: the average of one radiograph each of {images} training patients, no patient's "
    "image."
)
MIXED = Message(
    "Composite: the average of one radiograph each of {images} training patients, half of them "
    "labelled {first} and half {second}, no patient's image."
)
CARD = Message("A test card: a drawing, no radiograph.")
PURPOSES = {
    "uncertain": Message("It is here on purpose, to show a network that can't tell."),
    "refused": Message("It is here on purpose, to show a refusal."),
}
CANT_TELL, REFUSAL = Message("Can't tell"), Message("Refusal")

SAMPLES_FOLDER = paths.SAMPLES


def samples() -> dict[Message, Case]:
    """Return the samples that are there by what their buttons say, the first to be tried first."""
    try:
        listed = json.loads((SAMPLES_FOLDER / "samples.json").read_text("utf-8"))["samples"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    by_title: dict[Message, Case] = {}
    for entry in listed:
        path = SAMPLES_FOLDER / entry["file"]
        if path.is_file():
            title = _title(entry)
            by_title[title] = Case(
                name=Message("{title} sample", title=title),
                data=path.read_bytes(),
                sample=_described(entry),
            )
    return by_title


def _title(entry: Mapping[str, Any]) -> Message:
    """The class, or what a sample of none alone is there to show."""
    if len(entry["classes"]) == 1:
        return TITLES[entry["classes"][0]]
    return CANT_TELL if entry["classes"] else REFUSAL


def _described(entry: Mapping[str, Any]) -> Message:
    """What a sample is; of one on purpose, what it is to show."""
    classes = [TITLES[name] for name in entry["classes"]]
    if len(classes) == 1:
        return Message(COMPOSITE, images=entry["images"])
    purpose = PURPOSES[entry["status"]]
    if not classes:
        return join([CARD, purpose])
    first, second = classes
    mixed = Message(MIXED, images=entry["images"], first=first, second=second)
    return join([mixed, purpose])
