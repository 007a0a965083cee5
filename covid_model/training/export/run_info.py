"""The content of run.json: what was asked for, from which data, by which code."""

import subprocess
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pandas as pd

from covid_model.common.system import paths
from covid_model.data.dataset import Dataset
from covid_model.data.selection import Selection, save_split
from covid_model.data.splits import counts, shared_patients, unknown_sources
from covid_model.runs import SCHEMA, run_digests, sha256_of, write_run_file
from covid_model.runs.model_card.card import write_card
from covid_model.training.export.reuse import in_words
from covid_model.training.job import Job

PACKAGES = (
    "keras",
    "tensorflow",
    "jax",
    "torch",
    "ai-edge-litert",
    "numpy",
    "opencv-python-headless",
    "scikit-learn",
)


def write_run_info(
    folder: Path,
    selection: Selection,
    job: Job,
    split: tuple[Dataset, pd.Series],
    *,
    recipe: Any,
    kept: dict[str, Any] | None = None,
) -> None:
    """Write split.csv, run.json with the digests of all files beside it, the model card.

    The content of run.json is that of ``run_info``, with ``kept`` of ``reuse.provenance_of``
    where there is any.
    """
    file = folder / "split.csv"
    save_split(*split, file)
    info = run_info(selection, job, split, recipe=recipe, split_file=file)
    if kept:
        info |= {"kept": kept, "notes": [*info["notes"], *in_words(kept)]}
    write_run_file(folder, info, run_digests(folder))
    write_card(folder)


def run_info(
    selection: Selection,
    job: Job,
    split: tuple[Dataset, pd.Series],
    *,
    recipe: Any,
    split_file: Path,
) -> dict[str, Any]:
    """Return the content of run.json.

    Args:
        selection: which radiographs were asked for.
        job: what was fitted.
        split: the images that were used, the part of each.
        recipe: a dataclass of ``recipes`` with a ``seed``.
        split_file: the run's ``split.csv``, already written.
    """
    data, part = split
    unknown = unknown_sources(data)  # older runs have no such key
    return {
        "schema": SCHEMA,
        "name": job.out.name,
        "title": job.title or job.out.name,
        "created": now(),
        "recipe": asdict(recipe),
        "data": {
            "only": selection.only,
            "limit": selection.limit,
            "digest": data.digest,
            "split_by": selection.split_by if data.patients_known else "image",
            "split_from": selection.split_file and sha256_of(selection.split_file),
            "shared_patients": shared_patients(data, part) if data.patients_known else None,
            "left_out": list(data.left_out),
            "counts": counts(data, part).to_dict("records"),
            **({"patients_unknown": unknown} if unknown else {}),
        },
        "seed": recipe.seed,
        "versions": _versions(),
        "commit": _commit(),
        "notes": list(job.notes),
        "companion": job.companion,
        "sha256": {split_file.name: sha256_of(split_file)},
    }


def now() -> str:
    """The time in UTC to the second, as ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _versions() -> dict[str, str]:
    """Versions of those of ``PACKAGES`` that are installed."""
    versions = {}
    for name in PACKAGES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    return versions


def _commit() -> str:
    """The code's commit, "" outside a git clone."""
    if not (paths.CHECKOUT / ".git").exists():  # an installed copy may lie in another clone
        return ""
    command = ["git", "-C", str(paths.CHECKOUT), "rev-parse", "HEAD"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()
