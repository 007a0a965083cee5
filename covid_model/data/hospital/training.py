"""Images of a hospital that bear the name of one that a run was trained on."""

import csv
from pathlib import Path, PurePosixPath

import pandas as pd


def named_in_training(split: Path, frame: pd.DataFrame) -> int:
    """How many images bear the name of one in the parts of a split that a run learnt from.

    Args:
        split: ``split.csv`` of the run; there may be none.
        frame: of a ``Hospital``.
    """
    if not split.is_file():
        return 0
    with split.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row.get("part") in ("train", "validation")]
    names = {PurePosixPath(row[key]).name for row in rows for key in ("path", "original")}
    return int(frame["original"].isin(names).sum())
