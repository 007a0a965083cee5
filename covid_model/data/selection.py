"""Which radiographs of a folder a command uses, split into parts."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd

from covid_model.common.errors import DataError
from covid_model.data.csv_file import read_csv_file
from covid_model.data.dataset import Dataset, read_dataset
from covid_model.data.splits import (
    counts,
    patients_in_several,
    shared_patients,
    split_by_image,
    split_by_patient,
    unknown_sources,
)
from covid_model.runs import PARTS

log = logging.getLogger(__name__)
SPLIT_COLUMNS = ("path", "original", "source", "patient_id", "label", "part")


class SplitRecipe(Protocol):
    """What a split takes of a recipe.

    Attributes:
        seed: seed of the split.
        test: share of the images for test, in (0, 1).
        validation: share of the rest for validation, in (0, 1).
    """

    @property
    def seed(self) -> int: ...  # noqa: D102
    @property
    def test(self) -> float: ...  # noqa: D102
    @property
    def validation(self) -> float: ...  # noqa: D102


@dataclass(frozen=True)
class Selection:
    """Which images of a folder a command uses, and how they are split.

    Attributes:
        folder: the data folder.
        only: ``COLUMN=VALUE`` that an image's row must have, or "" for all images.
        split_by: ``"patient"`` or ``"image"``.
        limit: most training images of each source and label, drawn by the seed; 0 for all.
        split_file: split file whose parts the images keep, without those that it does not hold;
            None to draw parts by the seed.
    """

    folder: Path
    only: str = ""
    split_by: str = "patient"
    limit: int = 0
    split_file: Path | None = None

    def read(self) -> Dataset:
        """Read the folder and keep the chosen images.

        Raises:
            DataError: if the folder cannot be read or no image is left.
        """
        data = read_dataset(self.folder)
        if not self.only:
            return data
        column, _, value = self.only.partition("=")
        if column not in data.frame:
            raise DataError(
                f"Expected --only COLUMN=VALUE with a column of {', '.join(map(str, data.frame))}. "
                f"Received: {self.only!r}."
            )
        chosen = data.rows(data.frame[column].astype(str) == value)
        if not len(chosen):
            raise DataError(f"No image has {self.only}: give a value that metadata.csv holds.")
        return chosen

    def split(self, data: Dataset, recipe: SplitRecipe) -> tuple[Dataset, pd.Series]:
        """Give each image a part of ``schema.PARTS``, then apply the limit.

        Split by patient, patients who turn out to be in an earlier part too are left out.

        Returns:
            The images that are used, and the part of each.

        Raises:
            DataError: if there are too few patients, or the split file does not fit the images.
        """
        data, part = self._parted(data, recipe)
        used = self._kept(data, part, recipe.seed)
        if self.split_by == "patient":
            from covid_model.data.leakage import leaked_patients  # brings SciPy

            leaked = leaked_patients(data, part)
            data = replace(data, left_out=(*data.left_out, *data.frame["path"][leaked]))
            used &= ~leaked
        return data.rows(used), part[used].reset_index(drop=True)

    def _parted(self, data: Dataset, recipe: SplitRecipe) -> tuple[Dataset, pd.Series]:
        if self.split_file:
            return _as_split(data, self.split_file, by_patient=self.split_by == "patient")
        by = split_by_image if self.split_by == "image" else split_by_patient
        return data, by(data, seed=recipe.seed, test=recipe.test, validation=recipe.validation)

    def _kept(self, data: Dataset, part: pd.Series, seed: int) -> pd.Series:
        """True for all but the surplus training images of a source and label."""
        if not self.limit:
            return pd.Series(True, index=part.index)
        shuffled = data.frame.sample(frac=1, random_state=seed)
        rank = shuffled.groupby([part, "source", "label"]).cumcount().reindex(part.index)
        return (part != "train") | (rank < self.limit)


def save_split(data: Dataset, part: pd.Series, path: Path) -> None:
    """Write ``split.csv``: one row an image with the columns ``SPLIT_COLUMNS``."""
    data.frame.assign(part=part)[list(SPLIT_COLUMNS)].to_csv(path, index=False)


def without_held_out(data: Dataset, files: Sequence[Path]) -> Dataset:
    """Leave out every patient whom one of the split files gives to validation or test."""
    held: set[str] = set()
    for file in files:
        split = _read_split_file(file)
        held |= set(split.loc[split["part"] != "train", "patient_id"])
    groups = data.frame.loc[data.frame["patient_id"].isin(held), "group"].unique()
    return data.rows(~np.isin(data.frame["group"], groups))


def _as_split(data: Dataset, file: Path, *, by_patient: bool) -> tuple[Dataset, pd.Series]:
    """The images that a split file holds, found by their paths, with the part of each."""
    split = _read_split_file(file)
    there = data.frame["path"].isin(split["path"])
    if not there.any():
        raise DataError(
            f"Expected some of the {len(data)} images in {file}. Received a split of others, the "
            f"first is {split['path'].iloc[0]}. Give a split of these images."
        )
    others = tuple(data.frame["path"][~there])
    if others:
        log.warning("Left out: %d images, which %s does not hold.", len(others), file)
    data = replace(data.rows(there), left_out=others)
    part = data.frame["path"].map(split.set_index("path")["part"])
    moved = data.frame["path"][data.fixed & (part != "train").to_numpy()]
    if len(moved):
        raise DataError(
            f"Expected the part train for {moved.iloc[0]} in {file}, as in the column part of "
            f"metadata.csv. Received: {part[moved.index[0]]}; {len(moved)} images differ. Their "
            "patients may be unknown: give a split that trains on them or leaves them out."
        )
    several = patients_in_several(data, part)
    if by_patient and data.patients_known and several:
        raise DataError(
            f"Expected each patient in one part of {file}. Received: {len(several)} in several, "
            f"the first is {several[0]}. Give a split by patient, or --split-by image."
        )
    return data, part


def _read_split_file(file: Path) -> pd.DataFrame:
    split = read_csv_file(file, str)
    lacking = {"path", "patient_id", "part"} - set(split)
    if lacking or not set(split["part"]) <= set(PARTS) or split["path"].duplicated().any():
        raise DataError(
            f"{file} is no split file (its columns path, patient_id, part do not give each image "
            "one part): write one with --save-split."
        )
    return split


def describe(data: Dataset, part: pd.Series) -> str:
    """The source x label table beside the patient leak check, as text for a terminal."""
    rows = counts(data, part).pivot_table(
        index=["source", "label"],
        columns="part",
        values=["images", "patients"],
        fill_value=0,
        observed=True,
    )
    table = rows.astype(int).to_string()
    leak = (
        f"Patient leak check: {shared_patients(data, part)} patients stand both in the test part "
        "and outside it."
        if data.patients_known
        else "Patient leak check: impossible, the folder does not say which patient an image "
        "shows, so that it is split by image."
    )
    if unknown := unknown_sources(data):
        leak += f"\nPatients unknown in: {', '.join(unknown)}."
    return f"{len(data)} radiographs by source, label and part\n{table}\n{leak}"
