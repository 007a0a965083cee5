"""Drift: how far novelty and probabilities of classified radiographs lie from those of the run."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from covid_model.common.architectures import TOGETHER
from covid_model.common.classes import SCORE_COLUMNS
from covid_model.common.errors import DataError, RunError
from covid_model.evaluation.tables import read_table, shared_novelty
from covid_model.runs import Run, check_file

BINS = 10
MODERATE, LARGE = 0.10, 0.25
# 0.95 quantile of chi-squared with BINS - 1 degrees of freedom.
CHI_SQUARED = 16.919
LEAST_IMAGES = 50  # fewer fill no ten bins
NOVELTY = "novelty"
COLUMNS = ("file", "model", "status", NOVELTY, *SCORE_COLUMNS)


@dataclass(frozen=True, eq=False)
class Drift:
    """One quantity, as the run has it on its test part and as a table has it.

    Attributes:
        network: name of the network, or of their mean.
        quantity: ``novelty``, or one of ``SCORE_COLUMNS``.
        edges: ends of the bins but the outermost, ascending, float (bins - 1,).
        expected: share of the run's images in each bin, float (bins,).
        actual: share of the table's images likewise.
        images: how many of the run's images, then of the table's, have the quantity.
        index: population stability index.
    """

    network: str
    quantity: str
    edges: np.ndarray
    expected: np.ndarray
    actual: np.ndarray
    images: tuple[int, int]
    index: float

    @property
    def by_chance(self) -> float:
        """What the index stays below for 95 % of tables from the same distribution.

        It is about (1 / n + 1 / m) times chi-squared with bins - 1 degrees of freedom (Yurdakul &
        Naranjo 2020, Journal of Risk Model Validation 14(4)).
        """
        return CHI_SQUARED * sum(1 / n for n in self.images)

    @property
    def verdict(self) -> str:
        """What the index means: by chance, else by the customary limits (Lewis 1994)."""
        if self.index <= self.by_chance:
            return "as by chance"
        limits = ((MODERATE, "little"), (LARGE, "moderate"))
        return next((word for limit, word in limits if self.index < limit), "large")


def stability_index(expected: np.ndarray, actual: np.ndarray) -> float:
    """Population stability index of two distributions over the same bins.

    It is the sum of (a - e) ln(a / e), the symmetric divergence of Kullback & Leibler 1951,
    doi:10.1214/aoms/1177729694, as credit scoring uses it.

    Args:
        expected: shares of [0, 1], above 0, sum 1, float (bins,).
        actual: likewise.
    """
    return float(((actual - expected) * np.log(actual / expected)).sum())


def drift_of(run: Run, table: pd.DataFrame) -> list[Drift]:
    """Compare a table of ``classify`` with the run's test part, each network and quantity.

    Probabilities are those of images that are not refused, on both sides, as no other has any in
    the table. ``validation.csv`` does not count: it has no probabilities as they are served.

    Args:
        run: the run that classified.
        table: text columns by ``COLUMNS``.

    Raises:
        DataError: if a column is missing, a number is none, or there are fewer than
            ``LEAST_IMAGES`` images.
        RunError: if the run has no network of the table, or one of its tables is damaged.
    """
    lacking = [name for name in COLUMNS if name not in table]
    if lacking:
        raise DataError(
            f"Expected a table that classify wrote. Missing columns: {', '.join(lacking)}."
        )
    if "profile" in table and (table["profile"] != "").any():
        raise DataError(
            "The table was written with a profile, whose probabilities are not the run's: classify "
            "again without --profile."
        )
    reference = {name: _test_part(run, name) for name in run.reported}
    novel = _novel(reference)
    rows = []
    for name, test in reference.items():
        here = table[table["model"] == name]
        for quantity in (NOVELTY, *SCORE_COLUMNS):
            if quantity not in test or (name == TOGETHER and quantity == NOVELTY):
                continue
            known = test if quantity == NOVELTY else test[~novel]
            values = _numbers(here[quantity])
            if len(values) >= LEAST_IMAGES:
                rows.append(_drift(name, quantity, known[quantity].to_numpy(float), values))
    if not rows:
        raise DataError(
            f"Expected {LEAST_IMAGES} images or more that a network of run {run.name} classified. "
            f"Received: {table['file'].nunique()} files. Classify more, or name the run by --run."
        )
    return rows


def refused_shares(run: Run, table: pd.DataFrame) -> tuple[float, float]:
    """The share of the run's test part that is novel, and of the table's files that are refused."""
    novel = _novel({name: _test_part(run, name) for name in run.reported})
    asked = table[table["model"] != ""].drop_duplicates("file")
    return float(novel.mean()), float((asked["status"] == "refused").mean())


def _test_part(run: Run, name: str) -> pd.DataFrame:
    folder = run.model_folder(name)
    check_file(folder, "predictions.csv", run.model_info(name))
    return read_table(folder / "predictions.csv")


def _novel(tables: Mapping[str, pd.DataFrame]) -> np.ndarray:
    """Which test images serving would refuse as novel, bool (n,)."""
    own = [table[NOVELTY] for name, table in tables.items() if NOVELTY in table]
    if TOGETHER in tables and NOVELTY in tables[TOGETHER]:
        own = [tables[TOGETHER][NOVELTY]]
    images = len(next(iter(tables.values())))
    if any(len(table) != images for table in tables.values()):
        raise RunError("The networks of this run were judged on other images each: take another.")
    return shared_novelty(own) > 1 if own else np.zeros(images, bool)


def _numbers(cells: pd.Series) -> np.ndarray:
    """The numbers of a column as a spreadsheet may have written them, without empty cells."""
    words = cells[cells != ""].str.replace(",", ".", regex=False)
    try:
        return words.to_numpy(float)
    except ValueError as error:
        raise DataError(f"A cell of {cells.name} is no number ({error}): restore it.") from None


def _drift(network: str, quantity: str, expected: np.ndarray, actual: np.ndarray) -> Drift:
    """Part the values by the tenths of the run's; half an image is added to each bin."""
    edges = np.unique(np.quantile(expected, np.arange(1, BINS) / BINS))

    def shares(values: np.ndarray) -> np.ndarray:
        counts = np.bincount(np.searchsorted(edges, values), minlength=len(edges) + 1) + 0.5
        return counts / counts.sum()

    before, here = shares(expected), shares(actual)
    images = len(expected), len(actual)
    index = stability_index(before, here)
    return Drift(network, quantity, edges, before, here, images, index)
