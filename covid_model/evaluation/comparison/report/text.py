"""Readable report of an evaluation, written from the files of its folder alone."""

from collections.abc import Mapping
from typing import Any

from covid_model.common.architectures import TOGETHER, title_of
from covid_model.common.classes import TITLES
from covid_model.common.disclaimer import NOTICE
from covid_model.evaluation.comparison.hospital import (
    FACTS_FILE,
    FEW_OF_CLASS,
    PROFILE_FILE,
    json_of,
)
from covid_model.evaluation.comparison.report.figures import PARTS, conclusion, pairs_table
from covid_model.evaluation.comparison.report.sections import (
    network_section,
    profile_section,
    readings_section,
)
from covid_model.evaluation.tables import Files
from covid_model.runs.model_card.markdown import as_text, bullets, table

REPORT = "REPORT.md"
HEADLINES = ("macro_recall", "auroc_macro")
MEANING = (
    "Recall, AUROC, the calibration error, what is answered and how often that is right count "
    "every class the same, so that another mix of classes alone changes none of them. Their "
    "differences are of two independent sets of patients; of twenty such intervals one lacks 0 by "
    "chance. Where every image is right an interval has no width, as the bootstrap knows nothing "
    "of patients that it never saw. The calibration error is larger by chance alone where images "
    "are fewer, so it has no difference. "
    "The run's images left out were judged by networks trained without them; temperature and "
    "threshold were fitted on them, and novelty was not asked."
)


def report_text(files: Files) -> str:
    """Write the report of an evaluation whose JSON files are written."""
    facts = json_of(files, FACTS_FILE)
    networks = list(facts["networks"])
    reports = {name: json_of(files, f"{name}/report.json") for name in networks}
    reports = {name: report for name, report in reports.items() if report}
    parts = [
        f"# {as_text(facts['name'])}: run {as_text(facts['run']['name'])} on one's own radiographs",
        NOTICE,
        f"Written by `evaluate` of version {facts['version']} on {facts['created'][:10]}.",
    ]
    if reports:
        deciding = TOGETHER if TOGETHER in reports else next(iter(reports))
        parts += ["## In short", _in_short(files, deciding)]
    parts += ["## Images", _images(facts, next(iter(reports.values()), {}))]
    for name, report in reports.items():
        parts += [f"## {title_of(name)}", *network_section(files, name, report)]
    if reports:
        parts += ["## How to read this", MEANING]
    if comparison := json_of(files, "comparison.json"):
        parts += ["## The networks beside each other", pairs_table(comparison["pairs"])]
    if readings := json_of(files, "readings.json"):
        parts += ["## The reader beside the networks", *readings_section(readings)]
    if profile := json_of(files, PROFILE_FILE):
        parts += ["## Adjustment to this hospital", *profile_section(profile)]
    return "\n\n".join(parts) + "\n"


def _in_short(files: Files, name: str) -> str:
    figures = json_of(files, f"{name}/figures.json")
    sentences = [f"By {title_of(name)}."]
    for part, rows in figures["beside"].items():
        known = {row["figure"]: row for row in rows["figures"]}
        shown = [key for key in HEADLINES if key in known] or [
            key for key in known if key.startswith("recall_")
        ]
        sentences += [conclusion(known[key], PARTS[part]) for key in shown]
    return bullets([*sentences, *_limits(figures)])


def _limits(figures: Mapping[str, Any]) -> list[str]:
    """What too few images leave unsaid."""
    few = [f"{TITLES[name]} ({figures['images'][name]})" for name in figures["few"]]
    without = [str(TITLES[name]) for name in figures["without"]]
    return [
        f"Too few images to say much of (fewer than {FEW_OF_CLASS}): {', '.join(few)}."
        if few
        else "",
        f"No image of {', '.join(without)}: no figure over all classes is given."
        if without
        else "",
    ]


def _images(facts: Mapping[str, Any], report: Mapping[str, Any]) -> str:
    data = facts["data"]
    rows = [{"Status": status, "Files": str(n)} for status, n in data["files"].items()]
    patients = ""
    if report:
        unknown = report.get("patients_unknown", {}).get("images", 0)
        patients = (
            f"{report['images']} images are judged, {report['images'] - unknown} of "
            f"{report['patients']} known patients. Intervals: {report['intervals']['method']}."
        )
    notes = [
        patients,
        f"{data['several']} images are of patients with images of more than one class."
        if data["several"]
        else "",
        f"{data['in_training']} images bear the name of one that the run was trained on: if they "
        "are the same, the figures flatter it."
        if data["in_training"]
        else "",
        "`files.csv` says of every file what became of it.",
        *(f"Refused ({n}): {as_text(reason)}" for reason, n in data["refusals"]),
    ]
    return f"{table(rows)}\n\n{bullets(notes)}"
