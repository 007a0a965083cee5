"""The three classes, in the order of every array, file and chart."""

from dataclasses import dataclass

from covid_model.common.messages import Message


@dataclass(frozen=True)
class ClassInfo:
    """One class: its name in files, its title on screen and its colour in charts."""

    name: str
    title: Message
    colour: str


CLASSES: tuple[ClassInfo, ...] = (
    ClassInfo("covid", Message("COVID-19"), "#ea580c"),
    ClassInfo("normal", Message("Normal"), "#0d9488"),
    ClassInfo("infection", Message("Other infection"), "#7a4ff0"),
)
CLASS_NAMES: tuple[str, ...] = tuple(info.name for info in CLASSES)
TITLES: dict[str, Message] = {info.name: info.title for info in CLASSES}
SCORE_COLUMNS: tuple[str, ...] = tuple(f"p_{name}" for name in CLASS_NAMES)


def class_index(name: str) -> int:
    """Return the index of a class in every probability vector.

    Raises:
        ValueError: if ``name`` is none of ``CLASS_NAMES``.
    """
    if name not in CLASS_NAMES:
        raise ValueError(f"Expected a class of {', '.join(CLASS_NAMES)}. Received: {name!r}.")
    return CLASS_NAMES.index(name)
