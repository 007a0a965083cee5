"""Table of a batch: CSV that grows file by file, or Parquet made of it at the end."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from errno import EISDIR
from itertools import groupby
from pathlib import Path
from typing import TextIO

from covid_model.cli.parts import table_files
from covid_model.cli.parts.job import Row
from covid_model.common.errors import UsageError
from covid_model.common.system import stopping

PARQUET = ".parquet"
Write = Callable[[Iterable[Row]], None]


class Table:
    """Where the rows of a batch go, with the note beside it.

    Attributes:
        path: of the table, None for the standard output.
        note: what the note beside it says; the same note is one of the same networks.
    """

    def __init__(self, path: Path | None, note: str) -> None:
        """Name the table.

        Raises:
            UsageError: if it is to be Parquet and nothing can write that.
        """
        self.path, self.note = path, note
        self._parquet = path is not None and path.suffix.lower() == PARQUET
        if self._parquet:
            table_files.require_parquet()

    def earlier(self) -> list[list[Row]]:
        """Return the rows of the table that is there, a list a file; none where there is none.

        Raises:
            UsageError: if it is another table, or was written by other networks.
        """
        if self.path is None:
            raise UsageError("--resume goes on with a table: name it with --out FILE.")
        growing = _growing(self.path) if self._parquet else self.path
        if growing.exists():  # of Parquet, what a crash left
            rows = table_files.read_csv(growing)
        elif self.path.exists():
            rows = table_files.read_parquet(self.path)
        else:
            return []
        beside = _note_beside(self.path)
        note = beside.read_text("utf-8", errors="replace") if beside.exists() else None
        check_note(self.path, beside, note, now=self.note)
        return [list(of_file) for _, of_file in groupby(rows, lambda row: row["file"])]

    @contextmanager
    def writing(self, kept: Sequence[Row], files: Sequence[str]) -> Iterator[Write]:
        """Give what writes the rows of a file; a stop, a crash or a full disk takes none of them.

        Args:
            kept: rows of the earlier table, which come first as long as it grows.
            files: what column ``file`` may say, in the order in which the rows are in the end.
        """
        if self.path is None:
            yield _begin(sys.stdout)
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if self.path.is_dir():
            raise IsADirectoryError(EISDIR, os.strerror(EISDIR), str(self.path))
        growing = _growing(self.path) if self._parquet else self.path
        if kept:
            table_files.write_csv(growing, kept)
        with growing.open("a" if kept else "w", newline="", encoding="utf-8") as stream:
            _note_beside(self.path).write_text(self.note, "utf-8")
            try:
                yield _begin(stream, header=not kept)
            finally:
                stream.close()
                with stopping.held():
                    self._end(growing, files if kept else ())

    def _end(self, growing: Path, files: Sequence[str]) -> None:
        """Put the rows in order where that is wanted, and write Parquet of them."""
        if self.path is None:
            return
        if files:
            place = {file: number for number, file in enumerate(files)}
            rows = sorted(
                table_files.read_csv(growing),
                key=lambda row: place.get(row["file"], len(place)),
            )
            table_files.write_csv(growing, rows)
        if self._parquet:
            table_files.csv_to_parquet(growing, self.path)
            growing.unlink()


def check_note(path: Path | str, beside: Path | str, note: str | None, *, now: str) -> None:
    """Refuse to go on with a table of other networks.

    Args:
        path: of the table.
        beside: where its note lies.
        note: what that says, None where there is none.
        now: what it would say of the networks that are asked.

    Raises:
        UsageError: naming both.
    """
    if note is None:
        raise UsageError(
            f"{beside} is missing, which says what {path} was written with: name a new table."
        )
    if note == now:
        return
    here, there = (_first_words(text) for text in (now, note))
    if here == there:
        here = "The networks or the profile have the same names here, but are others."
    raise UsageError(
        f"{path} cannot be gone on with. Of it: {there} Now: {here} Name a new table, or go "
        "without --resume, which writes it anew."
    )


def _growing(path: Path) -> Path:
    return path.with_name(f"{path.name}.rows.csv")


def _note_beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.notice.txt")


def _first_words(note: str) -> str:
    """The line after the notice, which names run, networks and profile."""
    return (note.splitlines()[2:3] or ["nothing is known."])[0]


def _begin(stream: TextIO, *, header: bool = True) -> Write:
    lines = table_files.writer(stream)
    if header:
        lines.writeheader()

    def write(rows: Iterable[Row]) -> None:
        lines.writerows(rows)
        stream.flush()

    return write
