"""Tables as CSV files, safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from covid_model.common.disclaimer import NOTICE
from dashboard.components.formatting import TO
from dashboard.components.text import NO_BREAK, NOTHING, unplain

Rows = list[dict[str, str]]


def to_csv(rows: Rows) -> str:
    """Write a table's rows as CSV: as they are read on screen, with the notice in each.

    What is undefined stays empty.
    """
    cells = (
        {name: "" if cell == NOTHING else _breakable(cell) for name, cell in row.items()}
        for row in rows
    )
    return with_notice(rows[0], cells)


def with_notice(columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Write rows as CSV with the notice in a last column."""
    out = io.StringIO()
    writer = csv.DictWriter(out, [*columns, "notice"])  # ends lines as RFC 4180 has it
    writer.writeheader()
    writer.writerows({**row, "notice": NOTICE} for row in rows)
    return out.getvalue()


def _breakable(cell: str) -> str:
    return unplain(cell).replace(NO_BREAK, " ").replace(TO, "-")
