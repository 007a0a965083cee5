"""Mean of the calibrated networks of a run, computed from their tables."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from covid_model.common.classes import SCORE_COLUMNS
from covid_model.common.errors import RunError
from covid_model.evaluation.comparison.models import SAME
from covid_model.evaluation.reliability.calibration import calibration_in
from covid_model.evaluation.tables import (
    DISTANCE,
    as_stored,
    read_table,
    scores_of,
    shared_novelty,
)
from covid_model.inference.calibration import mean_probabilities
from covid_model.runs import LEFT_OUT_FILE, ModelInfo, read_model_info

PREDICTIONS, VALIDATION = "predictions.csv", "validation.csv"
LEAST_MEMBERS = 2
TOLERANCE = 2e-6  # of a probability: another processor's last digits of a float32


def members_of(folder: Path, networks: Sequence[str]) -> tuple[str, ...]:
    """The networks of a run whose mean is worth reporting.

    Args:
        folder: of the run.
        networks: the names of its model folders.

    Returns:
        Those that are calibrated and were judged on the images of the first of them; none where
        these are fewer than ``LEAST_MEMBERS``.
    """
    calibrated = [
        name
        for name in networks
        if calibration_in(read_model_info(folder / name)) is not None
        and (folder / name / VALIDATION).is_file()
    ]
    images = {
        name: [_images(folder / name / file) for file in (PREDICTIONS, VALIDATION)]
        for name in calibrated
    }
    members = tuple(name for name in calibrated if _same(images[name], images[calibrated[0]]))
    return members if len(members) >= LEAST_MEMBERS else ()


def _images(file: Path) -> pd.DataFrame:
    return read_table(file)[list(SAME)]


def _same(some: Sequence[pd.DataFrame], others: Sequence[pd.DataFrame]) -> bool:
    return all(one.equals(other) for one, other in zip(some, others, strict=True))


def has_left_out(folder: Path, members: Sequence[str]) -> bool:
    """Whether every member of a mean has predictions of images that were left out."""
    return all((folder / name / LEFT_OUT_FILE).is_file() for name in members)


def mean_table(folder: Path, members: Sequence[str], file: str) -> pd.DataFrame:
    """The mean of the members' calibrated probabilities of each image, not calibrated again.

    Args:
        folder: of the run.
        members: the names of the networks.
        file: ``PREDICTIONS``, which holds calibrated probabilities, or one of the tables of
            scores that are not calibrated yet.

    Returns:
        The first member's rows with the means as their scores, as they are stored; with a novelty
        above 1 where at least half of the members find an image novel, where all have novelties.

    Raises:
        RunError: if a table cannot be read, or is of other images than the first one's.
    """
    tables = {name: read_table(folder / name / file) for name in members}
    first = tables[members[0]]
    for name, table in tables.items():
        if not first[list(SAME)].equals(table[list(SAME)]):
            raise RunError(
                f"Expected {members[0]} and {name} to have the same images in {file}. Received: "
                "other rows. Train them in one command."
            )
    probabilities = [_calibrated(folder / name, file, table) for name, table in tables.items()]
    mean = first.drop(columns=DISTANCE, errors="ignore")
    mean[list(SCORE_COLUMNS)] = mean_probabilities(probabilities)
    if any("novelty" not in table for table in tables.values()):
        mean = mean.drop(columns="novelty", errors="ignore")
    else:
        mean["novelty"] = shared_novelty([table["novelty"] for table in tables.values()])
    return as_stored(mean)


def _calibrated(folder: Path, file: str, table: pd.DataFrame) -> np.ndarray:
    calibration = calibration_in(read_model_info(folder))
    if calibration is None:
        raise RunError(f"Expected a calibrated network in {folder}. Received: no temperature.")
    return scores_of(table) if file == PREDICTIONS else calibration.apply(scores_of(table))


def together_table(folder: Path, info: ModelInfo, file: str) -> pd.DataFrame:
    """What a file of the run's ``together`` holds, by the members' tables and its calibration.

    Args:
        folder: of the run.
        info: ``model.json`` of the mean.
        file: as for ``mean_table``; ``PREDICTIONS`` are calibrated again.

    Raises:
        RunError: as ``mean_table``, or if there are no members.
    """
    if len(info.members) < LEAST_MEMBERS:
        raise RunError(f"Expected {LEAST_MEMBERS} members or more. Received: {info.members}.")
    table, calibration = mean_table(folder, info.members, file), calibration_in(info)
    if file != PREDICTIONS or calibration is None:
        return table
    table[list(SCORE_COLUMNS)] = calibration.apply(scores_of(table))
    return as_stored(table)


def differences(folder: Path, info: ModelInfo) -> tuple[int, list[str]]:
    """Hold the tables of a run's mean to those of its members.

    Args:
        folder: of the run.
        info: ``model.json`` of the mean.

    Returns:
        How many probabilities were computed again, then a sentence for each table that differs.
    """
    files = [PREDICTIONS, VALIDATION]
    if has_left_out(folder, info.members) or LEFT_OUT_FILE in info.sha256:
        files.append(LEFT_OUT_FILE)
    count, problems = 0, []
    for file in files:
        try:
            stored = read_table(folder / info.architecture / file)
            expected = together_table(folder, info, file)
        except (RunError, KeyError) as error:
            problems.append(f"{file} cannot be computed again: {error}")
            continue
        count += scores_of(expected).size
        if wrong := _differing(stored, expected):
            problems.append(f"{file}: {wrong} of {len(expected)} rows are not the members' mean.")
    return count, problems


def _differing(stored: pd.DataFrame, expected: pd.DataFrame) -> int:
    """How many rows of a table are not as expected; all where it has other columns or rows."""
    if list(stored) != list(expected) or len(stored) != len(expected):
        return max(len(stored), len(expected))
    near = [name for name in (*SCORE_COLUMNS, "novelty") if name in expected]
    gaps = np.abs(stored[near].to_numpy(float) - expected[near].to_numpy(float))
    words = [name for name in expected if name not in near]
    same = (stored[words] == expected[words]) | (stored[words].isna() & expected[words].isna())
    return int((~(gaps <= TOLERANCE).all(axis=1) | ~same.all(axis=1)).sum())
