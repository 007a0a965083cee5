"""Figures with their 95 % intervals as text, the same way in every table."""

from collections.abc import Callable, Mapping
from typing import Any

from dashboard.components.text import NO_BREAK, percent
from dashboard.i18n import translate
from dashboard.i18n.translate import t, written

Row = Mapping[str, Any]
NOTHING = "–"
TO = "\u2011"  # a hyphen that no line ends at


def share(row: Row, name: str) -> str:
    """Format a share of [0, 1] in percent, such as "89.9 % (88.1-91.5)".

    A line may end between the two. The interval is left out where the row has no
    ``<name>_interval``, as in older reports.
    """
    return _figure(row, name, percent, lambda end: written(100 * end, ".1f"))


def value(row: Row, name: str, *, digits: int = 3) -> str:
    """Format a figure without unit, such as "0.975 (0.968-0.981)"."""
    return _figure(row, name, lambda known: number(known, digits), lambda end: number(end, digits))


def points(row: Row, name: str) -> str:
    """Format a difference of two shares in percentage points, such as "+2.1 (+0.5 to +3.7)"."""
    return _figure(
        row,
        name,
        lambda known: NOTHING if known is None else written(100 * known, "+.1f"),
        lambda end: written(100 * end, "+.1f"),
    )


def number(known: float | None, digits: int = 3) -> str:
    """Format a figure without unit; a dash where it is undefined."""
    return NOTHING if known is None else translate.number(known, digits)


def _figure(row: Row, name: str, show: Callable, show_end: Callable[[float], str]) -> str:
    """A figure with its interval, each in one piece."""
    known, interval = row.get(name), row.get(f"{name}_interval")
    if known is None or interval is None:
        return show(known)
    ends = [show_end(end) for end in interval]
    if ends[0][0] in "+-":  # no minus beside a dash
        low, high = ends
        between = t("{low} to {high}", low=low, high=high).replace(" ", NO_BREAK)
    else:
        between = TO.join(ends)
    return f"{show(known)} ({between})"
