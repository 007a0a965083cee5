"""Pictures of lateral views, from which a network's head for them learns."""

import re
from pathlib import Path

import pandas as pd

from covid_model.common.errors import DataError
from covid_model.data.csv_file import read_csv_file
from covid_model.data.dataset import Dataset, absent_files, merge_duplicates, pictures_in
from covid_model.runs import sha256_of

LEAST_LATERALS, LEAST_PATIENTS = 8, 5
TABLES = ("metadata.csv", "origin.csv")
PATIENT = re.compile(r"\bpatient (\w+)")


def lateral_frame(folder: Path) -> pd.DataFrame:
    """List the lateral views of a folder.

    With ``metadata.csv`` (or ``origin.csv``) these are its rows: ``path`` (or ``file``), relative
    to the folder; ``kind``, where it is given, has to be ``lateral``; ``patient_id``, or "patient
    ID" in ``note``, and ``source`` where they are known. Without it they are all pictures of the
    folder, each of a patient of its own.

    Returns:
        Rows with path, source and patient_id.

    Raises:
        DataError: if there is no such folder, a file is missing, or there are too few of too few
            patients.
    """
    if not folder.is_dir():
        raise DataError(
            f"Expected a folder of lateral views in {folder}. Received: no such folder. Check the "
            "path."
        )
    table = next((folder / name for name in TABLES if (folder / name).is_file()), None)
    frame = _listed(table) if table else _pictures(folder)
    absent = absent_files(folder, frame["path"])
    if absent:
        raise DataError(
            f"{folder} lacks {len(absent)} lateral views that its table names, the first is "
            f"{absent[0] or 'an empty path'}: restore them or remove their rows."
        )
    for column, default in (("source", folder.name), ("patient_id", frame["path"])):
        given = frame[column] if column in frame else pd.Series("", index=frame.index)
        frame[column] = given.where(given != "", default)
    patients = frame["patient_id"].nunique()
    if len(frame) < LEAST_LATERALS or patients < LEAST_PATIENTS:
        raise DataError(
            f"Expected {LEAST_LATERALS} lateral views of {LEAST_PATIENTS} patients or more in "
            f"{folder}. Received: {len(frame)} of {patients}. Add some, or leave out --laterals."
        )
    return frame[["path", "source", "patient_id"]].reset_index(drop=True)


def read_laterals(folder: Path) -> Dataset:
    """Open the lateral views of a folder; their labels are empty.

    Raises:
        DataError: as ``lateral_frame``.
    """
    frame = lateral_frame(folder)
    digests = [sha256_of(folder / path) for path in frame["path"]]
    frame = frame.assign(label="", sha256=digests)
    frame["group"] = merge_duplicates(frame)
    return Dataset(folder, frame, patients_known=True)


def _listed(table: Path) -> pd.DataFrame:
    frame = read_csv_file(table, str)
    if "file" in frame:
        frame["path"] = frame["file"]
    if "path" not in frame:
        raise DataError(f"Expected the column path in {table}. Received: none. Add it.")
    if "kind" in frame:
        frame = frame[frame["kind"] == "lateral"].copy()
    if "patient_id" not in frame and "note" in frame:
        frame["patient_id"] = frame["note"].str.extract(PATIENT, expand=False).fillna("")
    return frame


def _pictures(folder: Path) -> pd.DataFrame:
    return pd.DataFrame({"path": pictures_in(folder)}, dtype=str)
