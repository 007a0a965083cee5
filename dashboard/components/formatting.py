"""Values with their 95 % intervals as text, the same way in every table."""

from collections.abc import Iterable, Mapping
from typing import Any

from covid_model.common.metrics import POINTS, SHARE, Metric, Unit
from covid_model.common.value_format import ValueFormat
from dashboard.components.text import NO_BREAK, NOTHING
from dashboard.i18n.translate import t, written

Row = Mapping[str, Any]  # of a report, an audit or a comparison
TO = "\u2011"  # a hyphen that no line ends at


def _between(low: str, high: str) -> str:
    if low[0] not in "+-":
        return f"{low}{TO}{high}"
    # no minus beside a dash
    return t("{low} to {high}", low=low, high=high).replace(" ", NO_BREAK)


FORMAT = ValueFormat(NOTHING, f"{NO_BREAK}%", written, _between)


def metric_cells(row: Row, metrics: Iterable[Metric], *, short: bool = False) -> dict[str, str]:
    """Return a row's metrics with their intervals by their headings in the visitor's language.

    Args:
        row: of a report.
        metrics: which of them.
        short: whether room for the headings is scarce.
    """
    return {
        t(metric.short_title if short else metric.title): FORMAT.with_interval(
            row, metric.key, metric.unit
        )
        for metric in metrics
    }


def share(row: Row, name: str) -> str:
    """Format a share of [0, 1] in percent, such as "89.9 % (88.1-91.5)".

    A line may end between the two. The interval is left out where the row has no
    ``<name>_interval``, as in older reports.
    """
    return FORMAT.with_interval(row, name, SHARE)


def interval(row: Row, name: str) -> str:
    """Format the interval of a share of [0, 1] alone, such as "88.1-91.5"; "" without one."""
    return FORMAT.interval(row, name, SHARE)


def value(row: Row, name: str, *, digits: int = 3) -> str:
    """Format a value without unit, such as "0.975 (0.968-0.981)"."""
    return FORMAT.with_interval(row, name, _plain(digits))


def points(row: Row, name: str) -> str:
    """Format a difference of two shares in percentage points, such as "+2.1 (+0.5 to +3.7)"."""
    return FORMAT.with_interval(row, name, POINTS)


def count(number: int | None) -> str:
    """Format a number of images or patients; a dash where it is unknown."""
    return NOTHING if number is None else written(number, ",")


def number(value: float | None, digits: int = 3) -> str:
    """Format a value without unit; a dash where it is undefined."""
    return FORMAT.value(value, _plain(digits))


def _plain(digits: int) -> Unit:
    return Unit(1, f",.{digits}f")
