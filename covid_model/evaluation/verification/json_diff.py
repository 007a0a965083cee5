"""Differences of two JSON values, in sentences."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# Metrics have six digits: another processor may round the last of them otherwise.
LAST_DIGIT = 1.01e-6
LONGEST, MOST_NAMED = 60, 12
ABSENT = object()


@dataclass(frozen=True)
class Differences:
    """How what is written in a file differs from what is computed.

    Attributes:
        file: the file's name.
        changed: (path, written, computed) of each value that differs.
        lacking: paths that are computed and not written, each table's rows as one.
        surplus: paths that are written and not computed, likewise.
    """

    file: str
    changed: tuple[tuple[str, Any, Any], ...]
    lacking: tuple[str, ...]
    surplus: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.changed or self.lacking or self.surplus)

    @property
    def earlier(self) -> bool:
        """Whether values are only missing, as in a file of an earlier version."""
        return bool(self.lacking) and not self.changed


def count(value: Any) -> int:
    """How many numbers, texts or nulls a JSON value holds."""
    if isinstance(value, Mapping):
        return sum(map(count, value.values()))
    return sum(map(count, value)) if isinstance(value, list) else 1


def compare(file: str, written: Mapping[str, Any], computed: Mapping[str, Any]) -> Differences:
    """Compare what a file has with what it should have.

    Args:
        file: name of the file.
        written: its content.
        computed: what it should say.
    """
    changed: list[tuple[str, Any, Any]] = []
    lacking: dict[str, None] = {}
    surplus: dict[str, None] = {}
    for path, before, after in _differences(written, computed):
        if before is ABSENT:
            lacking[_without_rows(path)] = None
        elif after is ABSENT:
            surplus[_without_rows(path)] = None
        else:
            changed.append((path, before, after))
    return Differences(file, tuple(changed), tuple(lacking), tuple(surplus))


def sentences(differences: Differences, *, remedy: str) -> list[str]:
    """Name what differs, each changed value with the computed one.

    Args:
        differences: of one file.
        remedy: the command that brings a file up to date which only lacks values, "" for a file
            that is not as it was written.
    """
    file = differences.file
    lines = [
        f"{file}: {path} is {_short(written)}, computed {_short(computed)}."
        for path, written, computed in differences.changed
    ]
    if differences.earlier and remedy:
        lines.append(f"{file} was written by an earlier version: run `{remedy}`.")
    elif differences.lacking:
        lines.append(
            f"{file} lacks {_listed(differences.lacking)}: an earlier version wrote it, or it is "
            "damaged. Make the run again."
        )
    if differences.surplus:
        lines.append(
            f"{file} has {_listed(differences.surplus)}, which this version does not compute."
        )
    return lines


def _differences(written: Any, computed: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield each difference: its path, both values, ``ABSENT`` for a key that is not there."""
    if isinstance(written, Mapping) and isinstance(computed, Mapping):
        for key in {**computed, **written}:
            before, after = written.get(key, ABSENT), computed.get(key, ABSENT)
            yield from _differences(before, after, f"{path}.{key}" if path else str(key))
    elif isinstance(written, list) and isinstance(computed, list):
        if len(written) != len(computed):
            yield f"the length of {path}", len(written), len(computed)
        for row, (before, after) in enumerate(zip(written, computed, strict=False)):
            yield from _differences(before, after, f"{path}[{_name(after, row)}]")
    elif not _same(written, computed):
        yield path, written, computed


def _same(written: Any, computed: Any) -> bool:
    numbers = [value for value in (written, computed) if isinstance(value, int | float)]
    if len(numbers) == 2 and float in map(type, numbers):
        return math.isclose(written, computed, rel_tol=0, abs_tol=LAST_DIGIT)
    return type(written) is type(computed) and written == computed


def _listed(paths: tuple[str, ...]) -> str:
    rest = [f"{len(paths) - MOST_NAMED} more"] if len(paths) > MOST_NAMED else []
    return ", ".join([*paths[:MOST_NAMED], *rest])


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def _without_rows(path: str) -> str:
    return re.sub(r"\[.*?\]", "", path)


def _name(row: Any, place: int) -> str:
    """What a row of a table is called: its first value where that is a text, else its place."""
    first = next(iter(row.values()), None) if isinstance(row, Mapping) else None
    return first if isinstance(first, str) else str(place)
