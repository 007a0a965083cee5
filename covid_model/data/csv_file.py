"""CSV files as spreadsheets write them: any usual encoding, separator and quoting."""

import codecs
import csv
import io
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from covid_model.common.errors import DataError
from covid_model.common.messages import Message

SEPARATORS = ",;\t|"
# What a file starts with -> its encoding; of UTF-16 and UTF-32 the longer mark comes first.
MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # of .xlsx and .ods, of .xls
REMEDY = Message('In a spreadsheet save it as "CSV UTF-8".')
log = logging.getLogger(__name__)


def read_csv_file(path: Path, types: Mapping[str, type] | type | None = None) -> pd.DataFrame:
    """Read a file as ``read_csv_bytes`` does.

    Raises:
        DataError: if it cannot be read, too.
    """
    return read_csv_bytes(bytes_of(path), path, types)


def bytes_of(path: Path) -> bytes:
    """The bytes of a table.

    Raises:
        DataError: if it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(
            "{path} cannot be read ({reason}): check it.", path=path, reason=error.strerror
        ) from None


def read_csv_bytes(
    data: bytes, path: Path | str, types: Mapping[str, type] | type | None = None
) -> pd.DataFrame:
    """Read a table that a person may have written with a spreadsheet.

    Its text is UTF-8, or UTF-16 or UTF-32 with their byte order mark; what is none of them is taken
    for Windows-1252, with a warning. Its cells are parted by comma, semicolon (its numbers may then
    have a decimal comma), tab or bar, whichever its first line has most of. Rows and nameless
    columns without a word in them are left out.

    Args:
        data: the table's bytes.
        path: what errors call it by; the log, too, where it is a path.
        types: types of all columns or of some by name. Where all are ``str``, empty cells are "";
            otherwise they are missing.

    Raises:
        DataError: if it is empty or no text, two columns have one name, or a row has more cells
            than the first.
    """
    text = _text_of(path, data)
    separator = text[4:5] if text.startswith("sep=") else ""  # Excel's own hint
    if separator:
        text = text[5:]
    header = text.lstrip("\r\n").split("\n", 1)[0]
    separator = separator.strip("\r\n") or max(SEPARATORS, key=header.count)
    names, rows = _whole(path, _cells(path, text, separator))
    out = io.StringIO()
    csv.writer(out).writerows([names, *rows])
    out.seek(0)
    return pd.read_csv(
        out,
        dtype=types,
        keep_default_na=types is not str,
        decimal="," if separator == ";" else ".",
        low_memory=False,
    )


def _text_of(path: Path | str, data: bytes) -> str:
    if data.startswith(WORKBOOKS):
        raise DataError(
            "{path} is a workbook of a spreadsheet, no CSV file. {remedy}", path=path, remedy=REMEDY
        )
    encoding = next((name for mark, name in MARKS.items() if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-8":
            raise DataError(
                "{path} is damaged or cut short: no {encoding}. {remedy}",
                path=path,
                encoding=encoding,
                remedy=REMEDY,
            ) from None
        text = _of_windows(path, data, error)
    if "\0" in text:
        raise DataError(
            "{path} is no text in UTF-8, as it has zero bytes. {remedy}", path=path, remedy=REMEDY
        )
    if not text.strip(SEPARATORS + '" \r\n'):
        raise DataError("{path} is empty: write the table again.", path=path)
    return text


def _of_windows(path: Path | str, data: bytes, error: UnicodeDecodeError) -> str:
    byte, line = f"0x{data[error.start]:02X}", data[: error.start].count(10) + 1
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        raise DataError(
            "{path} is not in UTF-8 (byte {byte} in line {line}). {remedy}",
            path=path,
            byte=byte,
            line=line,
            remedy=REMEDY,
        ) from None
    log.warning(
        "%s is not in UTF-8 (byte %s in line %s) and is read as Windows-1252: check its accents. "
        "%s",
        path if isinstance(path, Path) else "A table",  # that of an upload may name a patient
        byte,
        line,
        REMEDY,
    )
    return text


def _cells(path: Path | str, text: str, separator: str) -> list[tuple[int, list[str]]]:
    """The rows in which anything is written, each with the number of its last line."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append((reader.line_num, row))
    except csv.Error as error:
        start = rows[-1][0] + 1 if rows else 1
        raise DataError(
            "{path} cannot be read as a table from line {line} on ({error}): look for a "
            "quotation mark that is never closed.",
            path=path,
            line=start,
            error=str(error),
        ) from None
    return rows


def _whole(
    path: Path | str, cells: Sequence[tuple[int, Sequence[str]]]
) -> tuple[list[str], list[list[str]]]:
    """The names of the columns with the rows, all of one length."""
    names = [name.strip() for name in cells[0][1]]
    while names and not names[-1] and not any("".join(row[len(names) - 1 :]) for _, row in cells):
        names.pop()
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise DataError(
            "{path} has two columns {name!r}: rename or remove one of them.",
            path=path,
            name=twice[0],
        )
    rows = []
    for line, row in cells[1:]:
        if any(row[len(names) :]):
            raise DataError(
                "{path} has {cells} cells in line {line}, but {columns} columns: put what holds "
                "the separator into quotation marks.",
                path=path,
                cells=len(row),
                line=line,
                columns=len(names),
            )
        rows.append([*row[: len(names)], *[""] * (len(names) - len(row))])
    return names, rows
