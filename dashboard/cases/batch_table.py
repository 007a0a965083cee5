"""Results of many files as a table, a summary and CSV, free of Streamlit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from covid_model.common.classes import TITLES
from covid_model.serving import CaseResult, Prediction, batch_table
from dashboard.components.csv_export import Rows, with_notice
from dashboard.components.formatting import number
from dashboard.components.text import (
    KINDS,
    NOTHING,
    STATUS,
    capital,
    counted,
    of_kind,
    percent,
    percent_below,
    plain,
    said,
)
from dashboard.i18n.translate import t

if TYPE_CHECKING:  # only where there is more than one file
    import pandas as pd
    from pandas.io.formats.style import Styler

Kind = Literal["ok", "uncalibrated", "uncertain", "refused", "hidden", "waiting"]
HIDDEN = "not read yet"  # what the CSV says of a file whose answer is hidden


@dataclass(frozen=True, eq=False)
class Row:
    """One file of the table.

    Attributes:
        key: of the file.
        name: of the file.
        kind: the outcome, or why none is shown: hidden until it was read, or not asked yet.
        result: what the network says; None where ``kind`` is "hidden" or "waiting".
        reading: what the reader said, "" where he said nothing.
    """

    key: str
    name: str
    kind: Kind
    result: CaseResult | None = None
    reading: str = ""

    @property
    def prediction(self) -> Prediction | None:
        """The network's prediction, None where nothing of it may be shown."""
        return self.result.predictions[0] if self.result and self.result.predictions else None

    @property
    def named_prediction(self) -> Prediction | None:
        """The prediction whose class may be named, None where there is none."""
        return None if self.kind == "refused" else self.prediction


def frame(rows: Sequence[Row]) -> pd.DataFrame:
    """Return the table by heading: file, outcome, class, its probability, novelty, the reason.

    Columns that no row fills are left out, but for the first three. Probabilities are shares of
    [0, 1], None where no class is named.
    """
    import pandas as pd

    named = [row.named_prediction for row in rows]
    optional: dict[str, list[Any]] = {
        measure(rows): [prediction and prediction.score for prediction in named],
        t("Novelty"): [row.prediction and row.prediction.novelty for row in rows],
        t("Your reading"): [row.reading or None for row in rows],
        t("Reason"): [_reason(row) for row in rows],
    }
    return pd.DataFrame(
        {
            t("File"): [said(row.name) for row in rows],
            t("Outcome"): [of_kind(row.kind) for row in rows],
            t("Class"): [prediction and t(TITLES[prediction.predicted]) for prediction in named],
            **{heading: cells for heading, cells in optional.items() if any(cells)},
        }
    )


def _reason(row: Row) -> str | None:
    """Say why a file has no answer: in few words where the other columns have the rest."""
    prediction = row.named_prediction
    if row.kind != "uncertain" or prediction is None or prediction.threshold is None:
        return t(row.result.reason) if row.result else None
    return t(
        "answers from {threshold}", threshold=percent_below(prediction.threshold, prediction.score)
    )


def styled(rows: Sequence[Row]) -> Styler:
    """Return ``frame`` with its numbers as the page's language writes them, still numbers to sort.

    Streamlit's own formats follow the browser's language instead.
    """
    from pandas.io.formats.style import Styler

    table = frame(rows)
    # Any: pandas' type of a format takes every cell, ours the numbers that a column holds.
    formats: dict[str, Any] = {measure(rows): percent, t("Novelty"): partial(number, digits=2)}
    present = {name: write for name, write in formats.items() if name in table}
    return Styler(table, uuid="files").format(present, na_rep=NOTHING)  # else a new uuid each time


def reasons(rows: Iterable[Row]) -> Rows:
    """Return one row a file that has a reason, in full."""
    return [
        {
            t("File"): plain(row.name),
            t("Outcome"): of_kind(row.kind),
            t("Reason"): plain(row.result.reason),
        }
        for row in rows
        if row.result and row.result.reason
    ]


def measure(rows: Iterable[Row]) -> str:
    """Return the heading of the probabilities: calibrated ones or scores."""
    return capital(
        t(next((row.named_prediction.measure for row in rows if row.named_prediction), "score"))
    )


def counts(rows: Iterable[Row]) -> Counter[str]:
    """Count the rows of each kind and of each named class."""
    rows = list(rows)
    return Counter(row.kind for row in rows) + Counter(
        row.named_prediction.predicted for row in rows if row.named_prediction
    )


def summary(rows: Iterable[Row]) -> str:
    """Say in one line how many files have which outcome; what is 0 is said for outcomes alone."""
    by_kind = counts(rows)
    return ", ".join(
        counted(kind, by_kind[kind]) for kind in KINDS if by_kind[kind] or kind in STATUS
    )


def results_csv(rows: Iterable[Row], *, run: str) -> str:
    """Return the command line's table as CSV with the notice; a hidden file has no answer in it."""
    lines = (line for row in rows for line in _lines(row, run))
    return with_notice(batch_table.COLUMNS, lines)


def _lines(row: Row, run: str) -> list[dict[str, str]]:
    if row.result:
        return batch_table.rows(row.result, run=run)
    status = HIDDEN if row.kind == "hidden" else "not asked yet"
    name = batch_table.defused(row.name)
    known = {"file": name, "status": status, "run": batch_table.defused(run)}
    return [{**dict.fromkeys(batch_table.COLUMNS, ""), **known}]
