"""Values of a recipe, set by their names as text."""

from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from covid_model.common.architectures import ARCHITECTURES
from covid_model.common.errors import UsageError
from covid_model.data.sampling import label_factors
from covid_model.training.recipes.families import families_in

Recipe = TypeVar("Recipe")
FIXED = ("name", "networks")  # which recipe it is; filled by NETWORK.NAME=VALUE
SHARED = (
    *("test", "validation", "monitor"),
    *("source_exponent", "within_source", "repeat", "class_exponent", "label_weights", "families"),
)
OPTIONAL = ("refit",)  # may be none at all
TEXTS = {"label_weights": label_factors, "families": families_in}  # what reads each
YES_NO = {"yes": True, "true": True, "no": False, "false": False}


def with_values(recipe: Recipe, values: Sequence[str]) -> Recipe:
    """Return a recipe with some values replaced.

    Args:
        recipe: a frozen dataclass of ``recipes``.
        values: each ``NAME=VALUE``, ``augmentation.NAME=VALUE``, ``NETWORK.NAME=VALUE`` for one
            network alone, ``stages=SIZE:IMAGES:CROP,...``, ``strengths=VALUE,...``, or
            ``label_weights=VALUE=NUMBER,...``. A value
            for all networks also replaces those that the recipe has for one.

    Raises:
        UsageError: if there is no such name, or the value does not fit it.
    """
    own = []
    for text in values:
        name, equals, value = text.partition("=")
        if not equals:
            raise UsageError(f"Expected NAME=VALUE. Received: {text!r}.")
        network, dot, rest = name.partition(".")
        if dot and network in ARCHITECTURES and hasattr(recipe, "networks"):
            if rest in SHARED:
                raise UsageError(f"Expected one {rest} for all networks. Received: {text!r}.")
            _replaced(recipe, rest, value, recipe)  # refuse it now, not when its turn comes
            own.append(text)
        else:
            recipe = _replaced(recipe, name, value, recipe)
            recipe = _without(recipe, f".{name}")
    for text in own:
        recipe = _without(recipe, text.partition("=")[0])
        recipe = _with_networks(recipe, (*getattr(recipe, "networks", ()), text))
    return recipe


def _without(recipe: Recipe, ending: str) -> Recipe:
    """Drop the values of single networks whose name ends so."""
    old = getattr(recipe, "networks", ())
    rest = tuple(text for text in old if not text.partition("=")[0].endswith(ending))
    return recipe if rest == old else _with_networks(recipe, rest)


def _with_networks(recipe: Any, texts: tuple[str, ...]) -> Any:
    return replace(recipe, networks=texts)


def value_names(recipe: Any) -> list[str]:
    """The names that ``with_values`` takes, those of nested dataclasses with a dot.

    What the recipe itself declares comes before what it shares with others.
    """
    names = []
    own = type(recipe).__annotations__
    for field in sorted(fields(recipe), key=lambda field: field.name not in own):
        value = getattr(recipe, field.name)
        if is_dataclass(value):
            names += [f"{field.name}.{inner}" for inner in value_names(value)]
        elif field.name not in FIXED:
            names.append(field.name)
    return names


def _replaced(part: Any, name: str, value: str, recipe: Any) -> Any:
    """Replace one value of a dataclass or of a dataclass within it."""
    first, dot, rest = name.partition(".")
    names = {field.name for field in fields(part)} - set(FIXED)
    if first not in names or is_dataclass(getattr(part, first)) != bool(dot):
        raise UsageError(
            f"The {recipe.name} recipe has no value {name!r}: it has "
            f"{', '.join(value_names(recipe))}"
            + (", each also as NETWORK.NAME." if hasattr(recipe, "networks") else ".")
        )
    old = getattr(part, first)
    new = _replaced(old, rest, value, recipe) if dot else _parsed(first, value, old)
    return replace(part, **{first: new})


def _parsed(name: str, text: str, old: Any) -> Any:
    """Read a value in the type of the one that it replaces."""
    if name in TEXTS:
        texts = () if text == "none" else tuple(text.split(","))
        TEXTS[name](texts)  # refused now, not when the images are there
        return texts
    wanted = {int: "a whole number", float: "a number", bool: "yes or no"}.get(type(old), "")
    try:
        if isinstance(old, bool):
            return YES_NO[text.lower()]
        if isinstance(old, str | int | float):
            return type(old)(text)
        if isinstance(old[0], float):
            wanted = "numbers with commas between" + (", or none" if name in OPTIONAL else "")
            none = name in OPTIONAL and text == "none"
            return () if none else tuple(map(float, text.split(",")))
        wanted = "SIZE:IMAGES:CROP,... as 112:4000:0.15,237:640:0.6"
        return tuple(_stage(piece, type(old[0])) for piece in text.split(","))
    except (ValueError, KeyError):
        raise UsageError(f"Expected {wanted} for {name}. Received: {text!r}.") from None


def _stage(text: str, kind: type) -> Any:
    size, images, crop = text.split(":")
    return kind(int(size), int(images), float(crop))
