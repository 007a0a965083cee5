"""Verification of a run: digests of its files, metrics computed again from its tables."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from covid_model.common.architectures import ARCHITECTURES, TOGETHER
from covid_model.common.audit_checks import cannot_be_audited
from covid_model.common.errors import CovidModelError, RunError
from covid_model.common.system.signatures import signature_path
from covid_model.evaluation.verification import fitted, json_diff, together
from covid_model.evaluation.verification.recompute import (
    REPORT_FILE,
    Computation,
    computations,
    computed,
    computed_report,
    shared_computations,
)
from covid_model.runs import (
    AUDIT_FILE,
    MODEL_FILE,
    OWN_DIGEST,
    RUN_FILE,
    Run,
    load_run,
    own_digest,
    read_json,
    read_model_info,
    sha256_of,
)

__all__ = ["Checked", "computed_report", "verify_run"]
MAKE_AGAIN = "make the run again"


@dataclass(frozen=True)
class Checked:
    """What was found of one network, or of what the networks of a run share.

    Attributes:
        name: "run/network", or "run".
        files: how many files have the digests that were listed for them.
        figures: how many figures were computed again.
        problems: a sentence for each thing that is not as it should be.
        notes: a sentence for each thing that a run of an earlier version does not let one check, or
            that agrees and yet tells nothing.
    """

    name: str
    files: int
    figures: int
    problems: tuple[str, ...]
    notes: tuple[str, ...] = ()


def verify_run(folder: Path) -> list[Checked]:
    """Hold the files of a run to their digests, its figures to its tables.

    Of each network ``report.json`` is computed again, with what ``audit.csv`` tells of
    ``audit.json``; of the run the pairs of ``comparison.json``. Neither radiographs nor networks
    are needed. The tables of the networks' mean are held to theirs; temperature, thresholds and
    sets of ``model.json`` to the tables that they follow from.

    Returns:
        The run itself, each network, their mean. A run that cannot be opened has a problem.
    """
    folder = folder.resolve()
    try:
        run = load_run(folder)
    except RunError as error:
        return [Checked(folder.name, 0, 0, (str(error),))]
    return [_shared(run), *(_network(run, name) for name in (*run.reported, *run.damaged))]


def _network(run: Run, name: str) -> Checked:
    folder = run.folder / name
    title = f"{run.name}/{name}"
    try:
        info = read_model_info(folder)
    except RunError as error:
        return Checked(title, 0, 0, (str(error),))
    files, problems = _files(folder, info.sha256, listing=MODEL_FILE)
    figures, wrong = _compare(folder, computations(folder, info), info.sha256, run.folder)
    checks = [fitted.differences(folder, info)]
    if name == TOGETHER:
        checks.append(together.differences(run.folder, info))
    for count, unlike in checks:
        figures, wrong = figures + count, [*wrong, *unlike]
    return Checked(title, files, figures, (*problems, *wrong), _audit_notes(run, name))


def _audit_notes(run: Run, name: str) -> tuple[str, ...]:
    """Say that an audit tells nothing where its network guesses; nothing of damaged files."""
    try:
        audit, report = run.audit(name), run.report(name)
    except CovidModelError:  # which is a problem of its own
        return ()
    told = audit is None or not cannot_be_audited(audit, report)
    return () if told else ("it cannot be audited: no better than guessing.",)


def _shared(run: Run) -> Checked:
    """Check what lies in the run's own folder, and what ``run.json`` says of the networks."""
    files, problems = _files(run.folder, run.listed, listing=RUN_FILE)
    notes: tuple[str, ...] = ()
    if OWN_DIGEST in run.info:
        if run.info[OWN_DIGEST] != own_digest(run.info):
            problems.append(f"{RUN_FILE} differs from its own digest.")
        for name in run.reported:
            if f"{name}/{MODEL_FILE}" not in run.listed:
                problems.append(f"{name}/{MODEL_FILE} is not listed in {RUN_FILE}.")
    else:
        remedy = f"python -m covid_model report {shlex.quote(str(run.folder))}"
        notes = (
            f"no digest covers {RUN_FILE} and each {MODEL_FILE}, as an earlier version wrote the "
            f"run: `{remedy}` adds them.",
        )
    figures, wrong = _compare(run.folder, shared_computations(run), run.listed, run.folder)
    return Checked(run.name, files, figures, (*problems, *wrong), notes)


def _files(folder: Path, listed: Mapping[str, str], *, listing: str) -> tuple[int, list[str]]:
    """Count the files as they were written; say which are not, are missing, or are not listed."""
    problems = [] if listed else [f"{listing} lists no digests."]
    good = 0
    for name, digest in listed.items():
        if not (folder / name).is_file():
            problems.append(f"{name} is missing: {listing} lists it.")
            continue
        try:
            same = sha256_of(folder / name) == digest
        except OSError as error:
            problems.append(f"{name} cannot be read ({error.strerror}).")
            continue
        good += same
        if not same:
            problems.append(f"{name} differs from the digest in {listing}.")
    expected = (listing, signature_path(folder / listing).name, *listed)
    for path in sorted(folder.iterdir()):
        network = listing == RUN_FILE and (path / "model.json").is_file()
        known = (*ARCHITECTURES, TOGETHER) if network else ()
        if path.name not in (*expected, *known):
            problems.append(f"{path.name} is not listed in {listing}.")
    return good, problems


def _compare(
    folder: Path, jobs: Mapping[str, Computation], listed: Mapping[str, str], run: Path
) -> tuple[int, list[str]]:
    """Compare each file's values with those computed; return how many, then what differs."""
    values, problems = 0, []
    remedy = f"python -m covid_model report {shlex.quote(str(run))}"
    for file, compute in jobs.items():
        if not (folder / file).is_file():
            earlier = file != AUDIT_FILE and file not in listed
            cause = f"an earlier version wrote the run: run `{remedy}`" if earlier else MAKE_AGAIN
            problems.append(f"{file} is missing: {cause}.")
            continue
        try:
            written, content = read_json(folder / file), computed(compute)
        except CovidModelError as error:
            problems.append(f"{file} cannot be verified: {error}")
            continue
        if file != REPORT_FILE:  # only a report is tables alone
            written = {key: value for key, value in written.items() if key in content}
        values += json_diff.count(content)
        whole = file not in listed or sha256_of(folder / file) == listed[file]
        differences = json_diff.compare(file, written, content)
        problems += json_diff.sentences(differences, remedy=remedy if whole else "")
    return values, problems
