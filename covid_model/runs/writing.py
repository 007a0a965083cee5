"""Writing of a run folder, whole or not at all."""

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from covid_model.common.errors import RunError
from covid_model.runs.integrity import digests_of
from covid_model.runs.schema import ADDED, ModelInfo


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


@contextmanager
def new_run(destination: Path) -> Iterator[Path]:
    """Yield a temporary folder that becomes ``destination`` when the block ends well.

    Raises:
        RunError: if ``destination`` already exists; nothing is ever overwritten.
    """
    destination = Path(destination)
    refuse_existing(destination)
    destination.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{destination.name}-", dir=destination.parent))
    try:
        yield temporary
        temporary.chmod(0o755)
        temporary.replace(destination)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write a JSON object, indented, with a final newline."""
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", "utf-8")


def write_model_info(folder: Path, info: ModelInfo) -> None:
    """Write ``model.json`` with the digests of all other files of the folder."""
    digests = digests_of(folder, but="model.json")
    fields = {name: value for name, value in asdict(info).items() if value or name not in ADDED}
    write_json(folder / "model.json", {**fields, "sha256": digests})
