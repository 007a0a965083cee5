"""Images of a hospital that bear the name of one that a run was trained on."""

import csv
from collections.abc import Iterable
from pathlib import Path, PurePosixPath


def named_in_training(split: Path, paths: Iterable[str]) -> int:
    """How many images bear the name of one in the parts of a split that a run learnt from.

    Args:
        split: ``split.csv`` of the run; there may be none.
        paths: of the images, as they are called.
    """
    if not split.is_file():
        return 0
    with split.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row.get("part") in ("train", "validation")]
    names = {PurePosixPath(row[key]).name for row in rows for key in ("path", "original")}
    return sum(PurePosixPath(path).name in names for path in paths)
