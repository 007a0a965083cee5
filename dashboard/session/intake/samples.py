"""Samples that come with the project: composites of radiographs, and a test card."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any, NotRequired, TypedDict

from covid_model.common.classes import TITLES
from covid_model.common.errors import RunError
from covid_model.common.messages import Message, join
from covid_model.common.system import paths
from covid_model.runs import read_json
from covid_model.runs.shape import Among
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


class Entry(TypedDict):
    """One sample: its file, the classes of its radiographs, how many these are, what it is for."""

    file: str
    classes: list[Annotated[str, Among(TITLES)]]
    images: NotRequired[int]
    status: str


class Listed(TypedDict):
    """The content of ``samples.json``."""

    samples: list[Entry]


SAMPLES_FOLDER = paths.SAMPLES


def samples() -> dict[Message, Case]:
    """Return the samples that are there by what their buttons say, the first to be tried first.

    None where the list is not as it was written.
    """
    try:
        listed = read_json(SAMPLES_FOLDER / "samples.json", Listed)["samples"]
    except RunError:
        return {}
    by_title: dict[Message, Case] = {}
    for entry in listed:
        path = SAMPLES_FOLDER / entry["file"]
        known = len(entry["classes"]) == 1 or entry["status"] in PURPOSES
        if known and len(entry["classes"]) < 3 and path.is_file():
            title = _title(entry)
            by_title[title] = Case(
                name=Message("{title} sample", title=title),
                data=_shared(path.read_bytes()),
                sample=_described(entry),
            )
    return by_title


@lru_cache(maxsize=16)
def _shared(data: bytes) -> bytes:
    """The same bytes for all sessions, whose buttons hold them."""
    return data


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
