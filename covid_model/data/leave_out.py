"""Groups of images that are left out of a training together, as a hospital that it has not seen."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from covid_model.common.errors import DataError
from covid_model.data.csv_file import read_csv_file
from covid_model.data.dataset import Dataset, absent_files
from covid_model.data.duplicates.disjoint_sets import DisjointSets

FOLDS = 5
FILE_COLUMNS = ("path", "group")
NEVER = ""  # the group of images that are always trained on


def left_out_groups(data: Dataset, by: str, *, folds: int = FOLDS, seed: int) -> pd.Series:
    """Say with which others each image is left out.

    Args:
        data: n images.
        by: a column of ``metadata.csv``, whose values are dealt out to ``folds`` folds "1", "2"...
            as alike in their classes as whole values allow; values that one patient has images of
            stay together. Or a CSV file with the columns ``path`` and ``group``, each of whose
            groups is left out by itself. Images without a value or group are never left out.
        folds: most folds that a column gives; fewer where it has fewer values.
        seed: of the order in which values of equal size are dealt out.

    Returns:
        Text, one an image: the name of its group, "" where it is never left out.

    Raises:
        DataError: if there is no such column or file, the file lacks a column or names a path that
            is not there, there are fewer than two groups, or a class has no image left to train on
            without one of them.
    """
    if by in data.frame:
        groups = _folds_of(data, data.frame[by], folds=folds, seed=seed)
    else:
        groups = _groups_in(data, Path(by))
    _check_groups(data, groups, by)
    return groups


def training_rows(data: Dataset, groups: pd.Series, out: str) -> np.ndarray:
    """The images that are trained on where a group is left out, bool (n,).

    Those of the group are not, nor is any of a person who has an image in it.
    """
    people = data.frame["group"]
    return ~people.isin(people[(groups == out).to_numpy()]).to_numpy()


def check_leave_out(folder: Path, by: str) -> None:
    """Refuse what no group can come of, from tables alone, before anything slow begins.

    Raises:
        DataError: if there is no such column or file, or the file lacks a column.
    """
    table = folder / "metadata.csv"
    columns = list(read_csv_file(table)) if table.is_file() else []
    if by not in columns:
        _read_file(Path(by), [str(name) for name in columns])


def _folds_of(data: Dataset, column: pd.Series, *, folds: int, seed: int) -> pd.Series:
    """Deal the values of a column out, the largest first, each to the fold that it suits best."""
    value = column.astype(object).where(column.notna(), NEVER).astype(str)
    given = (value != NEVER).to_numpy()
    unit = _whole_values(value[given], data.frame["group"][given])
    counts = pd.crosstab(unit, data.frame["label"][given])
    shares = counts / counts.sum()  # of each class
    order = np.random.default_rng(seed).permutation(len(shares))
    order = order[np.argsort(-counts.to_numpy().sum(axis=1)[order], kind="stable")]
    filled = np.zeros((min(folds, len(shares)), shares.shape[1]))
    fold_of = {}
    for row in order:
        share = shares.to_numpy()[row]
        # The least growth of the sum of squares: where little of its classes lies already.
        cost = (filled * share).sum(axis=1)
        best = int(np.lexsort((filled.sum(axis=1), cost))[0])
        filled[best] += share
        fold_of[shares.index[row]] = str(best + 1)
    groups = pd.Series(NEVER, index=data.frame.index, dtype=object)
    groups[given] = unit.map(fold_of)
    return groups


def _whole_values(value: pd.Series, people: pd.Series) -> pd.Series:
    """One value for all that share a person."""
    sets = DisjointSets(sorted(value.unique()))
    for _, values in value.groupby(people):
        for other in values.unique()[1:]:
            sets.join(other, values.iloc[0])
    return value.map(sets.root)


def _groups_in(data: Dataset, file: Path) -> pd.Series:
    table = _read_file(file, [str(name) for name in data.frame.columns])
    rest = table["path"][~table["path"].isin(data.frame["path"])]
    absent = absent_files(data.root, rest)
    if absent:
        raise DataError(
            f"{file} names {len(absent)} files that are not in {data.root}, the first is "
            f"{absent[0] or 'an empty path'}: restore them or remove their rows."
        )
    group_of = dict(zip(table["path"], table["group"], strict=True))
    return data.frame["path"].map(lambda path: group_of.get(path, NEVER)).astype(object)


def _read_file(file: Path, columns: Sequence[str]) -> pd.DataFrame:
    if not file.is_file():
        raise DataError(
            "Expected --leave-out-by COLUMN|FILE with a column of metadata.csv "
            f"({', '.join(columns) or 'there is none'}) or a CSV file. Received: "
            f"{str(file)!r}. Check its spelling."
        )
    table = read_csv_file(file, str)
    lacking = [name for name in FILE_COLUMNS if name not in table]
    if lacking or table["path"].duplicated().any():
        problem = f"no column {lacking[0]}" if lacking else "a path in two rows"
        raise DataError(
            f"Expected the columns path, group in {file}, a row an image. Received: {problem}. "
            "Write it again."
        )
    return table


def _check_groups(data: Dataset, groups: pd.Series, by: str) -> None:
    names = sorted(set(groups) - {NEVER})
    if len(names) < 2:
        raise DataError(
            f"Expected two groups or more to leave out by {by}. Received: {len(names)}. Give a "
            "column or file that tells the images apart."
        )
    classes = set(data.frame["label"])
    for name in names:
        lost = classes - set(data.frame["label"][training_rows(data, groups, name)])
        if lost:
            raise DataError(
                f"Expected images of every class outside each group of {by}. Received: none of "
                f"{', '.join(sorted(lost))} outside group {name}, its patients left out. Join or "
                "part groups in a file of your own."
            )
