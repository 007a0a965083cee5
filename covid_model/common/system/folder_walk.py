"""Every file under a folder, also those that cannot be read, each with the reason."""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from covid_model.common.errors import RadiographError

SPECIAL = {  # opening one of these may block, or do something
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}
Parts = tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """A file under a folder, or a folder that is not gone through.

    Attributes:
        parts: the path below the folder; none for the folder itself.
        problem: why it cannot be read, None for a file that may be opened.
    """

    parts: Parts
    problem: RadiographError | None = None


def walk(folder: Path, unwanted: Callable[[Parts], bool]) -> Iterator[Found]:
    """Yield the files under a folder, in no order, without opening any.

    A linked folder is gone through after all others, once: a link to a folder that was gone
    through, such as one above it, is yielded with the reason, as are folders that cannot be
    listed, links that lead nowhere, and what is no file.

    Args:
        folder: where to begin; it exists.
        unwanted: whether to leave out a file by its parts; of a folder, by those of any file in it.
    """
    seen: set[tuple[int, int] | str] = set()
    folders: list[Parts] = [()]
    links: list[Parts] = []
    while folders or links:
        if not folders:
            links.sort(reverse=True)
        parts = folders.pop() if folders else links.pop()
        try:
            entries = _list(folder.joinpath(*parts), seen)
        except RadiographError as problem:
            yield Found(parts, problem)
            continue
        for entry in entries:
            inside = (*parts, entry.name)
            is_folder, reason = _look_at(Path(entry.path))
            if unwanted((*inside, "file") if is_folder else inside):
                continue
            if is_folder:
                (links if entry.is_symlink() else folders).append(inside)
            else:
                yield Found(inside, reason)


def status_of(path: Path) -> os.stat_result:
    """Return what a path, or what it links to, is, without opening it.

    Raises:
        RadiographError: if it cannot be reached, or is neither a file nor a folder.
    """
    with readable():
        try:
            status = path.stat()
        except OSError as error:
            if not path.is_symlink():
                raise
            raise RadiographError(
                "The link leads to no file ({error}): put the file itself here.",
                error=error.strerror,
            ) from error
    kind = SPECIAL.get(stat.S_IFMT(status.st_mode))
    if kind:
        raise RadiographError(
            "Expected a file. Received: {kind}, which is not opened. Save what it gives as a file.",
            kind=kind,
        )
    return status


@contextmanager
def readable() -> Iterator[None]:
    """Say in a block that reads a file that it cannot be read.

    Raises:
        RadiographError: from the system's error.
    """
    try:
        yield
    except OSError as error:
        raise RadiographError(
            "The file cannot be read ({error}): check that it may be opened.",
            error=error.strerror,
        ) from error


def _look_at(path: Path) -> tuple[bool, RadiographError | None]:
    """Whether a path is a folder, and why it cannot be read."""
    try:
        return stat.S_ISDIR(status_of(path).st_mode), None
    except RadiographError as problem:
        return False, problem


def _list(folder: Path, seen: set[tuple[int, int] | str]) -> list[os.DirEntry[str]]:
    """List a folder that was not ``seen``, and note it there.

    Raises:
        RadiographError: if it was seen, or cannot be listed.
    """
    try:
        status = folder.stat()
        # Where a file system numbers nothing, the path without its links tells folders apart.
        same = (status.st_dev, status.st_ino) if status.st_ino else os.path.realpath(folder)
        if same in seen:
            raise RadiographError(
                "The link leads to a folder whose files are listed already: they are not read "
                "twice."
            )
        seen.add(same)
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError as error:
        raise RadiographError(
            "The folder cannot be listed ({error}): check that it may be opened.",
            error=error.strerror,
        ) from error
