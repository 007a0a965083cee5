"""Metrics of subgroups of images, such as a source or an age band."""

import re
from itertools import combinations
from typing import cast

import numpy as np
import pandas as pd

from covid_model.common.classes import CLASS_NAMES
from covid_model.common.rounding import mean, number
from covid_model.evaluation.bootstrap import PatientBootstrap
from covid_model.evaluation.metrics import macro_recall, overall_metrics
from covid_model.evaluation.roc import ranking, weighted_ranking
from covid_model.evaluation.tables import patient_counts
from covid_model.inference.calibration import LEAST
from covid_model.runs.report_schema import GroupRow, WithinSourceRow

FEW_IMAGES, FEW_PATIENTS = 20, 10  # fewer say nothing
LEAST_OF_CLASS = 5
AGES = (0, 6, 18, 40, 60, 80)  # years at which a band begins
OLDEST = 120  # above it the record is wrong: NIH has a patient of 414
SIDES = (0, 256, 512, 1024)  # pixels of the shorter side at which a band begins
UNKNOWN = ""
RECORDED = ("source", "label_quality", "view", "sex")  # groups that are columns as they are


def subgroup_metrics(
    predictions: pd.DataFrame, truth: np.ndarray, predicted: np.ndarray
) -> dict[str, list[GroupRow]]:
    """The metrics by source, label, view, sex, age or size: by those that are known of any image.

    Args:
        predictions: rows of ``predictions.csv``.
        truth: index of the right class, int (n,).
        predicted: index of the class that was predicted, int (n,).

    Returns:
        Rows by kind of group; the images whose group is not on record are the last row, "".
    """
    columns = {name: predictions[name] for name in RECORDED if name in predictions}
    if "age" in predictions:
        columns["age"] = predictions["age"].map(age_band)
    if {"width", "height"} <= set(predictions):
        sides = predictions[["width", "height"]].min(axis=1, skipna=False)
        columns["size"] = sides.map(size_band)
    return {
        kind: [
            _row(
                group,
                predictions[column == group],
                truth[column == group],
                predicted[column == group],
            )
            for group in sorted(set(column), key=_place)
        ]
        for kind, column in columns.items()
        if set(column) - {UNKNOWN}
    }


def age_band(age: str) -> str:
    """The band of an age in years, such as 65, 65.0 or 1-5; "" where it has none.

    A range has a band where it lies in one.
    """
    years_or_range = re.fullmatch(r"(\d+(?:\.\d+)?)(?:-(\d+(?:\.\d+)?))?", age.strip())
    if not years_or_range:
        return UNKNOWN
    low, high = float(years_or_range[1]), float(years_or_range[2] or years_or_range[1])
    bands = {_band(years, AGES, "", " or older") for years in (low, high)}
    return bands.pop() if len(bands) == 1 and high <= OLDEST else UNKNOWN


def size_band(side: float) -> str:
    """The band of an image's shorter side in pixels, "" for NaN."""
    return UNKNOWN if np.isnan(side) else _band(side, SIDES, " px", " px or more")


def _band(value: float, starts: tuple[int, ...], unit: str, open_end: str) -> str:
    place = int(np.searchsorted(starts, value, side="right"))
    if place == len(starts):
        return f"{starts[-1]}{open_end}"
    return f"{starts[place - 1]}-{starts[place] - 1}{unit}"


def _place(group: str) -> tuple[bool, int, str]:
    """Bands in their order, names by the alphabet, what is not on record last."""
    return group == UNKNOWN, int(re.split(r"\D", group, maxsplit=1)[0] or 0), group


def _row(group: str, rows: pd.DataFrame, truth: np.ndarray, predicted: np.ndarray) -> GroupRow:
    patients = rows["patient_id"].nunique()
    right = truth == predicted
    row = {
        "group": group,
        "images": len(rows),
        **patient_counts(rows),
        "counts": {name: int((truth == c).sum()) for c, name in enumerate(CLASS_NAMES)},
        **overall_metrics(truth, predicted, PatientBootstrap(rows["patient_id"])),
        "recall": {name: mean(right[truth == c]) for c, name in enumerate(CLASS_NAMES)},
        "few": len(rows) < FEW_IMAGES or patients < FEW_PATIENTS,
    }
    return cast(GroupRow, row)  # the keys of metrics come from their table


def within_source(
    predictions: pd.DataFrame, truth: np.ndarray, scores: np.ndarray
) -> list[WithinSourceRow]:
    """Two classes of one source told apart, so that the source cannot give the answer away.

    Args:
        predictions: rows of ``predictions.csv``.
        truth: index of the right class, int (n,).
        scores: float (n, 3); the higher of a pair's two decides.

    Returns:
        One row a source and pair, with the balanced accuracy of that decision (chance 0.5) and
        the AUROC of the first class's share of the two: what any threshold could make of it.
    """
    table: list[WithinSourceRow] = []
    source = predictions["source"]
    for value in sorted(source.unique()):
        here = (source == value).to_numpy()
        for pair in combinations(range(len(CLASS_NAMES)), 2):
            if min((truth[here] == c).sum() for c in pair) < LEAST_OF_CLASS:
                continue
            rows = here & np.isin(truth, pair)
            chosen = np.take(pair, scores[rows][:, pair].argmax(axis=1))
            bootstrap = PatientBootstrap(predictions["patient_id"][rows])
            balanced, interval = macro_recall(truth[rows], chosen, bootstrap)
            both = np.maximum(scores[rows][:, pair].astype(float), LEAST)
            first, positive = both[:, 0] / both.sum(axis=1), truth[rows] == pair[0]
            areas = weighted_ranking(positive, first, bootstrap.weights)[:, 0]
            table.append(
                {
                    "source": str(value),
                    "classes": [CLASS_NAMES[c] for c in pair],
                    "images": int(rows.sum()),
                    "balanced_accuracy": balanced,
                    "balanced_accuracy_interval": interval,
                    "auroc": number(ranking(positive, first)[0]),
                    "auroc_interval": bootstrap.interval(areas),
                }
            )
    return table
