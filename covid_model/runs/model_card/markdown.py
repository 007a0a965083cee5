"""The pieces of Markdown that a model card is made of."""

from collections.abc import Mapping, Sequence
from typing import Any

NOT_REPORTED = "*not reported*"  # what a card says where the run does not know


def table(rows: Sequence[Mapping[str, str]]) -> str:
    """Write rows as a table, a blank cell as ``NOT_REPORTED``; without rows that word alone."""
    if not rows:
        return NOT_REPORTED
    lines = [list(rows[0]), ["---"] * len(rows[0])]
    lines += [[cell(value) for value in row.values()] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def bullets(sentences: Sequence[str]) -> str:
    """Write sentences as a list, those that are not empty."""
    return "\n".join(f"- {one}" for one in sentences if one)


def cell(words: Any) -> str:
    """Put words into one cell; a sign that would end it is escaped."""
    said = " ".join(str(words).split()).replace("|", r"\|")
    return said or NOT_REPORTED


def percent(share: float | None) -> str:
    """Format a share of [0, 1] in percent, "" where it is undefined."""
    return "" if share is None else f"{100 * share:.1f} %"


def number(value: float | None, digits: int = 3) -> str:
    """Format a figure without unit, "" where it is undefined."""
    return "" if value is None else f"{value:.{digits}f}"


def with_interval(row: Mapping[str, Any], name: str, *, share: bool = True) -> str:
    """Format a figure with its interval where the row has one, as "89.9 % (88.1 to 91.5)".

    Args:
        row: of a report, with ``name`` and ``<name>_interval``; either may be missing.
        name: of the figure.
        share: whether it is a share of [0, 1], to be given in percent.

    Returns:
        "" where the figure is missing or undefined.
    """
    known, interval = row.get(name), row.get(f"{name}_interval")
    said = percent(known) if share else number(known)
    if known is None or interval is None:
        return said
    ends = [f"{100 * end:.1f}" if share else f"{end:.3f}" for end in interval]
    return f"{said} ({' to '.join(ends)})"
