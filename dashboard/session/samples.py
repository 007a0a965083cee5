"""Composite samples that come with the project."""

import json

from covid_model.common.classes import CLASSES
from covid_model.common.messages import Message
from covid_model.common.system import paths
from dashboard.session.uploads import Case

COMPOSITE = Message(
    "Composite: the average of one radiograph each of {images} training patients, no patient's "
    "image."
)


SAMPLES_FOLDER = paths.SAMPLES


def samples() -> dict[str, Case]:
    """Return the composite samples that are there by class title, in class order."""
    try:
        listed = json.loads((SAMPLES_FOLDER / "samples.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    by_title: dict[str, Case] = {}
    for info in CLASSES:
        entry = listed.get(info.name, {})
        path = SAMPLES_FOLDER / entry.get("file", "")
        if path.is_file():
            by_title[info.title] = Case(
                name=Message("{title} sample", title=info.title),
                data=path.read_bytes(),
                sample=Message(COMPOSITE, images=entry["images"]),
            )
    return by_title
