"""Networks taken over from another run of the same split, so that each can be trained alone."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from covid_model.errors import RunError
from covid_model.runs import ARCHITECTURES, Run, check_file, load_run
from covid_model.training.dataset import Dataset
from covid_model.training.past_split import split_table
from covid_model.training.selection import SPLIT_COLUMNS

TOLD = ("recipe", "created", "seed", "versions", "commit")  # of run.json, by each kept network


def run_to_keep(
    folder: Path | None, split: tuple[Dataset, pd.Series], trained: Sequence[str]
) -> tuple[Run | None, tuple[str, ...]]:
    """Find the networks that a new run takes over from another.

    Args:
        folder: the other run, None where nothing is kept.
        split: the images of the new run, the part of each.
        trained: the networks that are trained anew.

    Returns:
        The other run with the names of its other networks, or None with none.

    Raises:
        RunError: if it is damaged, or its images or their parts are other ones.
    """
    if folder is None:
        return None, ()
    run = load_run(folder)
    data, part = split
    columns = list(SPLIT_COLUMNS)
    ours = data.frame.assign(part=part)[columns].astype(str).reset_index(drop=True)
    theirs = split_table(run)[columns]
    if run.info.get("data", {}).get("digest") != data.digest or not ours.equals(theirs):
        raise RunError(
            f"Expected a run to keep whose images are split as these are. Received: {run.name}, "
            "whose split.csv differs: give the options that it was made with, or train all "
            "networks anew."
        )
    names = tuple(name for name in run.models if name not in trained)
    for name in names:
        info = run.model_info(name)
        for file in info.sha256:
            check_file(run.model_folder(name), file, info)
    return run, names


def copy_network(run: Run, name: str, folder: Path) -> None:
    """Copy one network's folder of a run into ``folder``."""
    shutil.copytree(run.model_folder(name), folder / name)


def told_of(run: Run | None, names: Sequence[str]) -> dict[str, Any]:
    """What run.json says of the kept networks: where each comes from, how it was made."""
    earlier = (run.info.get("kept") or {}) if run else {}
    return {
        name: earlier.get(name) or {"run": run.name, **{key: run.info.get(key) for key in TOLD}}
        for name in names
    }


def in_words(kept: dict[str, Any]) -> list[str]:
    """A note on each kept network, for whoever reads the run."""
    return [
        f"{ARCHITECTURES[name]} was taken over from run {one['run']} "
        f"(recipe {(one.get('recipe') or {}).get('name', 'unknown')}), which has the same split."
        for name, one in kept.items()
    ]
