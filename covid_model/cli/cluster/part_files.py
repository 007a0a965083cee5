"""Folder of Parquet files that many workers write: each file whole, each radiograph in one."""

import hashlib
import os
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from covid_model.cli.cluster.files import is_url, open_store
from covid_model.cli.parts import table_files
from covid_model.cli.parts.job import Row

NAME = re.compile(r"part-[0-9]+-of-([0-9]+)\.parquet")
NOTE = "_notice.txt"  # readers of Parquet folders leave out what begins with _ or .
PARTIAL = ".partial-"
FILES = 256  # of a part, at most about; what a worker that dies has to do again
PARTS_A_WORKER = 8  # at least, so that all of them end at about the same time


@dataclass(frozen=True)
class PartFiles:
    """A local folder, or one of an object store.

    Attributes:
        place: absolute path, or URL.
    """

    place: str

    def count(self) -> int | None:
        """Return into how many parts the radiographs are divided, None where no part is there."""
        parts = (NAME.fullmatch(name) for name in self._names())
        return next((int(part[1]) for part in parts if part), None)

    def read_note(self) -> str | None:
        """Return what the folder was written with, None where nothing says so."""
        data = self._read(NOTE)
        return None if data is None else data.decode("utf-8", "replace")

    def write_note(self, note: str) -> None:
        """Note what the folder is written with; it is made where it is not there."""
        if is_url(self.place):
            store, path = open_store(self.place)
            store.makedirs(path, exist_ok=True)
        else:
            Path(self.place).mkdir(parents=True, exist_ok=True)
        self._write(NOTE, note.encode())

    def read(self, name: str) -> list[list[Row]]:
        """Return the rows of a part, a list a file; none where the part is not there.

        Raises:
            UsageError: if it is another table.
        """
        data = self._read(name)
        if data is None:
            return []
        rows = table_files.read_parquet(f"{self.place}/{name}", data)
        return [list(of_file) for _, of_file in groupby(rows, lambda row: row["file"])]

    def write(self, name: str, rows: Iterable[Row]) -> None:
        """Write a part whole, in place of an earlier one; two who write it at once do no harm."""
        self._write(name, table_files.parquet_bytes(rows))

    def sweep(self) -> None:
        """Remove what workers that died had begun to write."""
        if not is_url(self.place):
            for path in Path(self.place).glob(f"{PARTIAL}*"):
                path.unlink(missing_ok=True)

    def _names(self) -> list[str]:
        if not is_url(self.place):
            folder = Path(self.place)
            return os.listdir(folder) if folder.exists() else []  # noqa: PTH208
        store, path = open_store(self.place)
        return [name.rsplit("/")[-1] for name in (store.find(path) if store.exists(path) else ())]

    def _read(self, name: str) -> bytes | None:
        try:
            if not is_url(self.place):
                return Path(self.place, name).read_bytes()
            store, path = open_store(self.place)
            data: bytes = store.cat_file(f"{path}/{name}")
        except FileNotFoundError:
            return None
        return data

    def _write(self, name: str, data: bytes) -> None:
        """Write a file whole or not at all, also where the machine loses its power."""
        if is_url(self.place):
            store, path = open_store(self.place)
            store.pipe_file(f"{path}/{name}", data)  # of an object store: whole or not at all
            return
        partial = Path(self.place, f"{PARTIAL}{secrets.token_hex(8)}-{name}")
        try:
            with partial.open("wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            partial.replace(Path(self.place, name))
        except OSError:
            partial.unlink(missing_ok=True)
            raise


def parts_of(files: int, *, workers: int) -> int:
    """Into how many parts to divide so many files."""
    return max(1, -(-files // FILES), min(files, PARTS_A_WORKER * workers))


def name_of(file: str, *, parts: int) -> str:
    """Name of the part that a file belongs to, whatever other files there are."""
    digest = hashlib.sha256(os.fsencode(file)).digest()
    number = int.from_bytes(digest[:8], "big") % parts
    return f"part-{number:06d}-of-{parts:06d}.parquet"
