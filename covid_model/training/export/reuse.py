"""Reuse of networks from another run of the same split."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from covid_model.common.architectures import ARCHITECTURES
from covid_model.common.errors import DataError, RunError
from covid_model.data.dataset import Dataset
from covid_model.data.run_split import read_run_split
from covid_model.data.selection import SPLIT_COLUMNS
from covid_model.evaluation.tables import read_table, write_table
from covid_model.evaluation.verification.verify import computed_report
from covid_model.runs import (
    AUDIT_FILE,
    Run,
    check_file,
    load_run,
    read_json,
    write_json,
    write_model_info,
)
from covid_model.runs.notes import TAKEN_OVER

PROVENANCE_KEYS = (
    "recipe",
    "created",
    "seed",
    "versions",
    "commit",
)  # of run.json, by each kept network


def networks_to_reuse(
    folders: Sequence[Path], split: tuple[Dataset, pd.Series], trained: Sequence[str]
) -> dict[str, Run]:
    """Find the networks that a new run takes over from others.

    Args:
        folders: the other runs.
        split: the images of the new run, the part of each.
        trained: the networks that are trained now.

    Returns:
        The run that each of their other networks is taken from, the first that has it, by name.

    Raises:
        RunError: if one is damaged, or its images or their parts are other ones; it may have more
            test images.
    """
    found: dict[str, Run] = {}
    for folder in folders:
        run = load_run(folder)
        data, part = split
        ours, theirs = _table(data, part), _table(*_split_of(run, data.root))
        surplus = (theirs["part"] == "test") & ~theirs["path"].isin(ours["path"])
        if not ours.equals(theirs[~surplus].reset_index(drop=True)):
            raise _other_split(run)
        for name in run.models:
            if name in trained or name in found:
                continue
            info = run.model_info(name)
            for file in info.sha256:
                check_file(run.model_folder(name), file, info)
            found[name] = run
    return found


def _split_of(run: Run, folder: Path) -> tuple[Dataset, pd.Series]:
    try:
        split = read_run_split(run, folder)
    except DataError as error:
        raise _other_split(run) from error
    return split.data, split.part


def _table(data: Dataset, part: pd.Series) -> pd.DataFrame:
    named = data.frame.assign(part=part)[[*SPLIT_COLUMNS, "sha256"]]
    return named.astype(str).reset_index(drop=True)


def _other_split(run: Run) -> RunError:
    return RunError(
        f"Expected a run to keep whose images are split as these are. Received: {run.name}, "
        "whose split.csv differs: give the options that it was made with, or train all "
        "networks anew."
    )


def copy_network(run: Run, name: str, folder: Path, test: pd.Series) -> dict[str, Any]:
    """Copy one network's folder of a run into ``folder``, judged on the images that test now.

    Where these are fewer, its report is computed again and its audit is left out, which was of
    others.

    Args:
        run: the other run.
        name: the network.
        folder: the run folder that is written.
        test: paths of the test images, in the order of the data.

    Returns:
        The content of its report.json.
    """
    ours, info = folder / name, run.model_info(name)
    shutil.copytree(run.model_folder(name), ours)
    predictions = read_table(ours / "predictions.csv")
    fewer = predictions[predictions["path"].isin(test)].reset_index(drop=True)
    if len(fewer) < len(predictions):
        for file in (AUDIT_FILE, "audit.csv"):
            (ours / file).unlink(missing_ok=True)
        write_table(fewer, ours / "predictions.csv")
        write_json(ours / "report.json", computed_report(ours, info))
        write_model_info(ours, info)
    return read_json(ours / "report.json")


def provenance_of(reused: Mapping[str, Run]) -> dict[str, Any]:
    """What run.json says of the kept networks: where each comes from, how it was made."""
    return {
        name: (run.info.get("kept") or {}).get(name)
        or {"run": run.name, **{key: run.info.get(key) for key in PROVENANCE_KEYS}}
        for name, run in reused.items()
    }


def in_words(kept: dict[str, Any]) -> list[str]:
    """A note on each kept network, for whoever reads the run."""
    return [
        f"{ARCHITECTURES[name]} {TAKEN_OVER} {origin['run']} "
        f"(recipe {(origin.get('recipe') or {}).get('name', 'unknown')}), which has the same split."
        for name, origin in kept.items()
    ]
