"""Words for the truth, mapped to the classes by a table and never guessed."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from covid_model.common.classes import CLASS_NAMES
from covid_model.common.errors import DataError
from covid_model.data.csv_file import read_csv_file

COLUMNS = ("word", "class")
Meanings = Mapping[str, str]  # key_of a word -> class, or LEFT_OUT
LEFT_OUT = ""  # the class of words whose images are left out


class UnknownWords(DataError):
    """Words of the truth that are no class.

    Attributes:
        words: each as it was given first, with how many images have it; most first.
    """

    words: Sequence[tuple[str, int]] = ()


def read_labels(path: Path) -> dict[str, str]:
    """Read a table of words with the class that each means.

    Args:
        path: a CSV file with the columns ``word`` and ``class``; a word without a class leaves its
            images out.

    Returns:
        ``key_of`` each word -> class, or ``LEFT_OUT``.

    Raises:
        DataError: if a column is missing, a class is unknown, or a word has two.
    """
    table = read_csv_file(path, str)
    lacking = [name for name in COLUMNS if name not in table]
    if lacking:
        raise DataError(
            "Expected the columns word, class in {path}. Missing: {lacking}. Write its first line "
            "again.",
            path=path,
            lacking=", ".join(lacking),
        )
    meanings: dict[str, str] = {}
    for word, name in zip(table["word"], table["class"].map(key_of), strict=True):
        if name not in (LEFT_OUT, *CLASS_NAMES):
            raise DataError(
                "Expected {classes} or nothing as the class of {word!r} in {path}. Received: "
                "{name!r}. Correct that line.",
                classes=", ".join(CLASS_NAMES),
                word=word,
                path=path,
                name=name,
            )
        if meanings.setdefault(key_of(word), name) != name:
            raise DataError(
                "{path} gives {word!r} two classes: remove one of its lines.", path=path, word=word
            )
    return meanings


def key_of(word: str) -> str:
    """What two spellings of a word share: case and space around it do not count."""
    return " ".join(word.split()).casefold()


def classes_of(words: pd.Series, meanings: Mapping[str, str]) -> pd.Series:
    """The class that each word means, by a table's meanings and else by its own name.

    Args:
        words: text as it was given; "" where there is none.
        meanings: of ``read_labels``.

    Returns:
        A class, ``LEFT_OUT``, or None where there was no word.

    Raises:
        UnknownWords: if a word is no class and has no meaning; it lists all such words with a
            table to fill in.
    """
    known = {**{name: name for name in CLASS_NAMES}, **meanings}
    keys = words.map(key_of)
    unknown = words[~keys.isin({"", *known})]
    if len(unknown):
        raise _fill_in(unknown)
    return keys.map(lambda key: known[key] if key else None).astype(object)


def _fill_in(unknown: pd.Series) -> UnknownWords:
    """The words that are no class with their counts, and the table to give each a class by."""
    spelled = unknown.groupby(unknown.map(key_of), sort=False).agg(["first", "size"])
    spelled = spelled.sort_values("size", ascending=False, kind="stable")
    words = [(str(word), int(n)) for word, n in spelled.to_numpy()]
    listed = ", ".join(f"{word!r} ({n})" for word, n in words)
    skeleton = io.StringIO()
    csv.writer(skeleton, lineterminator="\n").writerows(
        [COLUMNS, *([word, ""] for word, _ in words)]
    )
    error = UnknownWords(
        "Expected the truth as {classes}. Received: {listed}. Save the lines below as labels.csv, "
        "write a class behind each word, or nothing to leave its images out, and add --labels "
        "labels.csv.\n\n{skeleton}",
        classes=", ".join(CLASS_NAMES),
        listed=listed,
        skeleton=skeleton.getvalue(),
    )
    error.words = words
    return error
