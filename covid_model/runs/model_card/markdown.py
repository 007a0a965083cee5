"""Markdown of what a run says, as text alone, in tables, lists and values."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass, replace
from typing import Any

from covid_model.common.metrics import SHARE, VALUE, Metric, Unit
from covid_model.common.value_format import ValueFormat

FORMAT = ValueFormat("", " %", format, "{} to {}".format)
ENDS = re.compile(r"[\t-\r\x1c-\x1f\x85\u2028\u2029]+")  # of lines, and tabs
WORD = re.compile(r"[^\W_][\w-]*")  # no Markdown, whatever stands beside it
SIGNS = re.compile(r"([\\`*_\[\]<>$~|#&]|^[-+=](?=\s|$|[-+=])|(?<=^\d)[.)](?=\s|$))")
# A joiner without width parts what is found in a text after its signs were unescaped: addresses
# that begin with a scheme or www, those of mail, and the names of icons, emoji and colours.
PARTED = re.compile(r"(:)(?!\s|$|(?<=\d:)\d\d(?!\d))|(\bwww)(?=\.)", re.IGNORECASE)
MAIL = re.compile(r"(?<=[\w.+-])@(?=[\w-])")
JOINER = "\u2060"
NOT_REPORTED = "*not reported*"  # what a card says where the run does not know


def as_text(words: str) -> str:
    """Escape words that a run or a file says, so that Markdown shows them as they are, in one line.

    Nothing in them becomes a link, an image, HTML, mathematics, an icon, an emoji or a colour,
    neither by CommonMark with GitHub's extensions nor by Streamlit's own.
    """
    line = ENDS.sub(" ", words).strip()
    escaped = SIGNS.sub(r"\\\1", line)
    parted = PARTED.sub(lambda found: found[0] + JOINER, escaped)
    return MAIL.sub(JOINER + "@", parted)


def raw_text(escaped: str) -> str:
    """Undo ``as_text``, for a place that is no Markdown."""
    return re.sub(r"\\([\\`*_\[\]<>$~|#&=+.)-])", r"\1", escaped.replace(JOINER, ""))


def in_code(escaped: str) -> str:
    """Show words that were escaped by ``as_text`` as code, in which only a backtick is a sign."""
    return "`" + raw_text(escaped).replace("`", "'") + "`"


def all_as_text(value: Any) -> Any:
    """Escape every text in a value of JSON or a dataclass, keys too; single words stay."""
    if isinstance(value, str):
        return value if WORD.fullmatch(value) else as_text(value)
    if isinstance(value, Mapping):
        return {all_as_text(key): all_as_text(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(map(all_as_text, value))
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{key: all_as_text(inner) for key, inner in asdict(value).items()})
    return value


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
    line = " ".join(str(words).split())
    line = re.sub(r"(?<!\\)\|", r"\|", line)
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
