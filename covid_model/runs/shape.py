"""Shape of JSON values, held to the types that the formats of a run folder are written in."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    NotRequired,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)


@dataclass(frozen=True)
class Among:
    """Annotation of a text that is one of several words."""

    words: Collection[str]


@dataclass(frozen=True)
class Length:
    """Annotation of a list that has so many values."""

    values: int


def misfit(value: Any, expected: Any, path: str = "") -> str:
    """Say where a value first differs from a type, "" where it fits.

    Args:
        value: as ``json.loads`` returns it.
        expected: a type of a schema: a ``TypedDict``, whose further keys are free, or what its
            annotations are made of; None, bool, int, float, str, ``Any``, lists, tuples, mappings,
            unions, and ``Annotated`` with ``Among``, ``Length`` or a ``TypedDict``.
        path: of the value, such as "per_class[0].images".
    """
    if expected in _PLAIN:
        return "" if _is(value, expected) else _wrong(value, path)
    kind, arguments = get_origin(expected), get_args(expected)
    if kind in (NotRequired, Annotated):
        return misfit(value, arguments[0], path) or _unlike(value, arguments[1:], path)
    if kind in (Union, UnionType):
        found = [misfit(value, one, path) for one in arguments]
        return "" if "" in found else found[0]
    if is_typeddict(expected):
        return _record(value, expected, path)
    if kind in (list, tuple):
        return _items(value, [item for item in arguments if item is not ...], path)
    if kind in (dict, Mapping):
        return _mapping(value, arguments, path)
    return "" if _is(value, expected) else _wrong(value, path)


def _is(value: Any, expected: Any) -> bool:
    """Whether a value is of a plain type; a truth is no number, an integer is a float too."""
    if expected is Any:
        return True
    if isinstance(value, bool):
        return expected is bool
    if expected is float:
        return isinstance(value, int | float)
    return isinstance(value, NoneType if expected is None else expected)


def _record(value: Any, expected: Any, path: str) -> str:
    if not isinstance(value, Mapping):
        return _wrong(value, path)
    for key, hint in _hints(expected).items():
        place = f"{path}.{key}" if path else key
        if key in value:
            if found := misfit(value[key], hint, place):
                return found
        elif key in expected.__required_keys__:
            return f"{place} is missing"
    return ""


@cache
def _hints(expected: Any) -> dict[str, Any]:
    """The types of a ``TypedDict``'s values by their key."""
    return get_type_hints(expected, include_extras=True)


def _mapping(value: Any, kinds: tuple[Any, ...], path: str) -> str:
    """Hold a mapping's keys and values to their kinds."""
    if not isinstance(value, Mapping):
        return _wrong(value, path)
    found = (
        misfit(key, kinds[0], f"a key of {path}") or misfit(value[key], kinds[1], f"{path}.{key}")
        for key in value
    )
    return next(filter(None, found), "")


def _items(value: Any, kinds: list[Any], path: str) -> str:
    """Hold each value of a list to its kind; one kind is that of all."""
    if not isinstance(value, list | tuple):
        return _wrong(value, path)
    if len(kinds) > 1 and len(kinds) != len(value):
        return f"{path} has {len(value)} values, not {len(kinds)}"
    each = kinds if len(kinds) > 1 else kinds * len(value)
    pairs = enumerate(zip(value, each, strict=True))
    return next(filter(None, (misfit(one, kind, f"{path}[{i}]") for i, (one, kind) in pairs)), "")


def _unlike(value: Any, annotations: tuple[Any, ...], path: str) -> str:
    for annotation in annotations:
        if isinstance(annotation, Among) and value not in annotation.words:
            return f"{path} is an unknown word"
        if isinstance(annotation, Length) and len(value) != annotation.values:
            return f"{path} has {len(value)} values, not {annotation.values}"
        if is_typeddict(annotation) and (found := misfit(value, annotation, path)):
            return found
    return ""


def _wrong(value: Any, path: str) -> str:
    return f"{path or 'the content'} is {_NAMES.get(type(value), 'of another kind')}"


_PLAIN = (str, float, int, bool, Any)  # most values are of these
_NAMES = {
    NoneType: "null",
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "text",
    list: "a list",
    dict: "an object",
}
