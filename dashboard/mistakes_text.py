"""The words of the Errors page."""

from pathlib import Path

from covid_model.classes import TITLES
from dashboard import evidence_text
from dashboard.chosen import Chosen
from dashboard.mistakes import Mistake
from dashboard.text import percent, plain

ANY = ""
CHOICES = {ANY: "any class", **TITLES}
INTRODUCTION = (
    "Test images that get a wrong class, those with the highest value first: where a network is "
    "surest and wrong. The label may be wrong too. *Classify* may call the same image "
    "*can't tell*."
)
NONE_LEFT = "No mistake of this kind."
NO_PICTURE = "No picture"
NO_FOLDER = (
    "The radiographs are not part of a run. Start the dashboard with `COVID_XRAY_DATA=DIR`, the "
    "folder that the run was tested on, to see them here."
)


def counted(shown: Chosen, wrong: int, images: int) -> str:
    """Say how many test images a network names wrongly, what the values below them are."""
    share = percent(wrong / images) if images else percent(None)
    calibrated = shown.run.model_info(shown.model).temperature is not None
    values = "calibrated probabilities" if calibrated else "scores, not calibrated"
    return (
        f"{shown.network} names {wrong:,} of {images:,} test images wrongly ({share}). The values "
        f"are {values}."
    )


def no_pictures(shown: Chosen, found: list[Mistake], folder: Path | None) -> str:
    """Say why no picture can be shown, "" where some may be."""
    if found and not any(one.path for one in found):
        return (
            "This run was made before the paths of images were kept, so no picture can be found: "
            f"{evidence_text.remake(shown.run)}"
        )
    return "" if folder else NO_FOLDER


def heading(one: Mistake) -> str:
    """Say what an image is and what it was taken for."""
    return f"**{TITLES[one.truth]}**, taken for **{TITLES[one.predicted]}**"


def scores(one: Mistake) -> str:
    """List the three scores, one a line."""
    return "  \n".join(
        f"{title}: {percent(score)}"
        for title, score in zip(TITLES.values(), one.scores, strict=True)
    )


def facts(one: Mistake) -> str:
    """Say where an image is from."""
    return f"{plain(one.source)} · {plain(one.view) or 'view not on record'}"


def alt(one: Mistake) -> str:
    """Describe a picture, for screen readers."""
    return f"Radiograph of {TITLES[one.truth]} that was taken for {TITLES[one.predicted]}"
