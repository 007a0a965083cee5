"""Files of a batch for a cluster: local paths, or objects of a store by their URL."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from covid_model.common.errors import RadiographError, UsageError
from covid_model.imaging.archives import START, Source
from covid_model.imaging.filenames import is_junk, printable
from covid_model.imaging.reader import check_bytes
from covid_model.serving.batch import Candidate, Listing, find, list_source

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem


@dataclass(frozen=True)
class StoredObject:
    """An object of a store, or an archive of files, that was found and not opened yet.

    Attributes:
        path: its URL.
        chosen: somebody named it itself, so that it is listed whatever it is.
    """

    path: str
    chosen: bool = False

    def listed(self, stack: ExitStack) -> Listing:
        """List the object, or the files of an archive, which ``stack`` closes."""
        store, path = open_store(self.path)
        source = Source(
            printable(self.path), partial(_load, store, path), partial(_start, store, path)
        )
        return list_source(source, partial(store.open, path, "rb"), stack, chosen=self.chosen)


File = Candidate | StoredObject


def is_url(path: str) -> bool:
    """Whether a path is one of a store that fsspec opens."""
    return "://" in path


def open_store(url: str) -> "tuple[AbstractFileSystem, str]":
    """Return the store of a URL with the path in it.

    Raises:
        UsageError: if nothing that is installed opens such a URL.
    """
    from fsspec.core import url_to_fs

    try:
        store, path = url_to_fs(url)
    except (ImportError, ValueError) as error:
        raise UsageError(f"{url} cannot be opened ({error}): install what opens it.") from None
    return store, path


def find_files(paths: Sequence[str]) -> list[File]:
    """Find the files of local paths and URLs, each once, without opening any.

    Local paths become absolute, as other machines know no working folder.

    Raises:
        UsageError: if a path does not exist, a store cannot be listed, or there is no file.
    """
    found: dict[str, File] = {}
    for path in paths:
        files: Sequence[File] = _find_objects(path) if is_url(path) else find(Path(path).absolute())
        for file in files:
            found.setdefault(str(file.path), file)
    if not found:
        raise UsageError(f"{', '.join(paths)} holds no file: give a folder that holds pictures.")
    return list(found.values())


def _find_objects(url: str) -> list[StoredObject]:
    store, root = open_store(url)
    try:
        if not store.isdir(root):
            if not store.exists(root):
                raise UsageError(f"{url} does not exist: give an object or a folder of them.")
            return [StoredObject(store.unstrip_protocol(root), chosen=True)]
        names = sorted(store.find(root))
    except UsageError:
        raise
    except Exception as error:  # stores have errors of their own
        raise UsageError(f"{url} cannot be listed ({_reason(error)}).") from None
    inside = {name: name[len(root) :].strip("/").split("/") for name in names}
    return [StoredObject(store.unstrip_protocol(n)) for n in names if not is_junk(inside[n])]


def _load(store: "AbstractFileSystem", path: str) -> bytes:
    with _readable():
        entry = store.info(path)
        if entry["type"] != "file":
            raise RadiographError("Expected a file. Received: {kind}.", kind=str(entry["type"]))
        check_bytes(entry["size"] or 0)
        data: bytes = store.cat_file(path)
    return data


def _start(store: "AbstractFileSystem", path: str) -> bytes:
    with _readable():
        data: bytes = store.cat_file(path, 0, START)
    return data


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except RadiographError:
        raise
    except Exception as error:  # stores have errors of their own; another try may go well
        raise RadiographError(
            "The file cannot be read ({error}): check that it may be opened.", error=_reason(error)
        ) from error


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or type(error).__name__
