"""Sections of the readable report of an evaluation: a network, the reader, the profile."""

from collections.abc import Mapping, Sequence
from typing import Any

from covid_model.common import metrics
from covid_model.common.architectures import title_of
from covid_model.common.classes import TITLES
from covid_model.common.metrics import Place, shown_in
from covid_model.evaluation.comparison.hospital import FEW_OF_CLASS, PROFILE_FILE, json_of
from covid_model.evaluation.comparison.report.figures import PARTS, beside_table, change_table
from covid_model.evaluation.reliability.selective_prediction import WANTED_ACCURACY
from covid_model.evaluation.tables import Files
from covid_model.runs.model_card.markdown import (
    bullets,
    metric_cells,
    number,
    percent,
    table,
    with_interval,
)


def network_section(files: Files, name: str, report: Mapping[str, Any]) -> list[str]:
    """Give the figures of one network, then those of the run beside them."""
    figures, audit = (json_of(files, f"{name}/{file}.json") for file in ("figures", "audit"))
    overall = metric_cells(report, shown_in(Place.CARD, metrics.OVERALL))
    parts = [
        table([{"Figure": title, "Value": value or "–"} for title, value in overall.items()]),
        table([_of_class(row) for row in report["per_class"]]),
        table(_confusion(report)),
    ]
    if "at_prevalence" in figures:
        parts += ["Where the classes are as frequent as asked for:", _at_prevalence(figures)]
    parts.append(bullets([_calibration(report), _answers(report), *_audit(audit)]))
    for part, rows in figures["beside"].items():
        if rows["figures"]:
            heading = f"Beside {PARTS[part]} ({rows['images']} images):"
            parts += [heading, beside_table(rows["figures"])]
    return parts


def _of_class(row: Mapping[str, Any]) -> dict[str, str]:
    cells = metric_cells(row, shown_in(Place.CARD, metrics.PER_CLASS))
    few = " (few)" if 0 < row["images"] < FEW_OF_CLASS else ""
    return {
        "Class": str(TITLES[row["class"]]),
        "Images": f"{row['images']}{few}",
        **{title: value or "–" for title, value in cells.items()},
    }


def _confusion(report: Mapping[str, Any]) -> list[dict[str, str]]:
    titles = list(TITLES.values())
    return [
        {
            "Truth": str(title),
            **{f"called {named}": str(n) for named, n in zip(titles, row, strict=True)},
        }
        for title, row in zip(titles, report["confusion_matrix"], strict=True)
    ]


def _at_prevalence(figures: Mapping[str, Any]) -> str:
    return table(
        [
            {
                "Class": str(TITLES[row["class"]]),
                "Prevalence": percent(row["prevalence"]),
                "PPV": with_interval(row, "ppv") or "–",
                "NPV": with_interval(row, "npv") or "–",
            }
            for row in figures["at_prevalence"]
        ]
    )


def _calibration(report: Mapping[str, Any]) -> str:
    calibration = report.get("calibration")
    if not calibration:
        return "Not calibrated: the figures are scores."
    error = percent(calibration["ece_after"])
    return f"Expected calibration error, every class counting the same: {error}."


def _answers(report: Mapping[str, Any]) -> str:
    answers = report.get("answers")
    if not answers:
        return ""
    return (
        f"An answer takes {percent(answers['threshold'])}: {percent(answers['answered'])} of the "
        f"images are answered, {percent(answers['accuracy']) or 'none'} of these rightly; "
        f"{percent(answers['refused'])} are refused as novel."
    )


def _audit(audit: Mapping[str, Any]) -> list[str]:
    rows = {row["condition"]: row for row in audit.get("conditions", ())}
    if "lungs_hidden" not in rows:
        return []
    whole, hidden = rows["untouched"], rows["lungs_hidden"]
    sentences = [
        f"With the lungs hidden ({hidden['images']} images): accuracy "
        f"{with_interval(hidden, 'accuracy')}, untouched "
        f"{with_interval(whole, 'accuracy')}; "
        f"{with_interval(hidden, 'unchanged')} keep their class."
        + (" It does well without the lungs." if audit["failed"] else "")
    ]
    if inside := audit.get("inside_lungs"):
        sentences.append(
            f"{with_interval(inside, 'share')} of its map lies inside the lungs, which "
            f"cover {percent(inside['lungs'])} of the image."
        )
    return sentences


def readings_section(readings: Mapping[str, Any]) -> list[str]:
    """Give the content of ``readings.json``."""
    recalls = ", ".join(
        f"{TITLES[name]} {percent(share) or '–'}" for name, share in readings["recall"].items()
    )
    lead = (
        f"{readings['readings']} blind readings have a truth; {readings['unsure']} of them name no "
        f"class and do not count. Of {readings['images']} the reader has "
        f"{with_interval(readings, 'accuracy')} right (recall: {recalls})."
    )
    rows = [
        {
            "Network": str(title_of(row["network"])),
            "Accuracy": with_interval(row, "accuracy"),
            "Reader less network": with_interval(row, "accuracy_difference"),
            "Only the reader right": str(row["only_first"]),
            "Only the network right": str(row["only_second"]),
            "McNemar's exact p": number(row["p_value"]),
            "Agree": with_interval(row, "agree"),
            "Right where they agree": with_interval(row, "right_if_agreed") or "–",
        }
        for row in readings["networks"]
    ]
    return [lead, table(rows)]


def profile_section(profile: Mapping[str, Any]) -> list[str]:
    """Give what a profile was fitted on and what it changes."""
    fitted, judged = profile["fitted_on"], profile["judged_on"]
    parts = [
        f"Fitted: {profile['fitted']} ({fitted['images']} images); judged on the other half of the "
        f"patients with a truth, {judged['images']} images of {judged['patients']}. The networks "
        f"stay as they are: `classify --profile {PROFILE_FILE}` uses it and names it."
    ]
    if mix := profile.get("mix"):
        shares = ", ".join(
            f"{TITLES[name]} {with_interval(row, 'share')}" for name, row in mix.items()
        )
        parts.append(
            f"Estimated mix of classes: {shares}. It holds where the radiographs of a class look "
            f"the same here as in the run's data. {_mix_held_to_truth(mix)}"
        )
    for name, row in profile["networks"].items():
        if row["figures"]:
            heading = f"### {title_of(name)}, before and after"
            parts += [heading, worth(row["figures"]), change_table(row["figures"])]
    return parts


def worth(rows: Sequence[Mapping[str, Any]]) -> str:
    """Say in words whether an adjustment helps those that it was not fitted on.

    Args:
        rows: of ``before_after.before_and_after``.
    """
    figures = {row["figure"]: row for row in rows}
    low, high = figures["log_loss"]["difference_interval"] or (-1.0, 1.0)
    gain = "No gain is shown: leave it" if low <= 0 <= high else "It makes them worse: leave it"
    probabilities = "The probabilities are better by it" if high < 0 else gain
    right = with_interval(figures["right"], "after") or "none"
    return (
        f"{probabilities}. Of the answers {right} are right with it, where "
        f"{percent(WANTED_ACCURACY)} are wanted."
    )


def _mix_held_to_truth(mix: Mapping[str, Any]) -> str:
    """Say whether an estimated mix is that of the images with a truth, where there are any."""
    if any(row["of_judged"] is None for row in mix.values()):
        return "Without a truth nothing here tells whether they do."
    known = ", ".join(f"{TITLES[name]} {percent(row['of_judged'])}" for name, row in mix.items())
    missed = [
        str(TITLES[name])
        for name, row in mix.items()
        if not row["share_interval"][0] <= row["of_judged"] <= row["share_interval"][1]
    ]
    verdict = f"the estimate misses {', '.join(missed)}: do not use it" if missed else "it fits"
    return f"Of the images that judge, by their truth: {known}; {verdict}."
