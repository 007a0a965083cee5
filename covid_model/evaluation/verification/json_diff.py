"""Where two JSON values differ, said in sentences."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

# Figures have six digits: another processor may round the last of them otherwise.
LAST_DIGIT = 1.01e-6
LONGEST, MOST_NAMED = 60, 12
ABSENT = object()


def count(value: Any) -> int:
    """How many figures, texts or nulls a JSON value holds."""
    if isinstance(value, Mapping):
        return sum(map(count, value.values()))
    return sum(map(count, value)) if isinstance(value, list) else 1


def sentences(file: str, written: Mapping[str, Any], computed: Mapping[str, Any]) -> list[str]:
    """Say what a file has otherwise than computed, each figure with both values.

    Args:
        file: name of the file.
        written: its content.
        computed: what it should say.
    """
    found, lacking, surplus = [], {}, {}
    for path, one, other in _differences(written, computed):
        if one is ABSENT:
            lacking[_without_rows(path)] = None
        elif other is ABSENT:
            surplus[_without_rows(path)] = None
        else:
            found.append(f"{file}: {path} is {_short(one)}, computed {_short(other)}.")
    if lacking:
        found.append(
            f"{file} lacks {_listed(lacking)}: an earlier version wrote it, or it is damaged. "
            "Make the run again."
        )
    if surplus:
        found.append(f"{file} has {_listed(surplus)}, which this version does not compute.")
    return found


def _differences(written: Any, computed: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield each difference: its path, both values, ``ABSENT`` for a key that is not there."""
    if isinstance(written, Mapping) and isinstance(computed, Mapping):
        for key in {**computed, **written}:
            one, other = written.get(key, ABSENT), computed.get(key, ABSENT)
            yield from _differences(one, other, f"{path}.{key}" if path else str(key))
    elif isinstance(written, list) and isinstance(computed, list):
        if len(written) != len(computed):
            yield f"the length of {path}", len(written), len(computed)
        for row, (one, other) in enumerate(zip(written, computed, strict=False)):
            yield from _differences(one, other, f"{path}[{_name(other, row)}]")
    elif not _same(written, computed):
        yield path, written, computed


def _same(one: Any, other: Any) -> bool:
    numbers = [value for value in (one, other) if isinstance(value, int | float)]
    if len(numbers) == 2 and float in map(type, numbers):
        return math.isclose(one, other, rel_tol=0, abs_tol=LAST_DIGIT)
    return type(one) is type(other) and one == other


def _listed(paths: Mapping[str, None]) -> str:
    shown = list(paths)[:MOST_NAMED]
    rest = [f"{len(paths) - len(shown)} more"] if len(paths) > len(shown) else []
    return ", ".join([*shown, *rest])


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def _without_rows(path: str) -> str:
    return re.sub(r"\[.*?\]", "", path)


def _name(row: Any, place: int) -> str:
    """What a row of a table is called: its first value where that is a text, else its place."""
    first = next(iter(row.values()), None) if isinstance(row, Mapping) else None
    return first if isinstance(first, str) else str(place)
