"""Radiographs of a hospital with their truth, each other row with the reason why it is none."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pandas as pd

from covid_model.common.errors import DataError, RadiographError
from covid_model.common.messages import Message
from covid_model.common.system.digests import sha256
from covid_model.data.dataset import merge_duplicates
from covid_model.data.hospital.labels import LEFT_OUT, Meanings, classes_of
from covid_model.data.hospital.listing import Listing
from covid_model.data.hospital.table import RECORDED, Naming, read_truth, table_in

FILES_COLUMNS = ("path", "truth", "label", "patient_id", "sha256", "status", "reason")
JUDGED, UNLABELLED, OUT = "judged", "without truth", "left out"
MISSING, DUPLICATE, CONTRADICTION = "missing", "duplicate", "contradiction"
REFUSED = "refused"  # what becomes of a judged one whose file cannot be read, or is no frontal view


@dataclass(frozen=True)
class Hospital:
    """The radiographs of a hospital.

    Attributes:
        listing: of its folder.
        frame: the images to ask networks about: ``path``, ``label`` (None without truth),
            ``patient_id`` (the path where unknown), ``patient_known``, ``source``, ``original``,
            ``sha256`` and what else is on record.
        files: every row of the table, or every picture of the folders, by ``FILES_COLUMNS``.
        table: name of the table, "" where folders are the truth.
    """

    listing: Listing
    frame: pd.DataFrame
    files: pd.DataFrame
    table: str = ""


def read_hospital(
    folder: Path,
    naming: Naming | None = None,
    *,
    meanings: Meanings | None = None,
    unlabelled: bool = False,
) -> Hospital:
    """Read a folder with a table of files and truth, or with a sub-folder a class.

    A file that is missing, given twice, given twice with different truths, or without truth is no
    image to judge, and says why.

    Args:
        folder: holds all the files.
        naming: of the table and its columns.
        meanings: of ``labels.read_labels``.
        unlabelled: whether images without truth are enough.

    Raises:
        DataError: if there is no table nor folder with a truth, a column cannot be told, a word of
            the truth is unknown, or no image is left.
    """
    listing, naming = Listing.of(folder), naming or Naming()
    table = table_in(listing, naming)
    rows = read_truth(table, listing, naming, unlabelled=unlabelled) if table else None
    name = Path(table.name).name if table else ""
    return hospital_of(listing, rows, name, meanings=meanings, unlabelled=unlabelled)


def hospital_of(
    listing: Listing,
    rows: pd.DataFrame | None,
    table: str = "",
    *,
    meanings: Meanings | None = None,
    unlabelled: bool = False,
) -> Hospital:
    """Join files with rows of ``read_truth``; as ``read_hospital``.

    Args:
        listing: of the files.
        rows: None where the first folder of each path is its truth.
        table: name of the table that the rows are of.
        meanings: of ``labels.read_labels``.
        unlabelled: whether images without truth are enough.
    """
    rows = (_by_folders(listing) if rows is None else rows).reset_index(drop=True)
    rows["label"] = classes_of(rows["word"], meanings or {})
    rows["status"], rows["reason"] = JUDGED, ""
    if listing.called:
        _forget_names(rows)
    _find_files(rows, listing)
    _mark(rows, rows["label"].isna(), UNLABELLED, "no truth is given")
    _mark(rows, rows["label"] == LEFT_OUT, OUT, "the table of labels gives its word no class")
    _mark_doubles(rows, "path", "the row of {first} is given before")
    rows["sha256"] = _digests(rows, listing)
    _mark_doubles(rows, "sha256", "the same picture as {first}")
    kept = rows["status"].isin((JUDGED, UNLABELLED)).to_numpy()
    frame = _completed(rows, Path(listing.name).resolve().name)[kept].reset_index(drop=True)
    _note_patients(rows, frame)
    if not (frame["label"].notna().any() or (unlabelled and len(frame))):
        counts = ", ".join(f"{n} {status}" for status, n in rows["status"].value_counts().items())
        raise DataError(
            "No image of {folder} can be judged ({counts}): give a table with a file and its "
            "truth a row, or a folder a class.",
            folder=listing.name,
            counts=counts or Message("no picture"),
        )
    files = rows.assign(truth=rows["word"], label=rows["label"].where(rows["label"].notna(), ""))
    files = files.reindex(columns=list(FILES_COLUMNS), fill_value="")
    return Hospital(listing, frame, files, table)


def _by_folders(listing: Listing) -> pd.DataFrame:
    """The pictures of a folder, whose first sub-folder is their truth."""
    paths = [listing.real_path(path) for path in listing.pictures()]
    words = [path.partition("/")[0] if "/" in path else "" for path in paths]
    return pd.DataFrame({"file": paths, "word": words}, dtype=object)


def _forget_names(rows: pd.DataFrame) -> None:
    """Number the patients and sources, and put classes for words: each may name a patient."""
    for column, kind in (("patient_id", "patient"), ("source", "source")):
        if column in rows:
            given = rows[column] != ""
            numbers = pd.factorize(rows[column].where(given, None))[0] + 1
            rows[column] = [f"{kind}-{n:05d}" if n else "" for n in numbers]
    rows["word"] = rows["label"].fillna("")


def _find_files(rows: pd.DataFrame, listing: Listing) -> None:
    """Give each row the path of its file, or say why it has none."""
    found = rows["file"].map(listing.find)
    counts = found.map(len)
    rows["path"] = [
        one[0] if len(one) == 1 else "" if listing.called else cell
        for one, cell in zip(found, rows["file"], strict=True)
    ]
    _mark(rows, counts == 0, MISSING, "no such file in the folder")
    for number in sorted(set(counts[counts > 1])):
        why = f"{number} files are called so: give the path"
        _mark(rows, counts == number, MISSING, why)
    _mark(rows, rows["path"].isin(listing.outside), MISSING, "the file lies outside the folder")


def _mark(rows: pd.DataFrame, where: pd.Series, status: str, reason: str) -> None:
    """Give rows that are still to be judged a status with its reason."""
    here = where.to_numpy(bool) & (rows["status"] == JUDGED).to_numpy()
    rows.loc[here, ["status", "reason"]] = [status, reason]


def _mark_doubles(rows: pd.DataFrame, column: str, reason: str) -> None:
    """Keep the first of rows that share a value, none of them where their truths differ."""
    open_rows = rows[rows["status"].isin((JUDGED, UNLABELLED)) & (rows[column] != "")]
    for _, same in open_rows.groupby(column, sort=False):
        if len(same) == 1:
            continue
        truths = sorted(set(same["label"].dropna()))
        first = str(same["path"].iloc[0])
        if len(truths) > 1:
            why = f"{reason.format(first=first)}, with another truth ({' and '.join(truths)})"
            rows.loc[same.index, ["status", "reason"]] = [CONTRADICTION, why]
            continue
        keep = same.index[same["label"].notna()][:1] if truths else same.index[:1]
        doubles = same.index.difference(keep)
        first = str(same.loc[keep[0], "path"])
        rows.loc[doubles, ["status", "reason"]] = [DUPLICATE, reason.format(first=first)]


def _digests(rows: pd.DataFrame, listing: Listing) -> list[str]:
    """The digest of each file, "" where it is missing or cannot be read, which asking will say."""

    def digest(path: str) -> str:
        try:
            return sha256(listing.source(path).load())
        except RadiographError:
            return ""

    there = rows["status"] != MISSING
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda p, ok: digest(p) if ok else "", rows["path"], there))


def _completed(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """The columns of a data set; an unknown patient is the image alone."""
    frame = rows[["path", "label", "sha256", *(c for c in RECORDED if c in rows)]].copy()
    given = rows["patient_id"] if "patient_id" in rows else pd.Series("", index=rows.index)
    frame["patient_known"] = given != ""
    frame["patient_id"] = given.where(given != "", rows["path"])
    frame["original"] = rows["path"].map(lambda path: PurePosixPath(path).name)
    source = rows["source"] if "source" in rows else pd.Series("", index=rows.index)
    frame["source"] = source.where(source != "", name)
    pictures = rows["sha256"].where(rows["sha256"] != "", rows["path"])
    frame["patient_id"] = merge_duplicates(frame.assign(sha256=pictures))
    return frame


def _note_patients(rows: pd.DataFrame, frame: pd.DataFrame) -> None:
    """Say of images that are judged where their patient has others of another class."""
    known = frame[frame["patient_known"] & frame["label"].notna()]
    classes = known.groupby("patient_id")["label"].agg(lambda labels: sorted(set(labels)))
    several = dict(classes[classes.map(len) > 1])
    of_path = dict(zip(known["path"], known["patient_id"], strict=True))
    for row, path in rows["path"][rows["status"] == JUDGED].items():
        if (patient := of_path.get(path)) in several:
            truths = " and ".join(several[patient])
            rows.loc[row, "reason"] = f"its patient has images of {truths}"
