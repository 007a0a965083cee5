"""Readable report of an evaluation, written from the files of its folder alone."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from covid_model.common.architectures import TOGETHER, title_of
from covid_model.common.classes import TITLES
from covid_model.common.disclaimer import NOTICE
from covid_model.evaluation.comparison.hospital import FEW_OF_CLASS, PROFILE_FILE, read_facts
from covid_model.evaluation.comparison.report.figures import PARTS, conclusion, pairs_table
from covid_model.evaluation.comparison.report.sections import (
    network_section,
    profile_section,
    read_if_there,
    readings_section,
)
from covid_model.runs import read_json
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


def report_text(folder: Path) -> str:
    """Write the report of an evaluation whose JSON files are written."""
    facts = read_facts(folder)
    networks = list(facts["networks"])
    reports = {name: read_if_there(folder / name / "report.json") for name in networks}
    reports = {name: report for name, report in reports.items() if report}
    parts = [
        f"# {as_text(facts['name'])}: run {as_text(facts['run']['name'])} on one's own radiographs",
        NOTICE,
        f"Written by `evaluate` of version {facts['version']} on {facts['created'][:10]}.",
    ]
    if reports:
        deciding = TOGETHER if TOGETHER in reports else next(iter(reports))
        parts += ["## In short", _in_short(folder / deciding, deciding)]
    parts += ["## Images", _images(facts, folder / networks[0])]
    for name, report in reports.items():
        parts += [f"## {title_of(name)}", *network_section(folder / name, report)]
    if reports:
        parts += ["## How to read this", MEANING]
    if comparison := read_if_there(folder / "comparison.json"):
        parts += ["## The networks beside each other", pairs_table(comparison["pairs"])]
    if readings := read_if_there(folder / "readings.json"):
        parts += ["## The reader beside the networks", *readings_section(readings)]
    if profile := read_if_there(folder / PROFILE_FILE):
        parts += ["## Adjustment to this hospital", *profile_section(profile)]
    return "\n\n".join(parts) + "\n"


def _in_short(folder: Path, name: str) -> str:
    figures = read_json(folder / "figures.json")
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


def _images(facts: Mapping[str, Any], folder: Path) -> str:
    data = facts["data"]
    rows = [{"Status": status, "Files": str(n)} for status, n in data["files"].items()]
    report = read_if_there(folder / "report.json")
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
