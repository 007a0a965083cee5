"""CSV tables of predictions that round-trip exactly."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from covid_model.common.classes import CLASS_NAMES, SCORE_COLUMNS
from covid_model.common.errors import RunError
from covid_model.evaluation.bootstrap import METHOD, OVER_BOTH, OVER_IMAGES

TEXTS = (
    *("path", "original", "source", "patient_id", "label", "left_out"),
    *("view", "sex", "age", "condition"),  # a source may give an age as 1-5
    *("label_quality", "patient_known"),
)
DISTANCE = "distance"  # of validation.csv: what novelty is over the limit; older runs lack it
NUMBERS = ("width", "height", "novelty", DISTANCE, "inside", "lungs")
KEPT = 0.99  # share of the validation images that novelty refuses none of
NEEDED = ("source", "patient_id", "label", *SCORE_COLUMNS)
Files = Mapping[str, bytes]  # of a folder, by their paths with slashes: none needs to be on a disk
TYPES = {
    **dict.fromkeys(TEXTS, str),
    **dict.fromkeys(NUMBERS, np.float64),
    **dict.fromkeys(SCORE_COLUMNS, np.float32),
}


def write_table(table: pd.DataFrame, file: Path | io.StringIO) -> None:
    """Write a table; its nine digits give back each float32."""
    table.to_csv(file, index=False, float_format="%.9g")


def table_bytes(table: pd.DataFrame) -> bytes:
    """The bytes that ``write_table`` writes."""
    text = io.StringIO()
    write_table(table, text)
    return text.getvalue().encode()


def table_of(files: Files, name: str, *, labelled: bool = True) -> pd.DataFrame:
    """Read a table that is among some files; as ``read_table``."""
    return read_table(io.BytesIO(files[name]), labelled=labelled, name=name)


def read_table(
    file: Path | io.IOBase, *, labelled: bool = True, name: str = "the table"
) -> pd.DataFrame:
    """Read a table of ``write_table``.

    Args:
        file: of the table.
        labelled: whether each row has a class; otherwise ``label`` may be empty.
        name: what errors call it by where it has no path.

    Returns:
        Texts as they are, "" where unknown; numbers float64, NaN where unknown; scores float32.

    Raises:
        RunError: if it cannot be read, lacks a column of ``NEEDED``, or has an unknown class.
    """
    called = file if isinstance(file, Path) else name
    try:
        table = pd.read_csv(
            file,
            dtype=TYPES,
            keep_default_na=False,
            na_values={column: [""] for column in NUMBERS},
        )
    except (OSError, ValueError) as error:
        raise RunError(f"{called} cannot be read as a table ({error}): restore it.") from None
    lacking = [column for column in NEEDED if column not in table]
    if lacking:
        raise RunError(f"Expected the columns {', '.join(NEEDED)} in {called}. Missing: {lacking}.")
    unknown = sorted(set(table["label"]) - {*CLASS_NAMES, *([] if labelled else [""])})
    if unknown:
        raise RunError(f"Expected labels of {', '.join(CLASS_NAMES)} in {called}. Got: {unknown}.")
    return table


def as_stored(table: pd.DataFrame) -> pd.DataFrame:
    """The table as it will be read once it is written."""
    text = io.StringIO()
    write_table(table, text)
    text.seek(0)
    return read_table(text)


def truth_of(table: pd.DataFrame) -> np.ndarray:
    """The index of each row's class, int (n,)."""
    return table["label"].map(CLASS_NAMES.index).to_numpy(int)


def scores_of(table: pd.DataFrame) -> np.ndarray:
    """The three scores of each row, float32 (n, 3) where the table was read."""
    return table[list(SCORE_COLUMNS)].to_numpy()


def novelty_limit(distances: np.ndarray, kept: float = KEPT) -> float:
    """The smallest distance that keeps a share of the images, float (n,), n >= 1."""
    return float(np.quantile(distances, kept, method="higher"))


def shared_novelty(novelties: Sequence[pd.Series | Sequence[float]]) -> np.ndarray:
    """The largest value that at least half of the networks reach, float (n,).

    It is above 1 exactly where at least half are, which is when serving refuses an image.
    """
    falling = -np.sort(-np.stack([np.asarray(one, float) for one in novelties]), axis=0)
    return falling[(len(novelties) - 1) // 2]


def with_unknown(table: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """Say in a table's ``patient_known`` (yes or no) whose patient is unknown, if any is.

    Args:
        table: rows of ``predictions.csv`` or the like.
        frame: the same rows of a ``Dataset``.
    """
    if "patient_known" not in frame or frame["patient_known"].all():
        return table
    return table.assign(patient_known=np.where(frame["patient_known"].astype(bool), "yes", "no"))


def known_patients(table: pd.DataFrame) -> pd.Series:
    """True for the rows whose patient is known, bool (n,)."""
    if "patient_known" not in table:
        return pd.Series(True, index=table.index)
    return table["patient_known"] != "no"


def patient_counts(table: pd.DataFrame) -> dict[str, object]:
    """How many known patients rows have, and what is known of the others, where there are any."""
    known = known_patients(table)
    patients = int(table["patient_id"][known].nunique())
    if known.all():
        return {"patients": patients}
    rest = table[~known]
    unknown = {"images": len(rest), "sources": sorted(rest["source"].unique())}
    return {"patients": patients, "patients_unknown": unknown}


def method_of(table: pd.DataFrame) -> str:
    """What a bootstrap over ``patient_id`` draws; the id of an unknown patient is the image's."""
    known = known_patients(table)
    return METHOD if known.all() else OVER_BOTH if known.any() else OVER_IMAGES
