"""Table of files with their truth, whatever its columns are called."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from covid_model.common.errors import DataError
from covid_model.data.csv_file import read_csv_file
from covid_model.data.hospital.listing import Listing

METADATA = "metadata.csv"
TABLES = (".csv", ".tsv", ".txt")
LABELS = (
    *("label", "truth", "groundtruth", "class", "classname", "category", "target"),
    *(
        "diagnosis",
        "finding",
        "rotulo",
        "rótulo",
        "classe",
        "verdade",
        "diagnostico",
        "diagnóstico",
    ),
)
PATIENTS = (
    *("patientid", "patient", "patientname", "subjectid", "subject", "caseid", "mrn"),
    *("paciente", "idpaciente", "pacienteid", "prontuario", "prontuário"),
)
RECORDED = ("source", "view", "sex", "age", "label_quality")  # kept where they are called so
MOST_FILES = 0.5  # share of the cells that must name files for a column to be the one of files


@dataclass(frozen=True)
class Naming:
    """What a person says of a table; "" or None leaves it to be found out.

    Attributes:
        table: the file.
        file: the column with the files.
        label: the column with the truth.
        patient: the column with the patients.
    """

    table: Path | None = None
    file: str = ""
    label: str = ""
    patient: str = ""


def table_in(folder: Path, naming: Naming) -> Path | None:
    """The table of a folder: the one that was named, ``METADATA``, or the only one there is.

    Raises:
        DataError: if there are several, or none where one was named.
    """
    if naming.table is not None:
        return naming.table
    if (folder / METADATA).is_file():
        return folder / METADATA
    tables = sorted(path for path in folder.iterdir() if path.suffix.lower() in TABLES[:2])
    if len(tables) > 1:
        raise DataError(
            f"{folder} has {len(tables)} tables ({', '.join(path.name for path in tables[:5])}): "
            "name the one with the truth by --table."
        )
    return tables[0] if tables else None


def read_truth(
    path: Path, listing: Listing, naming: Naming, *, unlabelled: bool = False
) -> pd.DataFrame:
    """Read a table of files with their truth.

    The column of files is the one whose cells name most files of the folder. Those of truth and
    patients go by their names; where none is called as one of ``LABELS``, the only column that is
    left is the truth.

    Args:
        path: of the table.
        listing: of the folder.
        naming: of the columns.
        unlabelled: whether there may be no column of truth.

    Returns:
        Text columns ``file``, ``word`` ("" where there is no truth), ``patient_id`` where there is
        one, and those of ``RECORDED``.

    Raises:
        DataError: if a column cannot be told; it says which option names it.
    """
    table = read_csv_file(path, str)
    table.columns = [str(name) for name in table.columns]
    if not len(table):
        raise DataError(f"{path} has no row: write a row for each file.")
    file = _file_column(path, table, listing, naming.file)
    patient = _named(path, table, naming.patient, "--patient-column") or _by_name(table, PATIENTS)
    label = _named(path, table, naming.label, "--label-column") or _by_name(table, LABELS)
    rest = [str(name) for name in table if name not in (file, patient)]
    if not (label or unlabelled) and len(rest) == 1:
        label = rest[0]
    if not (label or unlabelled):
        raise DataError(
            f"Which column of {path} holds the truth? It has {_listed(table)}. Name it by "
            "--label-column."
        )
    columns = {"file": file, "word": label, "patient_id": patient}
    found = {name: table[column].str.strip() for name, column in columns.items() if column}
    recorded = {name: table[name].str.strip() for name in RECORDED if name in table}
    return pd.DataFrame({"word": "", **recorded, **found}, index=table.index)


def _file_column(path: Path, table: pd.DataFrame, listing: Listing, named: str) -> str:
    if named:
        return _named(path, table, named, "--file-column")
    shares: Mapping[str, float] = {
        name: table[name].map(lambda cell: bool(listing.find(cell))).mean()
        for name in map(str, table)
    }
    best = max(shares, key=lambda name: shares[name])
    if shares[best] < MOST_FILES:
        raise DataError(
            f"No column of {path} names files of {listing.folder}; it has {_listed(table)}, and "
            f"{best!r} names {100 * shares[best]:.0f} % of them. Check its paths, or name the "
            "column by --file-column."
        )
    return best


def _named(path: Path, table: pd.DataFrame, name: str, option: str) -> str:
    if name and name not in table:
        raise DataError(
            f"Expected a column of {path} after {option}: {_listed(table)}. Received: {name!r}."
        )
    return name


def _by_name(table: pd.DataFrame, names: Sequence[str]) -> str:
    """The column that is called as the first of some names, "" where none is."""
    called = {
        re.sub(r"[\W_]", "", name).casefold(): name for name in reversed(list(map(str, table)))
    }
    return next((called[name] for name in names if name in called), "")


def _listed(table: pd.DataFrame) -> str:
    return ", ".join(map(repr, table))
