"""Radiographs with the table of their truth, as they were uploaded or loaded; never on a disk."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field

from covid_model.common.classes import CLASS_NAMES
from covid_model.common.errors import DataError
from covid_model.common.messages import Message
from covid_model.data.hospital.listing import Listing
from covid_model.data.hospital.table import METADATA, TABLES, Table
from covid_model.imaging.archives import Source, is_archive, list_files, open_archive
from covid_model.imaging.no_picture import is_no_picture
from dashboard.session import cases

# Not their names, which may be patients'.
ZIP, TABLE, FILES = Message("the zip"), Message("the table"), Message("the loaded files")
MAX_TABLE = 8 * 2**20  # bytes


@dataclass(frozen=True)
class Upload:
    """What a visitor gave.

    Attributes:
        kind: ``ZIP``, or ``TABLE`` for the files of the session.
        tables: of files and truth, by their names in the zip.
        pictures: of the zip; none for a table alone.
        size: bytes that are held.
    """

    kind: str
    tables: dict[str, Table] = field(default_factory=dict)
    pictures: tuple[Source, ...] = ()
    size: int = 0

    def listing(self) -> Listing:
        """The radiographs that a table may name: by numbers, as a name may be a patient's."""
        return Listing.without_names(ZIP, self.pictures) if self.kind == ZIP else of_session()


def of_zip(data: bytes) -> Upload:
    """List a zip of radiographs with a table, or with a folder a class.

    Args:
        data: the zip, which is held as long as its files are asked for.

    Raises:
        DataError: if it is none, or there is no room for it.
        RadiographError: if it is damaged.
    """
    if not is_archive(data):
        raise DataError("The file is no zip: pack the radiographs with their table into one.")
    if len(data) > cases.room():
        raise DataError(
            "There is no room for this zip beside the files that are loaded: a session holds "
            "{size} MiB. Remove some, or evaluate a folder with python -m covid_model evaluate.",
            size=cases.MAX_BYTES >> 20,
        )
    files = _unwrapped(list_files(open_archive(io.BytesIO(data))))
    tables = [file for file in files if file.name.lower().endswith(TABLES)]
    pictures = tuple(file for file in files if not is_no_picture(file))
    if METADATA in (names := [file.name for file in tables]):
        tables = [tables[names.index(METADATA)]]
    found = {file.name: Table(TABLE, file.load()) for file in tables}
    return Upload(ZIP, found, pictures, len(data))


def of_table(name: str, data: bytes) -> Upload:
    """Take a table of the files of the session with their truth.

    Raises:
        DataError: if it is too large for one.
    """
    if len(data) > MAX_TABLE:
        raise DataError(
            "The table is too large: expected at most {size} MiB.", size=MAX_TABLE >> 20
        )
    return Upload(TABLE, {name: Table(TABLE, data)}, size=len(data))


def of_session() -> Listing:
    """The files of the session, without samples; in the order of the page."""
    files = [case for case in cases.by_key().values() if not case.sample]
    return Listing.without_names(FILES, [Source.whole(case.name, case.load) for case in files])


def _unwrapped(files: Sequence[Source]) -> list[Source]:
    """Leave out a folder around all files, unless it is a class."""
    while files:
        tops = {file.name.partition("/")[0] for file in files}
        [top, *others] = tops
        if others or top.casefold() in CLASS_NAMES or not all("/" in f.name for f in files):
            break
        files = [Source(f.name.partition("/")[2], f.load, f.start) for f in files]
    return list(files)
