"""Files of a folder, found by what a table calls them."""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Self

from covid_model.common.errors import DataError
from covid_model.common.system.folder_walk import readable, walk
from covid_model.imaging.archives import START, Source
from covid_model.imaging.filenames import in_order, is_junk, printable
from covid_model.imaging.no_picture import is_no_picture
from covid_model.imaging.reader import check_bytes


@dataclass(frozen=True)
class Listing:
    """The files of a folder, without hidden ones and what systems leave behind.

    Attributes:
        folder: the folder.
        paths: relative to it, with slashes, in natural order.
    """

    folder: Path
    paths: tuple[str, ...]
    _named: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list), repr=False)

    @classmethod
    def of(cls, folder: Path) -> Self:
        """List a folder.

        Raises:
            DataError: if there is none.
        """
        if not folder.is_dir():
            raise DataError(f"{folder} is no folder: give the one that holds the radiographs.")
        found = sorted((one.parts for one in walk(folder, is_junk) if one.parts), key=in_order)
        listing = cls(folder, tuple("/".join(parts) for parts in found))
        for path in listing.paths:
            file = PurePosixPath(path)
            for name in {path, file.name, file.stem}:
                listing._named[name.casefold()].append(path)
        return listing

    def find(self, cell: str) -> list[str]:
        """The files that a cell may mean: by their path, else by name, without ending or case."""
        name = cell.strip().replace("\\", "/").removeprefix("./")
        found = self._named.get(name.casefold(), [])
        return [name] if name in found else found

    def pictures(self) -> list[str]:
        """The files that are not plainly something else."""
        return [path for path in self.paths if not is_no_picture(self.source(path))]

    def source(self, path: str) -> Source:
        """A file to read, by its path in the folder."""
        file = self.folder / path
        return Source(printable(path), partial(_read, file), partial(_start, file))


def _read(file: Path) -> bytes:
    with readable():
        check_bytes(file.stat().st_size)
        return file.read_bytes()


def _start(file: Path) -> bytes:
    with readable(), file.open("rb") as stream:
        return stream.read(START)
