"""Content of report.json, comparison.json and audit.json computed from the tables beside them."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from covid_model.common.architectures import ARCHITECTURES
from covid_model.common.errors import RunError
from covid_model.evaluation.comparison.models import compare_pairs
from covid_model.evaluation.left_out import LeftOut
from covid_model.evaluation.reliability.calibration import calibration_in
from covid_model.evaluation.report import read_and_report
from covid_model.evaluation.shortcut_audit import audit_metrics, failed_checks
from covid_model.evaluation.tables import read_table
from covid_model.evaluation.verification.lateral import with_laterals
from covid_model.runs import (
    AUDIT_FILE,
    COMPARISON_FILE,
    LEFT_OUT_FILE,
    ModelInfo,
    Run,
    read_json,
)
from covid_model.runs.report_schema import Report

REPORT_FILE = "report.json"
Computation = Callable[[], Mapping[str, Any]]


def computations(folder: Path, info: ModelInfo) -> dict[str, Computation]:
    """What computes each file of a model folder, by the file's name."""
    jobs: dict[str, Computation] = {REPORT_FILE: lambda: computed_report(folder, info)}
    if any((folder / file).is_file() or file in info.sha256 for file in (AUDIT_FILE, "audit.csv")):
        jobs[AUDIT_FILE] = lambda: computed_audit(folder)
    return jobs


def shared_computations(run: Run) -> dict[str, Computation]:
    """What computes each file of the run folder itself, by the file's name."""
    return {COMPARISON_FILE: lambda: computed_comparison(run)}


def computed(compute: Computation) -> dict[str, Any]:
    """Compute the content of a file as JSON has it: a tuple is a list there.

    Raises:
        CovidModelError: if what it is computed from cannot be read.
    """
    try:
        return json.loads(json.dumps(compute()))
    except (KeyError, TypeError, ValueError) as error:  # it is not of this shape at all
        raise RunError(f"{error!r} in what it is computed from.") from None


def merged(file: str, written: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The content of a file with the computed values in it.

    A report is computed as a whole; an audit and a comparison keep what only the networks tell.
    """
    return dict(values) if file == REPORT_FILE else {**written, **values}


def computed_report(folder: Path, info: ModelInfo) -> Report:
    """The content of ``report.json``."""
    validation, left_out = folder / "validation.csv", folder / LEFT_OUT_FILE
    report = read_and_report(
        read_table(folder / "predictions.csv"),
        read_table(validation) if validation.is_file() else None,
        calibration=calibration_in(info),
        thresholds=info.thresholds,
        left_out=LeftOut(read_table(left_out), info.sets) if left_out.is_file() else None,
    )
    return with_laterals(report, folder)


def computed_comparison(run: Run) -> dict[str, Any]:
    """All of ``comparison.json`` that the predictions tell."""
    files = {name: run.folder / name / "predictions.csv" for name in ARCHITECTURES}
    judged = [name for name in ARCHITECTURES if name in {*run.models, *run.damaged}]
    tables = {name: read_table(files[name]) for name in judged if files[name].is_file()}
    return {"pairs": compare_pairs(tables)}


def computed_audit(folder: Path) -> dict[str, Any]:
    """All of ``audit.json`` that ``audit.csv`` tells, with the checks that fail."""
    metrics = audit_metrics(read_table(folder / "audit.csv"))
    return {**metrics, "failed": failed_checks({**read_json(folder / AUDIT_FILE), **metrics})}
