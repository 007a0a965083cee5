"""Writing of a run folder, whole or not at all."""

import json
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from covid_model.common.errors import RunError
from covid_model.common.system.signatures import signature_path
from covid_model.runs.integrity import digests_of, own_digest
from covid_model.runs.schema import ADDED, MODEL_FILE, OWN_DIGEST, RUN_FILE, ModelInfo

try:
    import fcntl
except ModuleNotFoundError:  # Windows has none: nothing is cleaned up there
    fcntl = None  # type: ignore[assignment]

log = logging.getLogger(__name__)
PROBE = 2**20  # bytes: less than any run takes
UNFINISHED = ".unfinished"  # end of the name of a folder whose program holds a lock on it


def refuse_existing(destination: Path) -> None:
    """Refuse to write a run where there is something already.

    Raises:
        RunError: naming the remedy.
    """
    if destination.exists():
        raise RunError(
            "{destination} already exists and is never overwritten: give another --out, or "
            "move the old run away.",
            destination=destination,
        )


def refuse_unwritable(destination: Path) -> None:
    """Refuse a place where nothing can be written, before hours go into what is to lie there.

    Raises:
        RunError: with the reason and the remedy.
    """
    folder = destination.absolute().parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(bytes(PROBE))
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        raise RunError(
            "{destination} cannot be written ({reason}): make room there, or give another --out.",
            destination=destination,
            reason=error.strerror or str(error),
        ) from None


@contextmanager
def new_run(destination: Path) -> Iterator[Path]:
    """Yield a temporary folder that becomes ``destination`` when the block ends well.

    Raises:
        RunError: if ``destination`` already exists; nothing is ever overwritten.
    """
    destination = Path(destination)
    refuse_existing(destination)
    destination.parent.mkdir(parents=True, exist_ok=True)
    remove_unfinished(destination.parent)
    temporary = Path(tempfile.mkdtemp(prefix=f".{destination.name}-", dir=destination.parent))
    try:
        with _locked(temporary) as locked:
            if locked:
                temporary = temporary.rename(temporary.with_name(temporary.name + UNFINISHED))
            yield temporary
            temporary.chmod(0o755)
            temporary.replace(destination)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def remove_unfinished(folder: Path) -> None:
    """Remove the runs in a folder that programs had not finished when they were killed.

    Each program holds a lock on its run, which the system takes back when the program is gone; a
    run that is still being written, or whose lock cannot be had, stays.
    """
    for left in sorted(folder.glob(f".*{UNFINISHED}")):
        with _locked(left) as gone:
            if gone:
                shutil.rmtree(left, ignore_errors=True)
                log.info("Removed %s, which a training left behind that was broken off.", left)


@contextmanager
def _locked(folder: Path) -> Iterator[bool]:
    """Hold a folder's lock, which no other program has meanwhile; yield whether it was free."""
    if fcntl is None:
        yield False
        return
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:  # gone meanwhile, or another user's
        yield False
        return
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # held, or a file system without locks
            free = False
        else:
            free = True
        yield free
    finally:
        os.close(handle)


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write a JSON object, indented, with a final newline."""
    path.write_bytes(json_bytes(value))


def json_bytes(value: Mapping[str, Any]) -> bytes:
    """A JSON object as it is written: indented, with a final newline."""
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode()


def write_model_info(folder: Path, info: ModelInfo) -> None:
    """Write ``model.json`` with the digests of all other files of the folder."""
    digests = digests_of(folder, but=MODEL_FILE)
    fields = {name: value for name, value in asdict(info).items() if value or name not in ADDED}
    write_json(folder / MODEL_FILE, {**fields, "sha256": digests})


def write_run_file(folder: Path, info: Mapping[str, Any], digests: Mapping[str, str]) -> None:
    """Write ``run.json`` with the digests of what it lists, then its own.

    A signature of the file that it takes the place of goes.
    """
    content = {**info, "sha256": dict(sorted(digests.items()))}
    content.pop(OWN_DIGEST, None)
    signature_path(folder / RUN_FILE).unlink(missing_ok=True)
    write_json(folder / RUN_FILE, {**content, OWN_DIGEST: own_digest(content)})
