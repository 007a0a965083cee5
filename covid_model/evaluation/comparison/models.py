"""Comparison of the networks of one run on the same test images."""

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import pandas as pd

from covid_model.common.errors import RunError
from covid_model.common.rounding import number
from covid_model.evaluation.bootstrap import PatientBootstrap
from covid_model.evaluation.tables import read_table, scores_of, truth_of
from covid_model.runs import COMPARISON_FILE, SCHEMA, write_json
from covid_model.runs.report_schema import PairRow

SAME = ("source", "original", "patient_id", "label")


def write_comparison(
    folder: Path, networks: Iterable[str], *, map_agreement: Sequence[Mapping[str, Any]] = ()
) -> None:
    """Write a run's ``comparison.json`` from the predictions in its model folders.

    Args:
        folder: of the run.
        networks: the names of its model folders.
        map_agreement: rows on the networks' areas of attention; none where nobody compared them.
    """
    tables = {name: read_table(folder / name / "predictions.csv") for name in networks}
    comparison: dict[str, Any] = {"schema": SCHEMA, "pairs": compare_pairs(tables)}
    if map_agreement:
        comparison["map_agreement"] = list(map_agreement)
    write_json(folder / COMPARISON_FILE, comparison)


def compare_pairs(tables: Mapping[str, pd.DataFrame]) -> list[PairRow]:
    """Compare each two networks, the first of a pair with the second.

    Args:
        tables: ``predictions.csv`` of each network as ``tables.read_table`` gives it.

    Returns:
        Rows with the images that both have right, only one, or none; the p value of McNemar's
        exact test that the two are right equally often (a binomial test of the images that one
        alone has right); the first's accuracy less the second's, with its interval over patients.

    Raises:
        RunError: if they were not judged on the same images.
    """
    return [_pair(pair, *(tables[name] for name in pair)) for pair in combinations(tables, 2)]


def _pair(networks: tuple[str, str], first: pd.DataFrame, second: pd.DataFrame) -> PairRow:
    same = list(SAME)
    if not first[same].equals(second[same]):
        raise RunError(
            f"Expected {networks[0]} and {networks[1]} to be judged on the same images. Received: "
            "other rows in their predictions.csv. Train them in one command."
        )
    right = [scores_of(table).argmax(axis=1) == truth_of(table) for table in (first, second)]
    only = int((right[0] & ~right[1]).sum()), int((right[1] & ~right[0]).sum())
    difference = right[0].astype(float) - right[1]
    return {
        "networks": list(networks),
        "images": len(difference),
        "both_right": int((right[0] & right[1]).sum()),
        "only_first": only[0],
        "only_second": only[1],
        "both_wrong": int((~right[0] & ~right[1]).sum()),
        "p_value": round(exact_p(*only), 6),
        "accuracy_difference": number(difference.mean()) if len(difference) else None,
        "accuracy_difference_interval": PatientBootstrap(first["patient_id"]).mean_interval(
            difference
        ),
    }


def exact_p(first: int, second: int) -> float:
    """The p value of McNemar's exact test: of a fair coin's heads and tails, both sides."""
    tail = sum(math.comb(first + second, k) for k in range(min(first, second) + 1))
    return min(1.0, 2 * tail / 2 ** (first + second))
