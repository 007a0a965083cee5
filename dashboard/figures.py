"""Figures with their 95 % intervals as text, the same way in every table."""

from collections.abc import Callable, Mapping
from typing import Any

from dashboard.text import NO_BREAK, percent

Row = Mapping[str, Any]
NOTHING = "–"
TO = "\u2011"  # a hyphen that no line ends at


def share(row: Row, name: str) -> str:
    """Format a share of [0, 1] in percent, such as "89.9 % (88.1-91.5)".

    A line may end between the two. The interval is left out where the row has no
    ``<name>_interval``, as in older reports.
    """
    return _figure(row, name, percent, lambda end: f"{100 * end:.1f}")


def value(row: Row, name: str, *, digits: int = 3) -> str:
    """Format a figure without unit, such as "0.975 (0.968-0.981)"."""
    return _figure(row, name, lambda known: number(known, digits), lambda end: f"{end:.{digits}f}")


def points(row: Row, name: str) -> str:
    """Format a difference of two shares in percentage points, such as "+2.1 (+0.5 to +3.7)"."""
    return _figure(
        row,
        name,
        lambda known: NOTHING if known is None else f"{100 * known:+.1f}",
        lambda end: f"{100 * end:+.1f}",
    )


def number(known: float | None, digits: int = 3) -> str:
    """Format a figure without unit; a dash where it is undefined."""
    return NOTHING if known is None else f"{known:.{digits}f}"


def _figure(row: Row, name: str, show: Callable, show_end: Callable[[float], str]) -> str:
    """A figure with its interval, each in one piece."""
    known, interval = row.get(name), row.get(f"{name}_interval")
    if known is None or interval is None:
        return show(known)
    ends = [show_end(end) for end in interval]
    to = f"{NO_BREAK}to{NO_BREAK}" if ends[0][0] in "+-" else TO  # no minus beside a dash
    return f"{show(known)} ({to.join(ends)})"
