"""One sentence and four figures of a network, on hospitals not seen where it has any."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from covid_model.common.architectures import title_of
from covid_model.common.audit_checks import no_better_than_guessing
from covid_model.common.classes import TITLES
from covid_model.common.messages import Message
from covid_model.runs.notes import TAKEN_OVER
from covid_model.runs.report_schema import Report
from dashboard.components.formatting import interval
from dashboard.components.run_picker import SelectedNetwork
from dashboard.components.text import NO_BREAK, percent
from dashboard.i18n.translate import t

FOUND, ANSWERED, RIGHT = 0.8, 0.5, 0.95  # shares below which a figure is called poor
UNSEEN = Message("On hospitals that it has not seen")
POOR_UNSEEN = Message("Poor on hospitals that it has not seen")
OWN = Message("Tried only on images like those it was trained on")
POOR_OWN = Message("Tried only on images like those it was trained on, and poor there")
ABOUT_UNSEEN = Message(
    "Each hospital, or other group of images, was left out of training and then asked about: "
    "{images:,} images of {patients:,} patients in {groups} groups."
)
ABOUT_OWN = Message(
    "This run has no figures on hospitals that its networks have not seen. These are of its own "
    "test part, {images:,} images from the sources that it was trained on: expect less elsewhere."
)
MEANING = Message(
    "Found is the share of a class's images that get this class where every image must get one. "
    "Below a figure stands its 95 % interval over patients."
)


@dataclass(frozen=True)
class Opening:
    """The figures of one network.

    Attributes:
        figures: a report, or its part on groups left out.
        unseen: whether they are of groups left out.
        found: rows of "class", "share" and "share_interval": recall.
        answers: "answered" and "right" with their intervals, shares of [0, 1]; None where the
            network answers everything.
        wanted: the share of right answers that the threshold was fitted for.
    """

    figures: Mapping[str, Any]
    unseen: bool
    found: tuple[Mapping[str, Any], ...]
    answers: Mapping[str, Any] | None
    wanted: float

    @classmethod
    def of(cls, report: Report) -> Self:
        """Take the figures on groups left out where the report has any, else of the test part."""
        answers = report.get("answers")
        wanted = answers["wanted_accuracy"] if answers else RIGHT
        if left_out := report.get("left_out"):
            rows = tuple(_share(row, "recall") for row in left_out["per_class"])
            crossed = left_out["cross_fitted"]
            judged = crossed if crossed["answered"] is not None else None
            return cls(left_out, True, rows, judged, wanted)
        rows = tuple(_share(row, "sensitivity") for row in report["per_class"])
        own = answers and {"answered": answers["answered"], "right": answers["accuracy"]}
        return cls(report, False, rows, own or None, wanted)

    @property
    def worst(self) -> Mapping[str, Any] | None:
        """The class that is found least often, None where no class has images."""
        known = [row for row in self.found if row["share"] is not None]
        return min(known, key=lambda row: row["share"], default=None)

    @property
    def guesses(self) -> bool:
        """Whether the network is no better than guessing."""
        return no_better_than_guessing(self.figures)

    @property
    def poor(self) -> bool:
        """Whether any of the figures is."""
        found, answers = self.worst or {}, self.answers or {}
        least = (
            (found.get("share"), FOUND),
            (answers.get("answered"), ANSWERED),
            (answers.get("right"), self.wanted),
        )
        return any(value is not None and value < lowest for value, lowest in least)


def _share(row: Mapping[str, Any], key: str) -> dict[str, Any]:
    interval = row.get(f"{key}_interval")
    return {"class": row["class"], "share": row[key], "share_interval": interval}


def sentence(opening: Opening, *, network: str) -> str:
    """Say in one plain sentence what the figures come to, and that they are poor where they are."""
    places = (OWN, UNSEEN), (POOR_OWN, POOR_UNSEEN)
    worst = opening.worst
    if worst is None:
        return t("There are no images to judge by.")
    if opening.guesses:
        where = t(places[False][opening.unseen])
        return t("{where}: {network} is no better than guessing.", where=where, network=network)
    where = t(places[opening.poor][opening.unseen])
    missed = t(
        "of 100 images of {worst}, its weakest class, {network} misses {missed}",
        worst=TITLES[worst["class"]],
        network=network,
        missed=_of_100(1 - worst["share"]),
    )
    if opening.answers is None:
        answers = t("it names a class for whatever it is shown")
    elif opening.answers["right"] is None:
        answers = t("it answers none")
    else:
        answers = t(
            "it answers {answered} of 100 images, and of 100 answers {wrong} are wrong",
            answered=_of_100(opening.answers["answered"]),
            wrong=_of_100(1 - opening.answers["right"]),
        )
    return t("{where}: {missed}; {answers}.", where=where, missed=missed, answers=answers)


def figures(opening: Opening) -> list[tuple[str, str, str | None]]:
    """The four figures: each its name, its value, its interval where there is one."""
    rows = [
        (
            t("{name} found", name=TITLES[row["class"]]),
            percent(row["share"]),
            _interval(row, "share"),
        )
        for row in opening.found
    ]
    if opening.answers is None:
        label, key, row = t("Right of all images"), "accuracy", opening.figures
    else:
        label, key, row = t("Right where it answers"), "right", opening.answers
    return [*rows, (label, percent(row.get(key)), _interval(row, key))]


def _interval(row: Mapping[str, Any], key: str) -> str | None:
    ends = interval(row, key)
    return f"{ends}{NO_BREAK}%" if ends else None


def _of_100(share: float) -> int:
    return round(100 * share)


def about(opening: Opening) -> str:
    """Say what the figures are of, and what they mean."""
    keys = ("images", "patients", "groups") if opening.unseen else ("images",)
    basis = t(
        ABOUT_UNSEEN if opening.unseen else ABOUT_OWN, **{key: opening.figures[key] for key in keys}
    )
    return f"{basis} {t(MEANING)}"


def caveats(chosen: SelectedNetwork) -> list[str]:
    """The notes of the run that name the network, or one that a mean is of, but of its origin."""
    members = chosen.run.model_info(chosen.model).members or (chosen.model,)
    notes = [note for note in chosen.run.info.get("notes") or () if TAKEN_OVER not in note]
    return [note for note in notes if any(title_of(name) in note for name in members)]
