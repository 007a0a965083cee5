"""Sentences on the figures of a hospital, beside those of the run."""

from collections.abc import Mapping, Sequence
from typing import Any

from covid_model.common.classes import TITLES
from covid_model.common.messages import Message
from covid_model.common.metrics import POINTS, SHARE, VALUE, Unit
from covid_model.evaluation.comparison.hospital import FEW_OF_CLASS
from covid_model.evaluation.comparison.profile import WANTED
from dashboard.components.formatting import FORMAT, share
from dashboard.components.text import percent
from dashboard.i18n.translate import t

PARTS = {
    "test_part": Message("the run's own test part"),
    "left_out": Message("the run's hospitals left out"),
}
FIGURES = {
    "macro_recall": Message("Macro recall"),
    "auroc_macro": Message("AUROC, macro"),
    "ece": Message("Calibration error (ECE)"),
    "answered": Message("Answered"),
    "right": Message("Right of the answered"),
    "log_loss": Message("Log loss"),
    "accuracy": Message("Accuracy"),
}
SIGNED = Unit(1, "+.3f")


def units(figure: str) -> tuple[Unit, Unit]:
    """How a figure is written, then how a difference of it."""
    plain = figure.startswith("auroc") or figure == "log_loss"
    return (VALUE, SIGNED) if plain else (SHARE, POINTS)


def title_of_figure(figure: str) -> str:
    """What a figure is called, such as "Recall COVID-19"."""
    if figure in FIGURES:
        return t(FIGURES[figure])
    kind, _, name = figure.rpartition("_")
    if kind == "recall":
        return t("Recall {name}", name=TITLES[name])
    return t("AUROC {name}", name=TITLES[name])


def conclusion(row: Mapping[str, Any], part: str) -> str:
    """Say in a sentence whether a figure differs from the run's own, and by how much.

    Args:
        row: of ``comparison.samples.differences``.
        part: one of ``PARTS``.
    """
    unit, gap = units(row["figure"])
    places = {
        "figure": title_of_figure(row["figure"]),
        "own": FORMAT.value(row["own"], unit),
        "other": FORMAT.value(row["other"], unit),
        "where": PARTS[part],
    }
    difference, interval = row["difference"], row["difference_interval"]
    if difference is None or interval is None:
        return t(
            "{figure} is {own} here, {other} on {where}; there are too few patients to say whether "
            "they differ.",
            **places,
        )
    places |= {
        "difference": _points(FORMAT.value(difference, gap), gap),
        "interval": FORMAT.interval(row, "difference", gap),
    }
    if interval[0] <= 0 <= interval[1]:
        return t(
            "{figure} is {own} here, {other} on {where}. They differ by {difference} (95 % "
            "interval {interval}), which may be chance.",
            **places,
        )
    if difference < 0:
        return t(
            "{figure} is {own} here, {other} on {where}. They differ by {difference} (95 % "
            "interval {interval}): it is lower here.",
            **places,
        )
    return t(
        "{figure} is {own} here, {other} on {where}. They differ by {difference} (95 % interval "
        "{interval}): it is higher here.",
        **places,
    )


def _points(difference: str, unit: Unit) -> str:
    return t("{difference} points", difference=difference) if unit is POINTS else difference


def limits(figures: Mapping[str, Any]) -> list[str]:
    """Say what too few images leave unsaid."""

    def listed(names: list[str]) -> str:
        return ", ".join(f"{t(TITLES[name])} ({figures['images'][name]})" for name in names)

    sentences = []
    if figures["few"]:
        sentences.append(
            t(
                "Too few images to say much of (fewer than {least}): {classes}.",
                least=FEW_OF_CLASS,
                classes=listed(figures["few"]),
            )
        )
    if figures["without"]:
        names = ", ".join(t(TITLES[name]) for name in figures["without"])
        sentences.append(
            t("No image of {classes}: no figure over all classes is given.", classes=names)
        )
    return sentences


def answers(report: Mapping[str, Any]) -> list[str]:
    """Say how well the probabilities are calibrated, and how much is answered."""
    calibration, answered = report.get("calibration"), report.get("answers")
    sentences = [
        t(
            "Calibration error, every class counting the same: {error}.",
            error=percent(calibration["ece_after"]),
        )
        if calibration
        else t("Not calibrated: the figures are scores.")
    ]
    if answered:
        sentences.append(
            t(
                "An answer takes {threshold}: {answered} of the images are answered, {right} of "
                "these rightly; {refused} are refused as novel.",
                threshold=percent(answered["threshold"]),
                answered=percent(answered["answered"]),
                right=percent(answered["accuracy"]),
                refused=percent(answered["refused"]),
            )
        )
    return sentences


def audit(content: Mapping[str, Any]) -> list[str]:
    """Say what hiding the lungs changes; nothing without the content of ``audit.json``."""
    rows = {row["condition"]: row for row in content.get("conditions", ())}
    if "lungs_hidden" not in rows:
        return []
    hidden = rows["lungs_hidden"]
    sentences = [
        t(
            "With the lungs hidden ({images} images): accuracy {hidden}, untouched {whole}; "
            "{unchanged} keep their class.",
            images=hidden["images"],
            hidden=share(hidden, "accuracy"),
            whole=share(rows["untouched"], "accuracy"),
            unchanged=share(hidden, "unchanged"),
        )
    ]
    if content["failed"]:
        sentences.append(t("It does well without the lungs."))
    return sentences


def reader(content: Mapping[str, Any]) -> str:
    """Say how the reader did, by the content of ``readings.json``."""
    return t(
        "{readings} blind readings have a truth; {unsure} of them name no class and do not count. "
        "Of {images} the reader has {right} right.",
        readings=content["readings"],
        unsure=content["unsure"],
        images=content["images"],
        right=share(content, "accuracy"),
    )


def worth(rows: Sequence[Mapping[str, Any]]) -> str:
    """Say whether an adjustment helps those that it was not fitted on."""
    figures = {row["figure"]: row for row in rows}
    low, high = figures["log_loss"]["difference_interval"] or (-1.0, 1.0)
    right = {"right": share(figures["right"], "after"), "wanted": percent(WANTED, 0)}
    if high < 0:
        return t(
            "The probabilities are better by it. Of the answers {right} are right with it, where "
            "{wanted} are wanted.",
            **right,
        )
    if low <= 0:
        return t(
            "No gain is shown: leave it. Of the answers {right} are right with it, where {wanted} "
            "are wanted.",
            **right,
        )
    return t(
        "It makes the probabilities worse: leave it. Of the answers {right} are right with it, "
        "where {wanted} are wanted.",
        **right,
    )
