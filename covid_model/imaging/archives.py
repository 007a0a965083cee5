"""Safe reading of untrusted zip archives."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import IO, NoReturn, Self
from zipfile import ZipFile, ZipInfo

from covid_model.common.errors import RadiographError
from covid_model.common.messages import Message
from covid_model.imaging.filenames import in_order, is_junk, parts_of
from covid_model.imaging.foreign import DOCUMENT, OFFICE

STARTS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
DOCUMENT_PARTS = {"[Content_Types].xml", "mimetype"}  # of office documents, which are zips
MAX_CONTENTS = 8 * 2**20  # bytes of the table of contents, which is held whole: some 80 000 files
MAX_FILES = 100_000  # with those of archives inside
MAX_INNER = 256 * 2**20  # bytes of an archive inside, which is held whole
MAX_RATIO, NO_BOMB = 200, 2**20  # radiographs pack to a third, zeros to a thousandth; bytes
DOS_FOLDER = 0x10  # attribute of a folder
LOCKED = 0x41  # flags of a file: by a password, by strong encryption
START = 4096  # bytes that tell a file's kind, of a DICOM file its modality


@dataclass(frozen=True)
class Source:
    """One file to read.

    Attributes:
        name: the path to show; nothing is ever opened by it.
        load: returns the bytes; raises ``RadiographError`` where they cannot be had.
        start: returns the first of them, likewise.
    """

    name: str
    load: Callable[[], bytes]
    start: Callable[[], bytes]

    @classmethod
    def whole(cls, name: str, load: Callable[[], bytes]) -> Self:
        """A file whose first bytes are read with all the others."""
        return cls(name, load, load)

    @classmethod
    def refused(cls, name: str, error: RadiographError) -> Self:
        """A file that cannot be read, which loading it says."""

        def refuse() -> NoReturn:
            raise error

        return cls.whole(name, refuse)


def is_archive(start: bytes) -> bool:
    """Whether a file that starts so is a zip."""
    return start[:4] in STARTS


def open_archive(stream: IO[bytes]) -> ZipFile:
    """Open an archive whose table of contents is small enough to hold.

    Raises:
        RadiographError: if it is damaged, or the table too large.
    """
    careful = _Careful(stream)
    try:
        archive = ZipFile(careful)
        length = stream.seek(0, io.SEEK_END)
        overlap = sum(info.compress_size for info in archive.infolist()) > length
    except RadiographError:
        raise
    except Exception as error:  # damaged archives make zipfile raise almost anything
        raise RadiographError("The zip archive is damaged or cut short: copy it again.") from error
    if not DOCUMENT_PARTS.isdisjoint(archive.namelist()):
        raise RadiographError(Message(DOCUMENT, name=OFFICE))
    if overlap:  # the same bytes stand for many files, as in a bomb
        raise RadiographError("The zip archive is damaged: its files overlap. Make it again.")
    careful.limit = None
    return archive


def list_files(archive: ZipFile, *, inside: bool = False) -> list[Source]:
    """List an archive's files in order, without junk; those of an archive inside it, too.

    Args:
        archive: by ``open_archive``; stays open as long as the sources are used.
        inside: it is itself inside another, so that those in it are refused.

    Raises:
        RadiographError: if it holds too many files, or all are locked with a password.
    """
    inner = lru_cache(maxsize=1)(partial(_inner, archive))  # only the last one opened is held
    sources: list[Source] = []
    for name, info in _wanted(archive):
        if not name.lower().endswith(".zip"):
            start = partial(_unpack, archive, info, START)
            sources.append(Source(name, partial(_load, archive, info), start))
        elif inside:
            sources.append(Source.whole(name, _refuse_third))
        else:
            sources += _of_inner(inner, name, info)
        if len(sources) > MAX_FILES:
            _refuse_many()
    return sources


class _Careful:
    """A file that refuses to give more than ``limit`` bytes at once, while there is one."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream = stream
        self.limit: int | None = MAX_CONTENTS

    def read(self, size: int = -1) -> bytes:
        if self.limit is not None and size > self.limit:
            _refuse_many()
        return self.stream.read(size)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self.stream.seek(offset, whence)

    def __getattr__(self, name: str) -> object:
        return getattr(self.stream, name)


def _wanted(archive: ZipFile) -> list[tuple[str, ZipInfo]]:
    """The names to show with the entries of files, in order."""
    named = [(parts_of(info.filename), info) for info in archive.infolist()]
    above = {tuple(parts[:depth]) for parts, _ in named for depth in range(1, len(parts))}
    entries = [
        (parts, info)
        for parts, info in named
        if parts and not is_junk(parts) and not _is_folder(info, holds=tuple(parts) in above)
    ]
    if entries and all(info.flag_bits & LOCKED for _, info in entries):
        raise RadiographError(
            "The zip archive is locked with a password: unpack it yourself, then give the files."
        )
    entries.sort(key=lambda entry: in_order(entry[0]))
    return [("/".join(parts), info) for parts, info in entries]


def _is_folder(info: ZipInfo, *, holds: bool) -> bool:
    """Whether an entry is a folder, which some programs end with a backslash or only mark as one.

    Args:
        info: the entry.
        holds: other entries lie under its name.
    """
    marked = info.filename.endswith("\\") or info.external_attr & DOS_FOLDER or holds
    return info.is_dir() or (bool(marked) and not info.file_size)


def _load(archive: ZipFile, info: ZipInfo) -> bytes:
    from covid_model.imaging.reader import check_bytes  # imports NumPy

    check_bytes(info.file_size)
    return _unpack(archive, info, info.file_size + 1)


def _unpack(archive: ZipFile, info: ZipInfo, size: int) -> bytes:
    """Return the first ``size`` bytes of a file; it gives at most what its entry states."""
    if info.flag_bits & LOCKED:
        raise RadiographError(
            "The file is locked with a password: unpack the archive yourself, then give the file."
        )
    if info.file_size > max(NO_BOMB, MAX_RATIO * info.compress_size):
        raise RadiographError(
            "The file would unpack to more than {ratio} times its size, as no radiograph does: "
            "make the archive again without it.",
            ratio=MAX_RATIO,
        )
    try:
        with archive.open(info) as stream:
            return stream.read(size)
    except NotImplementedError:
        raise RadiographError(
            "The file is packed in a way that cannot be read here: unpack the archive yourself, "
            "then give the file."
        ) from None
    except Exception as error:  # damaged files make zipfile raise almost anything
        raise RadiographError(
            "The file cannot be unpacked, as it is damaged: make the archive again."
        ) from error


def _inner(archive: ZipFile, info: ZipInfo) -> list[Source]:
    if info.file_size > MAX_INNER:
        raise RadiographError(
            "Expected an archive of at most {limit} MiB in the archive. Received: {size} MiB. "
            "Give it alone.",
            limit=MAX_INNER >> 20,
            size=info.file_size >> 20,
        )
    data = _unpack(archive, info, info.file_size + 1)
    return list_files(open_archive(io.BytesIO(data)), inside=True)


def _of_inner(inner: Callable[[ZipInfo], list[Source]], name: str, info: ZipInfo) -> list[Source]:
    try:
        names = [source.name for source in inner(info)]
    except RadiographError as error:
        return [Source.refused(name, error)]
    if not names:
        return [Source.refused(name, empty_archive())]

    def load(place: int) -> bytes:
        return inner(info)[place].load()

    def start(place: int) -> bytes:
        return inner(info)[place].start()

    return [
        Source(f"{name}/{inner_name}", partial(load, place), partial(start, place))
        for place, inner_name in enumerate(names)
    ]


def empty_archive() -> RadiographError:
    """What to say of an archive without a picture."""
    return RadiographError(
        "The zip archive holds no picture: make it again with the radiographs in it."
    )


def _refuse_third() -> NoReturn:
    raise RadiographError(
        "An archive in an archive in an archive is not opened: unpack the outer ones yourself."
    )


def _refuse_many() -> NoReturn:
    raise RadiographError(
        "The zip archive holds far too many files: give folders of it one by one."
    )
