"""Files of a folder, or of an upload that is never written, found by what a table calls them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
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
        name: of the folder, which errors call it by.
        files: each file by its path in the folder, with slashes, in natural order; by a number
            where the listing is ``without_names``.
        called: path -> the path that tables call it by, where that is another.
        outside: paths that a link leads out of the folder.
    """

    name: str
    files: Mapping[str, Source]
    called: Mapping[str, str] = field(default_factory=dict)
    outside: frozenset[str] = frozenset()
    _named: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list), repr=False)

    def __post_init__(self) -> None:
        """Note by what names each file may be found."""
        for path in self.files:
            file = PurePosixPath(self.real_path(path))
            for name in {str(file), file.name, file.stem}:
                self._named[name.casefold()].append(path)

    @classmethod
    def of(cls, folder: Path) -> Self:
        """List a folder.

        Raises:
            DataError: if there is none.
        """
        if not folder.is_dir():
            raise DataError(
                "{folder} is no folder: give the one that holds the radiographs.", folder=folder
            )
        found = sorted((one.parts for one in walk(folder, is_junk) if one.parts), key=in_order)
        paths, inside = ["/".join(parts) for parts in found], folder.resolve()
        outside = {p for p in paths if not (folder / p).resolve().is_relative_to(inside)}
        files = {path: _source(path, folder / path) for path in paths}
        return cls(str(folder), files, outside=frozenset(outside))

    @classmethod
    def without_names(cls, name: str, sources: Sequence[Source]) -> Self:
        """List files of an upload, whose names may be patients', by numbers in their place.

        Args:
            name: of the upload.
            sources: the files.
        """
        called = {f"image-{n:05d}": source.name for n, source in enumerate(sources, 1)}
        files = {
            path: Source(path, source.load, source.start)
            for path, source in zip(called, sources, strict=True)
        }
        return cls(name, files, called)

    def real_path(self, path: str) -> str:
        """The path by which a table calls a file."""
        return self.called.get(path, path)

    def find(self, cell: str) -> list[str]:
        """The files that a cell may mean: by their path, else by name, without ending or case."""
        name = cell.strip().replace("\\", "/").removeprefix("./")
        if name in self.files:
            return [name]
        found = self._named.get(name.casefold(), [])
        return [path for path in found if self.real_path(path) == name] or found

    def pictures(self) -> list[str]:
        """The files that are not plainly something else."""
        return [path for path, source in self.files.items() if not is_no_picture(source)]

    def source(self, path: str) -> Source:
        """A file to read, by its path in the folder."""
        return self.files[path]


def _source(path: str, file: Path) -> Source:
    return Source(printable(path), partial(_read, file), partial(_start, file))


def _read(file: Path) -> bytes:
    with readable():
        check_bytes(file.stat().st_size)
        return file.read_bytes()


def _start(file: Path) -> bytes:
    with readable(), file.open("rb") as stream:
        return stream.read(START)
