"""Markdown tables, lists and values for a model card."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from covid_model.common.metrics import SHARE, VALUE, Metric, Unit
from covid_model.common.value_format import ValueFormat

FORMAT = ValueFormat("", " %", format, "{} to {}".format)
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
    return "\n".join(f"- {sentence}" for sentence in sentences if sentence)


def cell(words: Any) -> str:
    """Put words into one cell; a sign that would end it is escaped."""
    line = " ".join(str(words).split()).replace("|", r"\|")
    return line or NOT_REPORTED


def percent(share: float | None) -> str:
    """Format a share of [0, 1] in percent, "" where it is undefined."""
    return FORMAT.value(share, SHARE)


def number(value: float | None, digits: int = 3) -> str:
    """Format a value without unit, "" where it is undefined."""
    return FORMAT.value(value, Unit(1, f".{digits}f"))


def with_interval(row: Mapping[str, Any], name: str, *, share: bool = True) -> str:
    """Format a value with its interval where the row has one, as "89.9 % (88.1 to 91.5)".

    Args:
        row: of a report, with ``name`` and ``<name>_interval``; either may be missing.
        name: key of the value.
        share: whether it is a share of [0, 1], to be given in percent.

    Returns:
        "" where the value is missing or undefined.
    """
    return FORMAT.with_interval(row, name, SHARE if share else VALUE)


def metric_cells(row: Mapping[str, Any], metrics: Iterable[Metric]) -> dict[str, str]:
    """Return a row's metrics with their intervals by their headings in a card."""
    return {
        metric.card_title: FORMAT.with_interval(row, metric.key, metric.unit) for metric in metrics
    }
