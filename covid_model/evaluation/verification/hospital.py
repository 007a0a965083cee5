"""Verification of an evaluation on a hospital's radiographs, from the tables of its folder."""

from pathlib import Path

from covid_model.common.errors import CovidModelError
from covid_model.evaluation.comparison.hospital import FACTS_FILE, computations
from covid_model.evaluation.comparison.report.folder import files_in, listed_digests
from covid_model.evaluation.comparison.report.text import REPORT, report_text
from covid_model.evaluation.verification import json_diff
from covid_model.evaluation.verification.recompute import computed
from covid_model.evaluation.verification.verify import Checked
from covid_model.runs import OWN_DIGEST, own_digest, parse_json


def verify_evaluation(folder: Path) -> Checked:
    """Hold the files of an evaluation to their digests, its figures and report to its tables.

    Neither the run nor a radiograph is needed: the run's tables lie in the folder.
    """
    folder = folder.resolve()
    try:
        files = files_in(folder)
        facts, jobs = parse_json(files[FACTS_FILE], FACTS_FILE), computations(files)
    except KeyError as error:
        reason = f"{error.args[0]} is missing."
        return Checked(folder.name, 0, 0, (f"the evaluation cannot be opened: {reason}",))
    except (CovidModelError, OSError, TypeError) as error:
        return Checked(folder.name, 0, 0, (f"the evaluation cannot be opened: {error}",))
    listed, there = facts.get("sha256") or {}, listed_digests(files)
    problems = [f"{name} is missing." for name in listed if name not in there]
    problems += [f"{name} is not listed." for name in there if name not in listed]
    good = [name for name in there if there[name] == listed.get(name)]
    problems += [
        f"{name} differs from its digest." for name in there if name in listed and name not in good
    ]
    if facts.get(OWN_DIGEST) != own_digest(facts):
        problems.append("evaluation.json differs from its own digest.")
    figures = 0
    for file, compute in jobs.items():
        try:
            written, content = parse_json(files.get(file, b""), file), computed(compute)
        except CovidModelError as error:
            problems.append(f"{file} cannot be verified: {error}")
            continue
        for one in (written, content):
            one.pop(OWN_DIGEST, None)  # of figures that may differ in their last digit
        figures += json_diff.count(content)
        problems += json_diff.sentences(json_diff.compare(file, written, content), remedy="")
    if not problems and files.get(REPORT) != report_text(files).encode():
        problems.append(f"{REPORT} is not what the figures say.")
    return Checked(folder.name, len(good), figures, tuple(problems))
