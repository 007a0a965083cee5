"""Rows of a batch in CSV and Parquet files."""

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO

from covid_model.cli.parts.job import Row
from covid_model.common.errors import UsageError
from covid_model.common.system.cache import write_whole
from covid_model.serving.batch_table import COLUMNS as OF_A_FILE

COLUMNS = (*OF_A_FILE, "sha256")
NUMBERS = (*(name for name in OF_A_FILE if name.startswith("p_")), "novelty", "seconds")


def writer(stream: TextIO) -> "csv.DictWriter[str]":
    """Return what writes rows to a stream."""
    return csv.DictWriter(stream, COLUMNS, lineterminator="\n")


def write_csv(path: Path, rows: Iterable[Row]) -> None:
    """Write a whole table or nothing."""

    def write(partial_path: Path) -> None:
        with partial_path.open("w", newline="", encoding="utf-8") as stream:
            lines = writer(stream)
            lines.writeheader()
            lines.writerows(rows)

    write_whole(path, write)


def read_csv(path: Path) -> Iterator[Row]:
    """Yield the whole rows of a table; a line that a crash cut short is none.

    Raises:
        UsageError: if it is another table.
    """
    with path.open(newline="", encoding="utf-8", errors="replace") as stream:
        reader = csv.DictReader(stream)
        if reader.fieldnames and tuple(reader.fieldnames) != COLUMNS:
            raise _other(path)
        yield from (row for row in reader if None not in row and None not in row.values())


def require_parquet() -> None:
    """Refuse to begin where nothing can write Parquet.

    Raises:
        UsageError: with the remedy.
    """
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError as error:
        raise UsageError(
            f"A Parquet table takes the package pyarrow ({error}): pip install pyarrow, or name a "
            "table that ends with .csv."
        ) from None


def csv_to_parquet(source: Path, path: Path) -> None:
    """Write a CSV table as Parquet, some rows at a time; empty numbers are missing ones."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv
    from pyarrow import parquet

    types = {name: pa.float64() if name in NUMBERS else pa.string() for name in COLUMNS}

    def write(partial_path: Path) -> None:
        batches = arrow_csv.open_csv(
            source,
            parse_options=arrow_csv.ParseOptions(newlines_in_values=True),
            convert_options=arrow_csv.ConvertOptions(column_types=types),
        )
        with batches, parquet.ParquetWriter(partial_path, batches.schema) as out:
            for batch in batches:
                out.write_batch(batch)

    write_whole(path, write)


def parquet_bytes(rows: Iterable[Row]) -> bytes:
    """Return rows as a Parquet table, of the same types as ``csv_to_parquet``."""
    import pyarrow as pa
    from pyarrow import parquet

    lines = list(rows)
    columns = {
        name: pa.array([float(row[name]) if row[name] else None for row in lines], pa.float64())
        if name in NUMBERS
        else pa.array([row[name] for row in lines], pa.string())
        for name in COLUMNS
    }
    stream = io.BytesIO()
    parquet.write_table(pa.table(columns), stream)
    return stream.getvalue()


def read_parquet(path: Path | str, data: bytes | None = None) -> Iterator[Row]:
    """Yield the rows of a Parquet table as those of a CSV table.

    Args:
        path: of the table.
        data: its bytes, where they were read already.

    Raises:
        UsageError: if it is another table.
    """
    import pyarrow as pa
    from pyarrow import parquet

    try:
        table = parquet.ParquetFile(path if data is None else io.BytesIO(data))
    except pa.ArrowInvalid:
        raise _other(path) from None
    with table:
        if tuple(table.schema_arrow.names) != COLUMNS:
            raise _other(path)
        for batch in table.iter_batches():
            yield from ({name: _text(row[name]) for name in COLUMNS} for row in batch.to_pylist())


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _other(path: Path | str) -> UsageError:
    return UsageError(
        f"{path} is another table, or one of an earlier version: name a new one, or go without "
        "--resume, which writes it anew."
    )
