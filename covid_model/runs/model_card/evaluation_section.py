"""Evaluation section of a model card, with its caveats."""

from collections.abc import Mapping
from typing import Any

from covid_model.common import metrics
from covid_model.common.architectures import ARCHITECTURES, TOGETHER, mean_of, title_of
from covid_model.common.classes import TITLES
from covid_model.common.metrics import Place, shown_in
from covid_model.runs import LEFT_OUT
from covid_model.runs.model_card.audit_section import agreement, audit_section
from covid_model.runs.model_card.facts import RunFacts
from covid_model.runs.model_card.markdown import (
    NOT_REPORTED,
    bullets,
    metric_cells,
    number,
    percent,
    table,
    with_interval,
)
from covid_model.runs.notes import INTERVALS, LABELS, images_in_words
from covid_model.runs.report_schema import ClassRow, Report, WithinSourceRow

FEW = "too few to say"
EVEN = (
    " An offset a class makes the probabilities hold where the three classes are equally frequent; "
    "every class counts the same in the error."
)


def evaluation_section(facts: RunFacts) -> str:
    """Give every network's metrics on the test part, then the networks beside each other."""
    parts = [f"{images_in_words(facts.report)}."]
    parts.append(interval_note(facts))
    for name, report in facts.reports.items():
        parts += [f"### {ARCHITECTURES[name]}", *_network(facts, name, report)]
    if facts.mean is not None:
        members, report = facts.mean
        parts += [f"### {title_of(TOGETHER)}", str(mean_of(members)), *_figures(report)]
    parts += ["### The networks beside each other", _pairs(facts), agreement(facts.comparison)]
    return "\n\n".join(parts)


def interval_note(facts: RunFacts) -> str:
    """Say what stands in brackets behind a value."""
    how = facts.report.get("intervals")
    if not how:
        return f"Intervals: {NOT_REPORTED}."
    level = f"{100 * how['level']:.0f} %"
    return INTERVALS.card.format(level=level, method=how["method"], replicates=how["replicates"])


def _network(facts: RunFacts, name: str, report: Report) -> list[str]:
    return [*_figures(report), audit_section(facts.audits.get(name), report)]


def _figures(report: Report) -> list[str]:
    overall = metric_cells(report, shown_in(Place.CARD, metrics.OVERALL))
    return [
        table([{"Figure": title, "Value": value} for title, value in overall.items()]),
        table([_of_class(row) for row in report["per_class"]]),
        "By group (– where it has no image of a class):",
        table([_group(*pair) for pair in groups(report)]),
        "Two classes within one source (chance 50 %, AUROC 0.5):",
        table([_within(row) for row in report.get("within_source") or ()]),
        bullets([note(report) for note in NOTES]),
    ]


def _of_class(row: ClassRow) -> dict[str, str]:
    return {
        "Class": TITLES[row["class"]],
        "Images": str(row["images"]),
        **metric_cells(row, shown_in(Place.CARD, metrics.PER_CLASS)),
    }


def groups(report: Report) -> list[tuple[str, Mapping[str, Any]]]:
    """The rows by kind of group; an older report has them by source and view alone."""
    kinds = report.get("groups")
    if kinds is None:
        old = {"source": report.get("by_source") or (), "view": report.get("by_view") or ()}
        return [(kind, {**row, "group": row[kind]}) for kind, rows in old.items() for row in rows]
    return [(kind, row) for kind, rows in kinds.items() for row in rows]


def kinds_of_groups(report: Report) -> list[str]:
    """The kinds of group that a report has."""
    return list(dict.fromkeys(kind for kind, _ in groups(report)))


def _group(kind: str, row: Mapping[str, Any]) -> dict[str, str]:
    few = row.get("few", False)
    cells = metric_cells(row, shown_in(Place.CARD_GROUPS, metrics.OVERALL))
    return {
        "By": "label" if kind == "label_quality" else kind,
        "Group": _name(kind, row["group"]),
        "Images": str(row["images"]),
        **(dict.fromkeys(cells, FEW) if few else cells),
        **{
            f"Recall {title}": FEW if few else percent(row["recall"].get(name)) or "–"
            for name, title in TITLES.items()
        },
    }


def _name(kind: str, group: str) -> str:
    return LABELS.get(group, group) if kind == "label_quality" else group or "not on record"


def _within(row: WithinSourceRow) -> dict[str, str]:
    return {
        "Source": row["source"],
        "Classes": " or ".join(TITLES[name] for name in row["classes"]),
        "Images": str(row["images"]),
        **metric_cells(row, shown_in(Place.CARD, metrics.WITHIN_SOURCE)),
    }


def calibration_note(report: Report) -> str:
    """Say what calibration did."""
    calibration = report.get("calibration")
    if not calibration:
        return f"Calibration: {NOT_REPORTED}. The figures of this network are scores."
    left_out = calibration["fitted_on"]["part"] == LEFT_OUT
    images = "images of groups left out of training" if left_out else "validation images"
    return (
        f"Calibration: temperature {number(calibration['temperature'], 2)}, fitted on "
        f"{calibration['fitted_on']['images']} {images}; expected calibration error "
        f"{percent(calibration['ece_before'])} before, {percent(calibration['ece_after'])} after."
        + (EVEN if calibration.get("classes_alike") else "")
    )


def answers_note(report: Report) -> str:
    """Say how many images are answered, how many of these rightly."""
    answers = report.get("answers")
    if not answers:
        return f"Coverage: {NOT_REPORTED}. This network names a class for whatever it is shown."
    calibration = report.get("calibration")
    left_out = calibration is not None and calibration["fitted_on"]["part"] == LEFT_OUT
    part = "groups left out of training" if left_out else "validation"
    return (
        f"Coverage: an answer takes a calibrated probability of {percent(answers['threshold'])} "
        f"(for {percent(answers['wanted_accuracy'])} right on {part}); "
        f"{percent(answers['answered'])} of the test images are answered, "
        f"{percent(answers['accuracy']) or NOT_REPORTED} of these rightly."
    )


def novelty_note(report: Report) -> str:
    """Say how many radiographs are refused as not like those that are known."""
    novelty = report.get("novelty")
    if not novelty:
        return f"Novelty check: {NOT_REPORTED}."
    return f"Refused as not like known radiographs: {percent(novelty['refused']['share'])}."


def lateral_note(report: Report) -> str:
    """Say how many lateral views are recognised, "" where there is no head for them."""
    lateral = report.get("lateral")
    if not lateral:
        return ""
    found, frontal, worst = lateral["found"], lateral["frontal_refused"], lateral["worst_source"]
    return (
        f"Lateral views recognised, by fits that had not seen the patient: {found['called']} of "
        f"{found['images']}, {with_interval(found, 'share')}; of {frontal['images']} frontal "
        f"images {with_interval(frontal, 'share')} are taken for one"
        + (f", of {worst['source']} {percent(worst['share'])}." if worst else ".")
    )


NOTES = (calibration_note, answers_note, novelty_note, lateral_note)


def _pairs(facts: RunFacts) -> str:
    rows = facts.comparison["pairs"] if facts.comparison else ()
    return table(
        [
            {
                "Networks": " less ".join(
                    ARCHITECTURES.get(name, name) for name in row["networks"]
                ),
                "Images": str(row["images"]),
                "Accuracy": with_interval(row, "accuracy_difference"),
                "Only the first right": str(row["only_first"]),
                "Only the second right": str(row["only_second"]),
                "McNemar's exact p": number(row["p_value"]),
            }
            for row in rows
        ]
    )
