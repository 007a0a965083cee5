"""Misclassified test images of a network, free of Streamlit."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from covid_model.common.classes import CLASS_NAMES, SCORE_COLUMNS
from covid_model.common.errors import DataError
from dashboard.components.csv_export import with_notice

COLUMNS = ("path", "original", "source", "view", "label", "predicted", *SCORE_COLUMNS)


@dataclass(frozen=True)
class Mistake:
    """One test image with the wrong class.

    Attributes:
        path: relative to the data folder, "" where the run does not say.
        original: the file's name in its source.
        source: of the image.
        view: such as "PA", "" where it is not on record.
        truth: its class.
        predicted: the class that the network names.
        scores: in class order, as the network gives them, range [0, 1].
    """

    path: str
    original: str
    source: str
    view: str
    truth: str
    predicted: str
    scores: tuple[float, ...]


def mistakes(rows: Iterable[Mapping[str, str]]) -> list[Mistake]:
    """Return the mistakes among the rows of ``predictions.csv``, the highest score first.

    Raises:
        DataError: if a row lacks a class or a score.
    """
    wrong = []
    for row in rows:
        try:
            scores = tuple(float(row[name]) for name in SCORE_COLUMNS)
            CLASS_NAMES.index(row["label"])
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(
                "A row of predictions.csv has no class or no scores ({error}): restore the file.",
                error=str(error),
            ) from None
        predicted = CLASS_NAMES[scores.index(max(scores))]
        if predicted != row["label"]:
            mistake = Mistake(
                path=row.get("path") or "",
                original=row.get("original") or "",
                source=row.get("source") or "",
                view=row.get("view") or "",
                truth=row["label"],
                predicted=predicted,
                scores=scores,
            )
            wrong.append(mistake)
    return sorted(wrong, key=lambda each: (-max(each.scores), each.path, each.original))


def chosen(mistakes: Iterable[Mistake], *, truth: str, predicted: str) -> list[Mistake]:
    """Keep the mistakes of one true or predicted class; "" keeps all."""
    return [
        mistake
        for mistake in mistakes
        if truth in ("", mistake.truth) and predicted in ("", mistake.predicted)
    ]


def to_csv(mistakes: Sequence[Mistake]) -> str:
    """Write mistakes as CSV, with the notice in each row."""
    facts = (
        (each.path, each.original, each.source, each.view, each.truth, each.predicted, *each.scores)
        for each in mistakes
    )
    return with_notice(COLUMNS, (dict(zip(COLUMNS, row, strict=True)) for row in facts))


def data_folder() -> Path | None:
    """Return the folder of radiographs that ``COVID_XRAY_DATA`` names, None where it is not one."""
    name = os.environ.get("COVID_XRAY_DATA")
    return Path(name) if name and Path(name).is_dir() else None


def at_hand(mistakes: Iterable[Mistake], folder: Path | None) -> bool:
    """Whether the data folder has the picture of any mistake."""
    return folder is not None and any(_has(mistake.path, folder) for mistake in mistakes)


def _has(path: str, folder: Path) -> bool:
    try:
        file_of(path, folder)
    except DataError:
        return False
    return True


def file_of(path: str, folder: Path) -> Path:
    """Find an image of a run in the data folder; never one outside it, be it by a link.

    Args:
        path: from ``predictions.csv``, relative to the folder.
        folder: the data folder.

    Raises:
        DataError: if the path leaves the folder, or there is no such file.
    """
    root = folder.resolve()
    try:
        file = (root / path).resolve()
        inside = file.is_relative_to(root)
    except (OSError, ValueError):  # links in a circle; a zero byte
        inside = False
    if not inside:
        raise DataError("Expected a path inside the data folder. Received: {path!r}.", path=path)
    if not path or not file.is_file():
        raise DataError(
            "Expected a file of the data folder. Received: {path!r}, which it lacks.", path=path
        )
    return file
