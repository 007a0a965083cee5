"""Files of an evaluation: its figures made from its tables, with the digest of each file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from covid_model.common.errors import DataError
from covid_model.common.system.digests import sha256
from covid_model.common.system.signatures import signature_path
from covid_model.evaluation.comparison.hospital import FACTS_FILE, PROFILE_FILE, computations
from covid_model.evaluation.comparison.report.text import REPORT, report_text
from covid_model.evaluation.tables import Files
from covid_model.runs import OWN_DIGEST, json_bytes, own_digest

UNLISTED = (FACTS_FILE, signature_path(Path(FACTS_FILE)).name)


def with_figures(
    tables: Files, facts: Mapping[str, Any]
) -> tuple[dict[str, bytes], DataError | None]:
    """Make all that the tables of an evaluation tell, then ``FACTS_FILE`` with every digest.

    Where no profile can be fitted, as too many files were refused, all else is made.

    Args:
        tables: the evaluation's.
        facts: what was asked for; see ``docs/own-hospital.md``.

    Returns:
        Every file, then why there is no profile: None where there is one or none was asked for.
    """
    files = {**tables, FACTS_FILE: json_bytes(facts)}
    failure = None
    for file, compute in computations(files).items():
        try:
            files[file] = json_bytes(compute())
        except DataError as error:
            if file != PROFILE_FILE:
                raise
            failure, facts = error, {**facts, "adjust": None}
            files[FACTS_FILE] = json_bytes(facts)
    files[REPORT] = report_text(files).encode()
    content = {**facts, "sha256": listed_digests(files)}
    files[FACTS_FILE] = json_bytes({**content, OWN_DIGEST: own_digest(content)})
    return files, failure


def write_files(folder: Path, files: Files) -> None:
    """Write an evaluation into a folder."""
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def files_in(folder: Path) -> dict[str, bytes]:
    """Read the files of a folder."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def listed_digests(files: Files) -> dict[str, str]:
    """Each file's digest by its path, but of ``FACTS_FILE`` and its signature."""
    return {name: sha256(files[name]) for name in sorted(files) if name not in UNLISTED}
