"""Table of the shortcut audit: conditions, checks, weights that are randomised, who can be audited.

Each has its words for the pages and those for model cards, which are in English alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from covid_model.common.messages import Message


@dataclass(frozen=True)
class Condition:
    """What of each image a network is shown.

    Attributes:
        name: in ``audit.csv`` and ``audit.json``.
        title: on pages.
        card: in a model card.
        must_fall: whether it takes away what a class shows in, so that a network that keeps most of
            its recall fails the check of the same name.
    """

    name: str
    title: Message
    card: str
    must_fall: bool = False


CONDITIONS: Mapping[str, Condition] = {
    row.name: row
    for row in (
        Condition("untouched", Message("Untouched"), "untouched"),
        Condition("lungs_hidden", Message("Lungs hidden"), "lungs hidden", must_fall=True),
        Condition("lungs_only", Message("Lungs only"), "lungs alone"),
        Condition("border_only", Message("Border only"), "border alone", must_fall=True),
    )
}


@dataclass(frozen=True)
class Check:
    """One check of an audit.

    Attributes:
        name: in the ``failed`` of ``audit.json``.
        title: on pages, in a list of checks.
        failure: on pages, what it means that it failed; ``{kept}`` of a condition, ``{share}`` with
            ``{chance}`` of the probe, ``{v}`` of the labels stand for what was measured.
        card: in a model card, what it means that it failed.
    """

    name: str
    title: Message
    failure: Message
    card: str


CHECKS: Mapping[str, Check] = {
    row.name: row
    for row in (
        Check(
            "lungs_hidden",
            Message("the lungs hidden"),
            Message(
                "**With the lungs hidden** it still {kept}. So it finds much of its answer outside "
                "the lungs, where the disease is not."
            ),
            "the network does well without the lungs",
        ),
        Check(
            "border_only",
            Message("the border alone"),
            Message(
                "**From the border alone** it still {kept}. So letters, collimation or posture "
                "tell it much of the answer."
            ),
            "the network does well on the border alone",
        ),
        Check(
            "source_probe",
            Message("the source read off the network"),
            Message(
                "**The source of an image can be read off what the network sees** in {share}, "
                "where chance is {chance}. So it could name the source in place of the disease."
            ),
            "what it sees tells the source of an image",
        ),
        Check(
            "label_by_source",
            Message("the labels by source"),
            Message(
                "**The source gives the label away in the training images** (Cramér's V {v}). This "
                "is the data's fault, yet any network trained on them may have learned the source."
            ),
            "the source of a training image tells its class",
        ),
    )
}


@dataclass(frozen=True)
class Randomised:
    """A part of a network whose weights are drawn at random: its words on pages, in a card."""

    title: Message
    card: str


RANDOMISED: Mapping[str, Randomised] = {
    "head": Randomised(Message("Head"), "the head"),
    "last_block": Randomised(Message("Last block of convolutions"), "the last block"),
}


GUESSED_AUROC = 0.5


def no_better_than_guessing(figures: Mapping[str, Any]) -> bool:
    """Whether nothing tells a network from one that guesses, or always says the same.

    So it is where the 95 % interval of its macro recall does not lie above what guessing reaches,
    1 over the number of classes that have images, or that of its macro AUROC not above 0.5.
    Without an interval, as with too few patients, the value itself stands for it; what is
    undefined says nothing.

    Args:
        figures: a report, or its part on groups left out.
    """
    classes = sum(row["images"] > 0 for row in figures["per_class"])
    return not (
        _above(figures, "macro_recall", 1 / max(classes, 1))
        and _above(figures, "auroc_macro", GUESSED_AUROC)
    )


def cannot_be_audited(audit: Mapping[str, Any], report: Mapping[str, Any] | None = None) -> bool:
    """Whether an audit says nothing, as its network is no better than guessing.

    Such a network passes every check: it loses nothing where parts of an image are hidden.

    Args:
        audit: the content of ``audit.json``; of it the untouched images count.
        report: the content of ``report.json``, None where it cannot be read.
    """
    untouched = [row for row in audit["conditions"] if row["condition"] == "untouched"]
    if not all(_above(row, "macro_recall", audit["chance"]) for row in untouched):
        return True
    return report is not None and no_better_than_guessing(report)


def _above(figures: Mapping[str, Any], key: str, guessed: float) -> bool:
    value, interval = figures.get(key), figures.get(f"{key}_interval")
    return value is None or (interval[0] if interval else value) > guessed
