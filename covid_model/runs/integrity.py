"""Digests of the files of a run folder.

``run.json`` lists the files beside it and the ``model.json`` of each network, which lists the files
beside that; ``run.json`` holds the digest of its own other values. So the digest of
``run.json`` is one of the whole run, and its signature one of it. Runs of earlier versions list no
``model.json``.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from covid_model.common.errors import RunError
from covid_model.common.system.digests import sha256, sha256_of
from covid_model.common.system.signatures import signature_path
from covid_model.runs.schema import MODEL_FILE, OWN_DIGEST, RUN_FILE, ModelInfo


def check_file(folder: Path, name: str, info: ModelInfo) -> None:
    """Refuse a file that is missing, unlisted, or not the one that was written.

    Raises:
        RunError: naming the file and what to do.
    """
    _check_digest(folder / name, info.sha256, listing="model.json")


def check_model_file(folder: Path, listed: Mapping[str, str]) -> None:
    """Refuse a network whose ``model.json`` is missing, or not the one that ``run.json`` lists.

    Args:
        folder: of the network.
        listed: "sha256" of ``run.json``; an earlier version listed no ``model.json``.

    Raises:
        RunError: naming the file and what to do.
    """
    name = f"{folder.name}/{MODEL_FILE}"
    if name in listed:
        _check_digest(folder.parent / name, listed, listing=RUN_FILE, name=name)


def _check_digest(path: Path, digests: Mapping[str, str], *, listing: str, name: str = "") -> None:
    """Hold a file to the digest that ``listing``, a file's name, gives for ``name``, its own."""
    name = name or path.name
    if name not in digests:
        raise RunError(
            "{path} is not listed in {listing}: train the model again.", path=path, listing=listing
        )
    if not path.is_file():
        raise RunError("{path} is missing: restore the run folder or train it again.", path=path)
    if readable_digest(path) != digests[name]:
        raise RunError(
            "{path} differs from the digest in {listing}: it was changed or damaged after it "
            "was written. Restore the file or train the model again.",
            path=path,
            listing=listing,
        )


def own_digest(info: Mapping[str, Any]) -> str:
    """The digest of all values of ``run.json`` but itself, whatever their order and spacing."""
    values = {key: value for key, value in info.items() if key != OWN_DIGEST}
    text = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode())


def run_digests(folder: Path) -> dict[str, str]:
    """The digests of the files that ``run.json`` lists, by their path from the run folder."""
    models = sorted(folder.glob(f"*/{MODEL_FILE}"))
    digests = {path.relative_to(folder).as_posix(): sha256_of(path) for path in models}
    return digests_of(folder, but=RUN_FILE) | digests


def readable_digest(path: Path) -> str:
    """SHA-256 of a file, as 64 hexadecimal digits.

    Raises:
        RunError: if it cannot be read.
    """
    try:
        return sha256_of(path)
    except OSError as error:
        raise RunError(
            "{path} cannot be read ({reason}): check its permissions and its disk.",
            path=path,
            reason=error.strerror or str(error),
        ) from None


def digests_of(folder: Path, *, but: str) -> dict[str, str]:
    """The digest of each file that lies in a folder, by its name, but of one and its signature."""
    left_out = (folder / but, signature_path(folder / but))
    return {
        path.name: sha256_of(path)
        for path in sorted(folder.iterdir())
        if path.is_file() and path not in left_out
    }
