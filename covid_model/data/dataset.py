"""Labelled radiographs of a folder."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from covid_model.common.classes import CLASS_NAMES
from covid_model.common.errors import DataError
from covid_model.data.csv_file import read_csv_file
from covid_model.data.duplicates.disjoint_sets import DisjointSets
from covid_model.imaging.filenames import is_junk
from covid_model.imaging.preprocessing import INPUT_SIZE, Preprocessing
from covid_model.imaging.radiograph import Radiograph
from covid_model.imaging.reader import read_for_networks
from covid_model.inference.network_input import network_input
from covid_model.runs import sha256_of

COLUMNS = ("path", "label", "source", "patient_id", "original")
MOST_NAMED = 5  # folders that an error lists
TEXTS = (*COLUMNS, "view", "label_quality", "part")  # of metadata.csv, whatever they look like
SUFFIXES = {".png", ".jpg", ".jpeg", ".dcm", ".dicom"}


@dataclass(frozen=True)
class Dataset:
    """Labelled radiographs.

    Attributes:
        root: the folder that ``frame.path`` is relative to.
        frame: one row an image, with at least ``COLUMNS``, ``sha256`` of the file's bytes and
            ``group``, the patient after merging patients who share an identical file.
        patients_known: False when the folder does not say of any image which patient it shows;
            where it says so of some alone, the frame's ``patient_known`` (bool) tells which.
        left_out: paths that a split left out, see ``leaked_patients``.
        preprocessing: what happens to an image before it is a network's input.
    """

    root: Path
    frame: pd.DataFrame
    patients_known: bool
    left_out: tuple[str, ...] = ()
    preprocessing: Preprocessing = Preprocessing()

    def __len__(self) -> int:
        return len(self.frame)

    def rows(self, mask: np.ndarray | pd.Series) -> "Dataset":
        """The images where ``mask`` (bool, one an image) is true."""
        return replace(self, frame=self.frame[np.asarray(mask)].reset_index(drop=True))

    def take(self, numbers: np.ndarray) -> "Dataset":
        """The images with some row numbers, in their present order."""
        return self.rows(np.isin(np.arange(len(self)), numbers))

    @property
    def known(self) -> np.ndarray:
        """Whether it is known which patient an image shows, bool (n,)."""
        if "patient_known" in self.frame:
            return self.frame["patient_known"].to_numpy(bool)
        return np.full(len(self), self.patients_known)

    @property
    def fixed(self) -> np.ndarray:
        """Whether an image may be in no part but train, whatever the split, bool (n,)."""
        if "part" not in self.frame:
            return np.zeros(len(self), bool)
        return (self.frame["part"] == "train").to_numpy()

    @property
    def in_words(self) -> str:
        """How many images of how many patients, from which sources."""
        sources = ", ".join(sorted(self.frame["source"].unique()))
        return f"{self.count_in_words} ({sources})"

    @property
    def count_in_words(self) -> str:
        """How many images of how many patients, as far as these are known."""
        known, unknown = self.known, int((~self.known).sum())
        patients = f"{self.frame['group'][known].nunique()} patients"
        if not unknown:
            return f"{len(self)} radiographs of {patients}"
        if unknown == len(self):
            return f"{unknown} radiographs of unknown patients"
        return f"{len(self)} radiographs ({known.sum()} of {patients}, {unknown} of unknown ones)"

    @property
    def digest(self) -> str:
        """SHA-256 over every image's digest and label, whatever their order."""
        lines = sorted(f"{r.sha256} {r.label}" for r in self.frame.itertuples())
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    @property
    def labels(self) -> np.ndarray:
        """One-hot classes, float32 (n, 3)."""
        codes = self.frame["label"].map(CLASS_NAMES.index).to_numpy()
        return np.eye(len(CLASS_NAMES), dtype=np.float32)[codes]

    def inputs(self, rows: Sequence[int], *, size: int = INPUT_SIZE) -> np.ndarray:
        """Read images as network input, float32 (n, size, size, 3) in [0, 1]."""
        shown = (
            network_input(self.radiograph(row), size=size, preprocessing=self.preprocessing)
            for row in rows
        )
        return np.concatenate([each.image for each in shown])

    def pictures(self, description: str = "Reading") -> np.ndarray:
        """Read every image at input size as grey levels, uint8 (n, 237, 237)."""

        def grey(row: int) -> np.ndarray:
            return np.rint(self.inputs([row])[0, :, :, 0] * 255).astype(np.uint8)

        return self.stacked(grey, description)

    def stacked(self, of_row: Callable[[int], np.ndarray], description: str) -> np.ndarray:
        """What a function says of each row number, stacked; two threads behind a progress bar."""
        with ThreadPoolExecutor(2) as pool:
            bar = tqdm(pool.map(of_row, range(len(self))), description, len(self), unit="image")
            return np.stack(list(bar))

    def radiograph(self, row: int) -> Radiograph:
        """Read one image."""
        path = self.frame["path"].iloc[row]
        return read_for_networks((self.root / path).read_bytes(), path)


def read_dataset(root: Path | str) -> Dataset:
    """Read a folder with ``metadata.csv``, or with one sub-folder a class.

    ``metadata.csv`` needs ``path`` and ``label``; ``patient_id``, ``source``, ``original``,
    ``view`` (how the radiograph was taken: PA, AP...), ``sex``, ``age`` (years, or a range such as
    1-5), ``width`` and ``height`` (pixels), ``part`` (``train`` where an image may only be trained
    on, as where patients are unknown) and ``label_quality`` (what the label rests on) are used
    where they are given, and all other columns are kept.

    An image's patient is unknown where ``patient_id`` is empty, or where ``part`` lets all of its
    source only be trained on and each of its images has an id of its own.

    Raises:
        DataError: if the folder is neither, a column or file is missing, a file lies outside the
            folder or has several labels, or a label or part is unknown.
    """
    root = Path(root)
    check_folder(root)
    if (root / "metadata.csv").is_file():
        frame = read_csv_file(root / "metadata.csv", dict.fromkeys(TEXTS, str))
    else:
        frame = _class_folders(root)
    given = frame["patient_id"].notna() if "patient_id" in frame else False
    frame = _completed(frame, root)
    frame["patient_known"] = given & ~_only_trained_on(frame)
    frame["sha256"] = _file_digests(root, frame["path"])
    frame["group"] = merge_duplicates(frame)
    return Dataset(root, frame, bool(frame["patient_known"].any()))


def check_folder(root: Path) -> None:
    """Refuse a folder of radiographs by its entries alone, before anything slow begins.

    Raises:
        DataError: if it does not exist, or holds neither ``metadata.csv`` nor the class folders.
    """
    expected = f"Expected metadata.csv or the folders {', '.join(CLASS_NAMES)} in {root}."
    if not root.is_dir():
        raise DataError(f"{expected} Received: no such folder. Check the path.")
    if (root / "metadata.csv").is_file() or all((root / name).is_dir() for name in CLASS_NAMES):
        return
    names = sorted(path.name for path in root.iterdir() if path.is_dir())
    listed = ", ".join(names[:MOST_NAMED]) + (", ..." if len(names) > MOST_NAMED else "")
    raise DataError(
        f"{expected} Received a folder with neither"
        + (f", but with {listed}: rename its folders, or " if names else ": ")
        + "see the README on preparing data."
    )


def _class_folders(root: Path) -> pd.DataFrame:
    rows = [
        {"path": f"{name}/{path}", "label": name}
        for name in CLASS_NAMES
        for path in pictures_in(root / name)
    ]
    if not rows:
        raise DataError(f"Expected radiographs ({', '.join(sorted(SUFFIXES))}) in {root}.")
    return pd.DataFrame(rows)


def pictures_in(folder: Path) -> list[str]:
    """List the pictures of a folder by their names, without hidden files or what systems leave.

    Returns:
        Paths relative to the folder, in order.
    """
    paths = (path.relative_to(folder) for path in sorted(folder.rglob("*")) if path.is_file())
    return [
        path.as_posix()
        for path in paths
        if path.suffix.lower() in SUFFIXES and not is_junk(path.parts)
    ]


def absent_files(root: Path, paths: Iterable[str]) -> list[str]:
    """Those of some paths, relative to a folder, at which no file lies."""

    def is_file(path: Path) -> bool:
        try:
            return path.is_file()
        except OSError:  # its name is too long for any file
            return False

    return [path for path in paths if not is_file(root / path)]


def _completed(frame: pd.DataFrame, root: Path) -> pd.DataFrame:
    """Check the columns, then fill those that a small data set may leave out."""
    missing = [name for name in ("path", "label") if name not in frame]
    if missing:
        raise DataError(
            f"Expected the columns path, label in metadata.csv. Missing: {missing}. Received: "
            f"{', '.join(map(str, frame))}."
        )
    empty = [name for name in ("path", "label") if frame[name].isna().any()]
    if empty or not len(frame):
        problem = f"a row without {empty[0]}" if empty else "no row"
        raise DataError(
            f"Expected a path and a label in each row of metadata.csv. Received: {problem}. "
            "Fill it in or remove the row."
        )
    unknown = sorted(set(frame["label"].astype(str)) - set(CLASS_NAMES))
    if unknown:
        raise DataError(f"Expected labels of {', '.join(CLASS_NAMES)}. Received: {unknown}.")
    absent = absent_files(root, frame["path"])
    if absent:
        raise DataError(
            f"metadata.csv names {len(absent)} files that are not in {root}, the first is "
            f"{absent[0]}: restore them or remove their rows."
        )
    _check_files(root, frame)
    frame = frame.copy()
    for column, default in (
        ("source", pd.Series(root.name, index=frame.index)),
        ("original", frame["path"].map(lambda path: Path(path).name)),
        ("patient_id", frame["path"]),
    ):
        frame[column] = _filled(frame[column], default) if column in frame else default
    for column in ("view", "label_quality", "part"):
        if column in frame:
            frame[column] = _filled(frame[column], "").astype(str)
    _check_parts(frame)
    return frame


def _check_files(root: Path, frame: pd.DataFrame) -> None:
    """Refuse files outside the data folder, be it by a link, and a file with several labels."""
    files = frame["path"].map(lambda path: (root / path).resolve())
    inside = root.resolve()
    outside = frame["path"][[not file.is_relative_to(inside) for file in files]]
    if len(outside):
        raise DataError(
            f"metadata.csv names {len(outside)} files outside {root}, the first is "
            f"{outside.iloc[0]}: copy them into the folder, whose own files alone are read."
        )
    labels = frame["label"].groupby(files.map(str)).nunique()
    several = frame["path"][files.map(str).map(labels) > 1]
    if len(several):
        raise DataError(
            f"metadata.csv gives {several.nunique()} files more than one label, the first is "
            f"{several.iloc[0]}: keep the row that is right."
        )


def _filled(column: pd.Series, default: pd.Series | str) -> pd.Series:
    """A column with a default where it is empty, which may be all of it."""
    return column.astype(object).where(column.notna(), default)


def _check_parts(frame: pd.DataFrame) -> None:
    """Refuse a part that a row cannot keep."""
    others = sorted(set(frame["part"]) - {"", "train"}) if "part" in frame else []
    if others:
        raise DataError(
            "Expected train or nothing in the column part of metadata.csv. Received: "
            f"{', '.join(map(repr, others))}. Rename the column, and give a whole split with "
            "--split-file."
        )


def _only_trained_on(frame: pd.DataFrame) -> pd.Series:
    """True for the images of sources that may only be trained on, where each has its own id."""
    if "part" not in frame:
        return pd.Series(False, index=frame.index)
    sources = frame.groupby("source")
    every = (frame["part"] == "train").groupby(frame["source"]).transform("all")
    return every & (sources["patient_id"].transform("nunique") == sources["path"].transform("size"))


def _file_digests(root: Path, paths: pd.Series) -> list[str]:
    def digest(path: str) -> str:
        try:
            return sha256_of(root / path)
        except OSError as error:
            raise DataError(f"{root / path} cannot be read ({error.strerror}): check it.") from None

    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(digest, paths))


def merge_duplicates(frame: pd.DataFrame) -> pd.Series:
    """Patients who share a byte-identical file become one group: one person under two ids."""
    people = DisjointSets(frame["patient_id"])
    for _, patients in frame.groupby("sha256")["patient_id"]:
        for patient in patients.iloc[1:]:
            people.join(patient, patients.iloc[0])
    return frame["patient_id"].map(people.root)
