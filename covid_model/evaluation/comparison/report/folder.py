"""Folder of an evaluation: its figures written from its tables, with the digest of each file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from covid_model.common.errors import DataError
from covid_model.common.system.signatures import signature_path
from covid_model.evaluation.comparison.hospital import FACTS_FILE, PROFILE_FILE, computations
from covid_model.evaluation.comparison.report.text import REPORT, report_text
from covid_model.runs import OWN_DIGEST, own_digest, sha256_of, write_json


def write_figures(folder: Path, facts: Mapping[str, Any]) -> str:
    """Write all that the tables of an evaluation tell, then ``FACTS_FILE`` with every digest.

    Where no profile can be fitted, as too many files were refused, all else is written.

    Args:
        folder: holds the tables.
        facts: what was asked for; see ``docs/own-hospital.md``.

    Returns:
        Why there is no profile, "" where there is one or none was asked for.
    """
    write_json(folder / FACTS_FILE, facts)
    failure = ""
    for file, compute in computations(folder).items():
        try:
            write_json(folder / file, compute())
        except DataError as error:
            if file != PROFILE_FILE:
                raise
            failure, facts = str(error), {**facts, "adjust": None}
            write_json(folder / FACTS_FILE, facts)
    (folder / REPORT).write_text(report_text(folder), "utf-8")
    content = {**facts, "sha256": listed_digests(folder)}
    write_json(folder / FACTS_FILE, {**content, OWN_DIGEST: own_digest(content)})
    return failure


def listed_digests(folder: Path) -> dict[str, str]:
    """Each file's digest by its path, but of ``FACTS_FILE`` and its signature."""
    facts = folder / FACTS_FILE
    left_out = (facts, signature_path(facts))
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path not in left_out)
    return {path.relative_to(folder).as_posix(): sha256_of(path) for path in paths}
