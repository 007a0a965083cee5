"""Digests of the files of a run folder."""

from collections.abc import Mapping
from pathlib import Path

from covid_model.common.errors import RunError
from covid_model.common.system.digests import sha256_of
from covid_model.runs.schema import ModelInfo


def check_file(folder: Path, name: str, info: ModelInfo) -> None:
    """Refuse a file that is missing, unlisted, or not the one that was written.

    Raises:
        RunError: naming the file and what to do.
    """
    _check_digest(folder / name, info.sha256, listing="model.json")


def _check_digest(path: Path, digests: Mapping[str, str], *, listing: str) -> None:
    """Hold a file to the digest that ``listing``, a file's name, gives for it."""
    if path.name not in digests:
        raise RunError(
            "{path} is not listed in {listing}: train the model again.", path=path, listing=listing
        )
    if not path.is_file():
        raise RunError("{path} is missing: restore the run folder or train it again.", path=path)
    if sha256_of(path) != digests[path.name]:
        raise RunError(
            "{path} differs from the digest in {listing}: it was changed or damaged after it "
            "was written. Restore the file or train the model again.",
            path=path,
            listing=listing,
        )


def digests_of(folder: Path, *, but: str) -> dict[str, str]:
    """The digest of each file that lies in a folder, by its name, but of one."""
    return {
        path.name: sha256_of(path)
        for path in sorted(folder.iterdir())
        if path.is_file() and path.name != but
    }
