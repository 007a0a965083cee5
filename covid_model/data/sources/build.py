"""From the public sources' archives to a data folder that training reads."""

import csv
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from covid_model.common.classes import CLASS_NAMES
from covid_model.common.errors import DataError
from covid_model.data.duplicates.perceptual_hash import LIMIT
from covid_model.data.sources.download import Fetched, alone, disk_full_explained, fetch
from covid_model.data.sources.registry import SOURCES
from covid_model.data.sources.unpack import Picture, drop_copies, unpack
from covid_model.runs import write_json

COLUMNS = (
    *("path", "label", "finding", "source", "patient_id", "view", "age", "sex"),
    *("original", "licence", "width", "height", "sha256"),
)
DROPPED_COLUMNS = (
    *("source", "original", "reason", "detail", "equals", "bits"),
    *("finding", "view", "patient_id"),
)
UNCHECKED = "No digest was known beforehand: the one found is recorded, nothing was compared."


@dataclass(frozen=True)
class Built:
    """A data folder that is whole.

    Attributes:
        folder: where it is.
        downloads: where the archives stay.
        pictures: every picture of the sources, kept or dropped, in the order of the tables.
        fetched: the archive of each key of ``SOURCES`` that was asked for.
    """

    folder: Path
    downloads: Path
    pictures: tuple[Picture, ...]
    fetched: Mapping[str, Fetched]


def build(out: Path | str, urls: Mapping[str, str | None]) -> Built:
    """Download sources, then write ``metadata.csv``, ``dropped.csv``, ``sources.json``, images.

    Archives stay in the folder beside ``out`` whose name ends in "-downloads". ``out`` appears
    when all is written; a call that is killed leaves nothing under that name.

    Args:
        out: the folder to make; it may exist if it is empty.
        urls: for each source wanted, in order of preference between copies of one radiograph,
            its URL or a local file; None for the source's own.

    Raises:
        DataError: with the cause, then what to do.
    """
    out = Path(out).resolve()
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise DataError(
            f"{out} already holds files and is never overwritten: give another --out, or move "
            "it away."
        )
    downloads = out.with_name(f"{out.name}-downloads")
    with alone(downloads):
        fetched = {key: _fetch(key, url, downloads) for key, url in urls.items()}
        with _folder_to_be(out) as folder, disk_full_explained(out.parent):
            taken = [picture for key in fetched for picture in unpack(key, fetched[key], folder)]
            pictures = drop_copies(taken, folder)
            if not any(picture.entry.label for picture in pictures):
                raise DataError("The archives hold no usable radiograph: check the URLs.")
            _write_table(folder / "metadata.csv", COLUMNS, _rows(pictures, kept=True))
            _write_table(folder / "dropped.csv", DROPPED_COLUMNS, _rows(pictures, kept=False))
            write_json(folder / "sources.json", _provenance(taken, pictures, fetched))
    return Built(out, downloads, tuple(pictures), fetched)


def summary(built: Built) -> str:
    """Say in lines for a terminal what was built, what was dropped, what was not checked."""
    kept = [picture for picture in built.pictures if picture.entry.label]
    patients = len({picture.entry.patient_id for picture in kept})
    lines = [f"{built.folder}: {len(kept)} radiographs of {patients} patients"]
    for key in built.fetched:
        labels = Counter(picture.entry.label for picture in kept if picture.key == key)
        counts = ", ".join(f"{labels[name]} {name}" for name in CLASS_NAMES)
        lines.append(f"  {SOURCES[key].name}: {counts}")
    reasons = Counter(picture.entry.reason for picture in built.pictures if picture.entry.reason)
    lines.append(f"Dropped, each with its reason in dropped.csv: {reasons.total()}")
    lines += [f"  {count} {reason}" for reason, count in reasons.most_common()]
    for key, fetched in built.fetched.items():
        if not _checked(key, fetched):
            name = SOURCES[key].name
            lines.append(f"{name}, SHA-256 {fetched.sha256} (in sources.json). {UNCHECKED}")
    if built.downloads.exists():
        lines.append(f"The archives stay in {built.downloads}: delete them when you like.")
    return "\n".join(lines)


def _fetch(key: str, url: str | None, downloads: Path) -> Fetched:
    source = SOURCES[key]
    url = url or source.url
    expected = source.sha256 if url == source.url else ""  # another may hold another archive
    return fetch(url, downloads, name=source.name, sha256=expected)


def _checked(key: str, fetched: Fetched) -> bool:
    return fetched.checked or fetched.sha256 == SOURCES[key].sha256


@contextmanager
def _folder_to_be(out: Path) -> Iterator[Path]:
    """Yield a hidden folder that becomes ``out`` when the block ends well."""
    folder = out.with_name(f".{out.name}.unfinished")
    shutil.rmtree(folder, ignore_errors=True)  # of a call that was killed
    folder.mkdir(parents=True)
    try:
        yield folder
        if out.is_dir():
            out.rmdir()  # it is empty: not every system renames onto a folder
        folder.rename(out)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _rows(pictures: Iterable[Picture], *, kept: bool) -> Iterator[dict[str, object]]:
    for picture in pictures:
        if bool(picture.entry.label) == kept:
            own = {**vars(picture), **asdict(picture.entry)}
            yield {**own, "path": picture.path, "source": SOURCES[picture.key].name}


def _write_table(path: Path, columns: tuple[str, ...], rows: Iterable[dict[str, object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _provenance(
    taken: Iterable[Picture], pictures: Iterable[Picture], fetched: Mapping[str, Fetched]
) -> dict[str, object]:
    """What ``sources.json`` says: whence each archive came, how pictures were judged."""
    merged = {
        before.entry.patient_id: after.entry.patient_id
        for before, after in zip(taken, pictures, strict=True)
        if after.entry.label and before.entry.patient_id != after.entry.patient_id
    }
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "sources": [
            {
                "name": SOURCES[key].name,
                "title": SOURCES[key].title,
                "url": archive.url,
                "sha256": archive.sha256,
                "checked": _checked(key, archive),
                "note": "" if _checked(key, archive) else UNCHECKED,
            }
            for key, archive in fetched.items()
        ],
        "duplicates": {"hash": "ImageHash phash, 256 bits", "limit": LIMIT},
        "patients_merged": merged,
    }
