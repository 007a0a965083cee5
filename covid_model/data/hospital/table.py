"""Table of files with their truth, whatever its columns are called."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from covid_model.common.errors import DataError
from covid_model.data.csv_file import bytes_of, read_csv_bytes
from covid_model.data.hospital.listing import Listing

METADATA = "metadata.csv"
TABLES = (".csv", ".tsv")
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
        table: the file; None for the one that the listing has, or none.
        file: the column with the files.
        label: the column with the truth.
        patient: the column with the patients.
    """

    table: Path | None = None
    file: str = ""
    label: str = ""
    patient: str = ""


@dataclass(frozen=True)
class Table:
    """A table of files, as bytes with what errors call it by."""

    name: Path | str
    data: bytes


def columns_of(table: Table) -> list[str]:
    """The names of a table's columns.

    Raises:
        DataError: if it cannot be read.
    """
    return [str(name) for name in read_csv_bytes(table.data, table.name, str)]


def table_in(listing: Listing, naming: Naming) -> Table | None:
    """The table of a folder: the one that was named, ``METADATA``, or the only one there is.

    Raises:
        DataError: if there are several, or one cannot be read.
    """
    if naming.table is not None:
        return Table(naming.table, bytes_of(naming.table))
    tables = [path for path in listing.files if path.lower().endswith(TABLES) and "/" not in path]
    chosen = [METADATA] if METADATA in tables else tables
    if len(chosen) > 1:
        raise DataError(
            "{folder} has {count} tables ({names}): name the one with the truth by --table, or "
            "leave only that.",
            folder=listing.name,
            count=len(chosen),
            names=", ".join(chosen[:5]),
        )
    return Table(chosen[0], listing.files[chosen[0]].load()) if chosen else None


def read_truth(
    source: Table, listing: Listing, naming: Naming, *, unlabelled: bool = False
) -> pd.DataFrame:
    """Read a table of files with their truth.

    The column of files is the one whose cells name most files of the folder. Those of truth and
    patients go by their names; where none is called as one of ``LABELS``, the only column that is
    left is the truth.

    Args:
        source: the table.
        listing: of the folder.
        naming: of the columns.
        unlabelled: whether there may be no column of truth.

    Returns:
        Text columns ``file``, ``word`` ("" where there is no truth), ``patient_id`` where there is
        one, and those of ``RECORDED``.

    Raises:
        DataError: if a column cannot be told; it says which option names it.
    """
    path = source.name
    table = read_csv_bytes(source.data, path, str)
    table.columns = [str(name) for name in table.columns]
    if not len(table):
        raise DataError("{path} has no row: write a row for each file.", path=path)
    file = _file_column(path, table, listing, naming.file)
    patient = _named(path, table, naming.patient, "--patient-column") or _by_name(table, PATIENTS)
    label = _named(path, table, naming.label, "--label-column") or _by_name(table, LABELS)
    rest = [str(name) for name in table if name not in (file, patient)]
    if not (label or unlabelled) and len(rest) == 1:
        label = rest[0]
    if not (label or unlabelled):
        raise DataError(
            "Which column of {path} holds the truth? It has {columns}. Name it (--label-column).",
            path=path,
            columns=_listed(table),
        )
    columns = {"file": file, "word": label, "patient_id": patient}
    found = {name: table[column].str.strip() for name, column in columns.items() if column}
    recorded = {name: table[name].str.strip() for name in RECORDED if name in table}
    return pd.DataFrame({"word": "", **recorded, **found}, index=table.index)


def _file_column(path: Path | str, table: pd.DataFrame, listing: Listing, named: str) -> str:
    if named:
        return _named(path, table, named, "--file-column")
    shares: Mapping[str, float] = {
        name: table[name].map(lambda cell: bool(listing.find(cell))).mean()
        for name in map(str, table)
    }
    best = max(shares, key=lambda name: shares[name])
    if shares[best] < MOST_FILES:
        raise DataError(
            "No column of {path} names files of {folder}; it has {columns}, and {best!r} names "
            "{share:.0f} % of them. Check its paths, or name the column (--file-column).",
            path=path,
            folder=listing.name,
            columns=_listed(table),
            best=best,
            share=100 * shares[best],
        )
    return best


def _named(path: Path | str, table: pd.DataFrame, name: str, option: str) -> str:
    if name and name not in table:
        raise DataError(
            "Expected a column of {path} after {option}: {columns}. Received: {name!r}.",
            path=path,
            option=option,
            columns=_listed(table),
            name=name,
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
