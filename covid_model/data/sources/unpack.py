"""The pictures of one source's archive, each checked before it joins a data folder."""

import os
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import numpy as np
from tqdm import tqdm

from covid_model.common.errors import DataError, RadiographError
from covid_model.data.duplicates.perceptual_hash import copies, one_id_each, perceptual_hash
from covid_model.data.sources import registry
from covid_model.data.sources.download import Fetched, require_space, set_aside
from covid_model.data.sources.labels import covid_entries, kermany_entries
from covid_model.data.sources.registry import SOURCES, Entry
from covid_model.imaging.reader import check_bytes, read_radiograph

ENTRIES = {"covid": covid_entries, "kermany": kermany_entries}
MAX_TABLE = 64 * 2**20  # bytes
DAMAGED = (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


class _BrokenArchiveError(DataError):
    """A member cannot be unpacked."""


@dataclass(frozen=True, eq=False)
class Picture:
    """One image on its way into the data folder.

    Attributes:
        key: which of ``SOURCES``.
        entry: what the source says of it; ``entry.reason`` tells a dropped one from a kept one.
        detail: more on that reason.
        equals: the path of the image that this one is a copy of.
        bits: how far their hashes differ, "" when it is no copy.
        width: pixels, as ``height``; 0 until read.
        sha256: 64 hex digits, of the file.
        hash: uint64 (4,), perceptual.
    """

    key: str
    entry: Entry
    detail: str = ""
    equals: str = ""
    bits: int | str = ""
    width: int = 0
    height: int = 0
    sha256: str = ""
    hash: np.ndarray | None = None

    @property
    def path(self) -> str:
        """Where it goes, relative to the data folder."""
        return f"images/{SOURCES[self.key].name}/{self.entry.path}"

    def dropped(self, reason: str, detail: str = "") -> "Picture":
        """The same picture, left out."""
        return replace(self, entry=replace(self.entry, label="", reason=reason), detail=detail)


def unpack(key: str, fetched: Fetched, folder: Path) -> list[Picture]:
    """List what an archive holds, then copy what is a usable radiograph into ``folder``.

    Files are copied byte for byte. Nothing is written outside ``folder/images``.

    Args:
        key: which of ``SOURCES``.
        fetched: the archive.
        folder: the data folder to be.

    Returns:
        Every picture that the archive holds or its table names, with the reason where dropped.

    Raises:
        DataError: if the archive is damaged (a download is moved aside) or another one.
    """
    try:
        with ZipFile(fetched.path) as archive:
            pictures = _listed(key, archive)
            kept = [archive.getinfo(p.entry.member) for p in pictures if not p.entry.reason]
            require_space(folder, sum(info.file_size for info in kept))
            for parent in {(folder / p.path).parent for p in pictures if not p.entry.reason}:
                parent.mkdir(parents=True, exist_ok=True)
            take = partial(_take, archive, folder)
            return list(_in_threads(take, pictures, SOURCES[key].name))
    except (BadZipFile, _BrokenArchiveError) as error:
        if str(fetched.path) == fetched.url:
            remedy = "copy it again, or leave it to this command to download"
        else:
            remedy = (
                f"run the same command again to have it anew; it is now {set_aside(fetched.path)}"
            )
        raise DataError(
            f"{fetched.url} gave an archive that is damaged or no zip ({error}): {remedy}."
        ) from error


def drop_copies(pictures: Sequence[Picture], folder: Path) -> list[Picture]:
    """Keep the first picture of every radiograph; remove its copies from ``folder``.

    Patients of several ids who share a radiograph get one id.
    """
    rows = [row for row, picture in enumerate(pictures) if not picture.entry.reason]
    if not rows:
        return list(pictures)
    hashes = [pictures[row].hash for row in rows]
    copied = copies(np.stack([bits for bits in hashes if bits is not None]))
    ids = one_id_each(
        [pictures[row].entry.patient_id for row in rows],
        [(first, copy) for copy, (first, _) in copied.items()],
    )
    result = list(pictures)
    for place, row in enumerate(rows):
        picture = pictures[row]
        if place in copied:
            first, bits = copied[place]
            (folder / picture.path).unlink()
            result[row] = _as_copy(picture, pictures[rows[first]], bits)
        else:
            result[row] = replace(picture, entry=replace(picture.entry, patient_id=ids[place]))
    return result


def _as_copy(picture: Picture, first: Picture, bits: int) -> Picture:
    """Leave a copy out, saying where the two entries disagree."""
    details = [
        f"{word} there: {theirs}"
        for word, ours, theirs in (
            ("class", picture.entry.label, first.entry.label),
            ("patient", picture.entry.patient_id, first.entry.patient_id),
        )
        if ours != theirs
    ]
    out = picture.dropped(registry.DUPLICATE, "; ".join(details))
    return replace(out, equals=first.path, bits=bits)


def _listed(key: str, archive: ZipFile) -> list[Picture]:
    """The source's entries, each path once even where capital letters do not count."""
    names = [info.filename for info in archive.infolist() if not info.is_dir()]
    pictures, seen = [], set()
    for entry in ENTRIES[key](names, partial(_read, archive, limit=MAX_TABLE)):
        picture = Picture(key, entry)
        if not entry.reason and picture.path.casefold() in seen:
            picture = picture.dropped(registry.TWICE)
        if not picture.entry.reason:
            seen.add(picture.path.casefold())
        pictures.append(picture)
    return pictures


def _take(archive: ZipFile, folder: Path, picture: Picture) -> Picture:
    if picture.entry.reason:
        return picture
    member = picture.entry.member
    size = archive.getinfo(member).file_size
    try:
        check_bytes(size)
        data = _read(archive, member, limit=size)
        radiograph = read_radiograph(data, picture.entry.original)
    except RadiographError as error:
        return picture.dropped(registry.UNREADABLE, str(error))
    (folder / picture.path).write_bytes(data)
    height, width = radiograph.pixels.shape
    return replace(
        picture,
        width=width,
        height=height,
        sha256=radiograph.sha256,
        hash=perceptual_hash(radiograph.pixels),
    )


def _read(archive: ZipFile, name: str, *, limit: int) -> bytes:
    try:
        with archive.open(name) as stream:
            data = stream.read(limit + 1)
    except DAMAGED as error:
        raise _BrokenArchiveError(f"{name}: {error}") from error
    if len(data) > limit:
        raise _BrokenArchiveError(f"{name} has more than {limit} bytes")
    return data


def _in_threads(
    function: Callable[[Picture], Picture], items: Sequence[Picture], description: str
) -> Iterator[Picture]:
    """Map in order with a progress bar; on any error nothing more is begun."""
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        try:
            results = pool.map(function, items)
            yield from tqdm(results, description, len(items), unit="image", disable=None)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
