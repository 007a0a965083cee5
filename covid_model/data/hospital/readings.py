"""Log of a reader, matched to the images whose truth is known."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from covid_model.common.errors import DataError
from covid_model.data.csv_file import read_csv_file

READER_CLASS, BLIND = "reader_class", "blind"


@dataclass(frozen=True)
class Readings:
    """Blind readings of images with a truth.

    Attributes:
        table: ``path`` and ``reader_class``, one row a picture: the first reading of it.
        unmatched: how many pictures were read of which no truth is known.
        not_blind: how many readings do not count.
    """

    table: pd.DataFrame
    unmatched: int
    not_blind: int


def read_readings(path: Path, frame: pd.DataFrame) -> Readings:
    """Read the log that the dashboard offers below "Read first"; as ``match_readings``."""
    return match_readings(read_csv_file(path, str), frame, path)


def match_readings(log: pd.DataFrame, frame: pd.DataFrame, path: Path | str) -> Readings:
    """Match a log of readings with the images that have a truth.

    A picture is known by its digest, else by its file's name where only one has it.

    Args:
        log: text columns ``reader_class`` with ``sha256`` or ``file``, and ``blind`` (yes or no).
        frame: of a ``Hospital``.
        path: what errors call the log by.

    Raises:
        DataError: if a column is missing, or no reading has a truth.
    """
    keys = [name for name in ("sha256", "file") if name in log]
    if READER_CLASS not in log or not keys:
        raise DataError(
            "Expected the columns reader_class and sha256 or file in {path}. Received: "
            "{columns}. Give the log as the dashboard wrote it.",
            path=path,
            columns=", ".join(map(str, log)),
        )
    blind = log[BLIND] == "yes" if BLIND in log else pd.Series(True, index=log.index)
    known = frame[frame["label"].notna()]
    once = known[~known["original"].duplicated(keep=False)]
    by_digest = dict(zip(known["sha256"], known["path"], strict=True))
    by_name = dict(zip(once["original"], once["path"], strict=True))
    found = log["sha256"].map(by_digest) if "sha256" in log else pd.Series(None, index=log.index)
    if "file" in log:
        names = log["file"].map(lambda name: name.replace("\\", "/").rpartition("/")[2])
        found = found.where(found.notna(), names.map(by_name))
    picture = log[keys[0]]
    counted = log.assign(path=found)[blind].drop_duplicates(keys[0])
    read = counted[counted["path"].notna()].drop_duplicates("path")
    if not len(read):
        raise DataError(
            "No blind reading of {path} is of an image with a truth: give the folder with the "
            "files that were read.",
            path=path,
        )
    return Readings(
        read[["path", READER_CLASS]].reset_index(drop=True),
        unmatched=int(counted["path"].isna().sum()),
        not_blind=int(picture[~blind].nunique()),
    )
