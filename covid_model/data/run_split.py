"""The split of an existing run, read back from its data folder."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from covid_model.common.errors import DataError, RunError
from covid_model.data.dataset import Dataset, read_dataset
from covid_model.data.selection import SPLIT_COLUMNS
from covid_model.data.splits import patients_in_several
from covid_model.runs import PARTS, Run, sha256_of


@dataclass(frozen=True)
class RunSplit:
    """The images that a run was made from, with the part that each had in it."""

    data: Dataset
    part: pd.Series

    def images(self, part: str) -> Dataset:
        """The images of one part."""
        return self.data.rows(self.part == part)


def read_run_split(run: Run, folder: Path) -> RunSplit:
    """Find the images of a run's ``split.csv`` in a data folder, unchanged.

    Raises:
        RunError: if ``split.csv`` is missing or is not the one that was written with the run.
        DataError: if an image is missing, its label or patient is another one, its file
            has changed, or a patient stands in two parts of a split by patient.
    """
    split = split_table(run)
    data = read_dataset(folder)
    rows = pd.Series(range(len(data)), index=data.frame["path"])
    missing = [path for path in split["path"] if path not in rows.index]
    if missing:
        raise DataError(
            f"Expected the {len(split)} images of {run.folder / 'split.csv'} in {folder}. Missing: "
            f"{len(missing)}, the first is {missing[0]}. Give the folder that the run was trained "
            "on."
        )
    order = rows[split["path"]].to_numpy()
    frame = data.frame.iloc[order].reset_index(drop=True)
    frame = frame.assign(source=split["source"], original=split["original"])
    data = Dataset(data.root, frame, data.patients_known)
    for column in ("label", "patient_id"):
        changed = data.frame[column].astype(str).to_numpy() != split[column].to_numpy()
        if changed.any():
            row = int(changed.argmax())
            raise DataError(
                f"Expected the {column} {split[column][row]!r} of {split['path'][row]}, as in the "
                f"run's split. Received: {data.frame[column][row]!r}; {changed.sum()} images "
                "differ. Give the metadata.csv that the run was trained on."
            )
    described = run.info.get("data") or {}
    if described.get("digest") != data.digest:
        raise DataError(
            f"The files of {folder} are not those that {run.name} was trained on: their digest "
            f"is {data.digest[:12]}, its run.json says {str(described.get('digest'))[:12]}. "
            "Restore the radiographs."
        )
    _check_patients(data, split["part"], by_patient=described.get("split_by") == "patient")
    return RunSplit(data, split["part"])


def split_table(run: Run) -> pd.DataFrame:
    """Read a run's ``split.csv``, all of it text.

    Raises:
        RunError: if it is missing, is not the one that was written with the run, or lacks a column.
    """
    path = run.folder / "split.csv"
    if not path.is_file():
        raise RunError(f"{path} is missing: without the run's split nothing can be judged.")
    if run.info.get("sha256", {}).get("split.csv", sha256_of(path)) != sha256_of(path):
        raise RunError(f"{path} differs from the digest in run.json: restore it.")
    try:
        split = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise RunError(f"{path} cannot be read as a table ({error}): restore it.") from None
    lacking = [name for name in SPLIT_COLUMNS if name not in split]
    if lacking or not set(split["part"]) <= set(PARTS):
        raise RunError(f"Expected the columns {SPLIT_COLUMNS} with parts {PARTS} in {path}.")
    return split


def _check_patients(data: Dataset, part: pd.Series, *, by_patient: bool) -> None:
    """Refuse a patient in two parts; the merged patients count, who share a file."""
    several = patients_in_several(data, part)
    if by_patient and data.patients_known and several:
        raise DataError(
            f"Expected each patient in one part of the run's split. Received: {len(several)} in "
            f"several, the first is {several[0]}. Give the metadata.csv that the run was trained "
            "on."
        )
