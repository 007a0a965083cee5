"""The published figures of a run computed again from the tables beside them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from covid_model.common.architectures import ARCHITECTURES
from covid_model.common.errors import CovidModelError, RunError
from covid_model.evaluation.calibration import calibration_in
from covid_model.evaluation.model_comparison import compare_pairs
from covid_model.evaluation.report import read_and_report
from covid_model.evaluation.shortcut_audit import audit_metrics, failed_checks
from covid_model.evaluation.tables import read_table
from covid_model.evaluation.verification.json_diff import count, sentences
from covid_model.runs import (
    AUDIT_FILE,
    COMPARISON_FILE,
    ModelInfo,
    Run,
    load_run,
    read_json,
    read_model_info,
    sha256_of,
)

REPORT_FILE = "report.json"


@dataclass(frozen=True)
class Checked:
    """What was found of one network, or of what the networks of a run share.

    Attributes:
        name: "run/network", or "run".
        files: how many files have the digests that were listed for them.
        figures: how many figures were computed again.
        problems: a sentence for each thing that is not as it should be.
    """

    name: str
    files: int
    figures: int
    problems: tuple[str, ...]


def verify_run(folder: Path) -> list[Checked]:
    """Hold the files of a run to their digests, its figures to its tables.

    Of each network ``report.json`` is computed again, with what ``audit.csv`` tells of
    ``audit.json``; of the run the pairs of ``comparison.json``. Neither radiographs nor networks
    are needed.

    Returns:
        The run itself, then each network. A run that cannot be opened has a problem.
    """
    folder = folder.resolve()
    try:
        run = load_run(folder)
    except RunError as error:
        return [Checked(folder.name, 0, 0, (str(error),))]
    return [_shared(run), *(_network(run, name) for name in run.models)]


def _network(run: Run, name: str) -> Checked:
    folder = run.folder / name
    title = f"{run.name}/{name}"
    try:
        info = read_model_info(folder)
    except RunError as error:
        return Checked(title, 0, 0, (str(error),))
    files, problems = _files(folder, info.sha256, listing="model.json")
    jobs = {REPORT_FILE: lambda: computed_report(folder, info)}
    if any((folder / file).is_file() or file in info.sha256 for file in (AUDIT_FILE, "audit.csv")):
        jobs[AUDIT_FILE] = lambda: _audit(folder)
    figures, wrong = _compare(folder, jobs)
    return Checked(title, files, figures, (*problems, *wrong))


def _shared(run: Run) -> Checked:
    """Check what lies in the run's own folder."""
    listed = run.info.get("sha256") or {}
    files, problems = _files(run.folder, listed, listing="run.json")
    figures, wrong = _compare(run.folder, {COMPARISON_FILE: lambda: _pairs(run)})
    return Checked(run.name, files, figures, (*problems, *wrong))


def _files(folder: Path, listed: Mapping[str, str], *, listing: str) -> tuple[int, list[str]]:
    """Count the files as they were written; say which are not, are missing, or are not listed."""
    problems = [] if listed else [f"{listing} lists no digests."]
    good = 0
    for name, digest in listed.items():
        if not (folder / name).is_file():
            problems.append(f"{name} is missing: {listing} lists it.")
        elif sha256_of(folder / name) != digest:
            problems.append(f"{name} differs from the digest in {listing}.")
        else:
            good += 1
    for path in sorted(folder.iterdir()):
        network = listing == "run.json" and (path / "model.json").is_file()
        if path.name not in (listing, *listed) and not (network and path.name in ARCHITECTURES):
            problems.append(f"{path.name} is not listed in {listing}.")
    return good, problems


def _compare(
    folder: Path, jobs: Mapping[str, Callable[[], Mapping[str, Any]]]
) -> tuple[int, list[str]]:
    """Compare each file's figures with those computed; return how many, then what differs."""
    figures, problems = 0, []
    for file, compute in jobs.items():
        if not (folder / file).is_file():
            problems.append(f"{file} is missing: make the run again.")
            continue
        try:
            written = read_json(folder / file)
            computed = json.loads(json.dumps(compute()))
        except CovidModelError as error:
            problems.append(f"{file} cannot be verified: {error}")
            continue
        except (KeyError, TypeError, ValueError) as error:  # it is not of this shape at all
            problems.append(f"{file} cannot be verified: {error!r} in what it is computed from.")
            continue
        if file != REPORT_FILE:  # only a report is tables alone
            written = {key: value for key, value in written.items() if key in computed}
        figures += count(computed)
        problems += sentences(file, written, computed)
    return figures, problems


def computed_report(folder: Path, info: ModelInfo) -> dict[str, Any]:
    """The content of ``report.json`` from the tables beside it."""
    validation = folder / "validation.csv"
    return read_and_report(
        read_table(folder / "predictions.csv"),
        read_table(validation) if validation.is_file() else None,
        calibration=calibration_in(info),
        thresholds=info.thresholds,
    )


def _pairs(run: Run) -> dict[str, Any]:
    """All of comparison.json that the predictions tell."""
    tables = {name: read_table(run.folder / name / "predictions.csv") for name in run.models}
    return {"pairs": compare_pairs(tables)}


def _audit(folder: Path) -> dict[str, Any]:
    """All of audit.json that audit.csv tells, with the checks that fail."""
    figures = audit_metrics(read_table(folder / "audit.csv"))
    return {**figures, "failed": failed_checks({**read_json(folder / AUDIT_FILE), **figures})}
