"""Text of the Errors page."""

from pathlib import Path

from covid_model.common.classes import TITLES
from covid_model.common.messages import Message
from dashboard.components.run_picker import SelectedNetwork
from dashboard.components.text import percent, plain, titles
from dashboard.i18n.translate import t
from dashboard.reports.errors.misclassified import Mistake
from dashboard.reports.performance import text as performance_text

ANY = ""
CHOICES = {ANY: Message("any class"), **TITLES}
INTRODUCTION = Message(
    "Test images that get a wrong class, those with the highest value first: where a network is "
    "surest and wrong. The label may be wrong too. *Classify* may call the same image "
    "*can't tell*."
)
NONE_LEFT = Message("No mistake of this kind.")
NO_VIEW = Message("view not on record")
NO_PICTURE = Message("No picture")
OTHER_FOLDER = Message(
    "The folder that `COVID_XRAY_DATA` names has none of these radiographs: name the one that the "
    "run was tested on to see them here."
)
NO_FOLDER = Message(
    "The radiographs are not part of a run. Start the dashboard with `COVID_XRAY_DATA=DIR`, the "
    "folder that the run was tested on, to see them here."
)


def counted(chosen: SelectedNetwork, wrong: int, images: int) -> str:
    """Say how many test images a network names wrongly, what the values below them are."""
    sentence = t(
        "{network} names {wrong:,} of {images:,} test images wrongly ({share}).",
        network=chosen.network,
        wrong=wrong,
        images=images,
        share=percent(wrong / images) if images else percent(None),
    )
    if chosen.run.model_info(chosen.model).temperature is None:
        return f"{sentence} {t('The values are scores, not calibrated.')}"
    return f"{sentence} {t('The values are calibrated probabilities.')}"


def no_pictures(chosen: SelectedNetwork, mistakes: list[Mistake], folder: Path | None) -> str:
    """Say why no picture is at hand, with what to do."""
    if mistakes and not any(mistake.path for mistake in mistakes):
        return t(
            "This run was made before the paths of images were kept, so no picture can be found: "
            "{remedy}",
            remedy=performance_text.remake(chosen.run),
        )
    return t(OTHER_FOLDER if folder else NO_FOLDER)


def heading(mistake: Mistake) -> str:
    """Say what an image is and what it was taken for."""
    return t(
        "**{truth}**, taken for **{named}**",
        truth=TITLES[mistake.truth],
        named=TITLES[mistake.predicted],
    )


def scores(mistake: Mistake) -> str:
    """List the three scores, one a line."""
    return "  \n".join(
        f"{title}: {percent(score)}" for title, score in zip(titles(), mistake.scores, strict=True)
    )


def facts(mistake: Mistake) -> str:
    """Say where an image is from."""
    return f"{plain(mistake.source)} · {plain(mistake.view) or t(NO_VIEW)}"


def alt(mistake: Mistake) -> str:
    """Describe a picture, for screen readers."""
    return t(
        "Radiograph of {truth} that was taken for {named}",
        truth=TITLES[mistake.truth],
        named=TITLES[mistake.predicted],
    )
