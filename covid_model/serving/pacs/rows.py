"""Table of what the networks say of a PACS's films, which goes on after a stop or a crash."""

import csv
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from covid_model.common.errors import UsageError
from covid_model.serving.batch_table import COLUMNS


class Rows:
    """Rows by file; those of a file that has some already are not written again."""

    def __init__(self, stream: TextIO, written: set[str]) -> None:
        """Write to an open stream whose header is written; see ``open``."""
        self._stream, self._written = stream, written
        self._writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")

    @classmethod
    @contextmanager
    def open(cls, path: Path | None, fallback: TextIO) -> "Iterator[Rows]":
        """Open a table to append to, a new one where there is none.

        A last line that a crash cut short is dropped: its file is not done, and comes again.

        Args:
            path: of the table, None for ``fallback``.
            fallback: a stream to write to instead.

        Raises:
            UsageError: if the file is another table.
        """
        if path is None:
            rows = cls(fallback, set())
            rows._writer.writeheader()
            yield rows
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+", encoding="utf-8", newline="") as stream:
            written = _resume(stream, path)
            rows = cls(stream, written)
            if not stream.tell():
                rows._writer.writeheader()
            yield rows

    def write(self, file: str, rows: Sequence[dict[str, str]]) -> None:
        """Write the rows of one file, unless it has some."""
        if file in self._written:
            return
        self._writer.writerows(rows)
        self._stream.flush()
        self._written.add(file)


def _resume(stream: TextIO, path: Path) -> set[str]:
    """Return the files that have rows; leave the stream at the end of the last whole line."""
    stream.seek(0)
    text = stream.read()
    whole = text[: text.rfind("\n") + 1]
    lines = list(csv.DictReader(whole.splitlines()))
    if text and (
        not whole or tuple(csv.DictReader(whole.splitlines()).fieldnames or ()) != COLUMNS
    ):
        raise UsageError(f"{path} is another table: name a new one.")
    if len(whole) < len(text):
        os.truncate(path, len(whole.encode()))
    stream.seek(0, os.SEEK_END)
    return {line["file"] for line in lines}
