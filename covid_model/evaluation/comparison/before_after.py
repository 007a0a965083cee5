"""Figures of a network before and after an adjustment, on images that it was not fitted on."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from covid_model.evaluation.bootstrap import PatientBootstrap
from covid_model.evaluation.comparison.samples import with_everyone, with_interval
from covid_model.evaluation.metrics import hits_by_class
from covid_model.evaluation.reliability.calibration import BINS
from covid_model.evaluation.reliability.left_out_fit import patient_weights
from covid_model.evaluation.tables import scores_of, truth_of
from covid_model.inference.calibration import LEAST
from covid_model.inference.calibration.profile import Adjustment


def weights_of(table: pd.DataFrame, mix: Mapping[str, float] | None) -> np.ndarray:
    """How much each image counts: a patient once in a class, classes as frequent as in a mix.

    Args:
        table: rows of ``predictions.csv``.
        mix: class -> its share; None for the mix of the patients of the table.

    Returns:
        float (n,), >= 0, mean 1.
    """
    weights = patient_weights(table)
    if mix is not None:
        totals = pd.Series(weights, index=table.index).groupby(table["label"]).transform("sum")
        weights = weights * table["label"].map(mix).to_numpy(float) / totals.to_numpy(float)
    return weights * len(weights) / weights.sum()


def before_and_after(
    table: pd.DataFrame,
    adjustment: Adjustment,
    *,
    threshold: float,
    mix: Mapping[str, float] | None,
) -> list[dict[str, Any]]:
    """What an adjustment changes on images that it was not fitted on.

    Args:
        table: rows of ``predictions.csv`` to judge by, with every class.
        adjustment: of the network.
        threshold: lowest served probability that is an answer.
        mix: as of ``weights_of``.

    Returns:
        Rows of ``figure``, ``before``, ``after``, ``difference``, each with its interval over
        patients; the difference is paired. ``log_loss`` is in nats.
    """
    weights, bootstrap = weights_of(table, mix), with_everyone(table)
    served = scores_of(table)
    known = table["novelty"].to_numpy() <= 1 if "novelty" in table else np.ones(len(table), bool)
    after = adjustment.threshold or threshold
    pairs = ((served, threshold), (adjustment.apply(served), after))
    columns = [_judged(p, known, limit, (table, weights, bootstrap)) for p, limit in pairs]
    return [
        {
            "figure": figure,
            **with_interval("before", columns[0][figure], bootstrap),
            **with_interval("after", columns[1][figure], bootstrap),
            **with_interval("difference", columns[1][figure] - columns[0][figure], bootstrap),
        }
        for figure in columns[0]
    ]


def _judged(
    probabilities: np.ndarray,
    known: np.ndarray,
    threshold: float,
    counted: tuple[pd.DataFrame, np.ndarray, PatientBootstrap],
) -> dict[str, np.ndarray]:
    """The figures of one column, each float64 (1 + replicates,)."""
    table, weights, bootstrap = counted
    truth, probabilities = truth_of(table), probabilities.astype(float)
    top, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == truth
    answered = known & (top >= threshold)
    of_truth = np.maximum(probabilities[np.arange(len(truth)), truth], LEAST)
    bins = np.clip(np.ceil(top * BINS).astype(int) - 1, 0, BINS - 1)
    gaps = ((top - right) * weights)[:, None] * (bins[:, None] == np.arange(BINS))

    def share(values: np.ndarray, of: np.ndarray) -> np.ndarray:
        return bootstrap.ratios(values * of, of)

    hits = bootstrap.means(hits_by_class(truth, probabilities.argmax(axis=1)))
    return {
        "log_loss": share(-np.log(of_truth), weights),
        "ece": np.abs(bootstrap.sums(gaps)).sum(axis=1) / bootstrap.sums(weights),
        "accuracy": share(right, weights),
        "macro_recall": hits.mean(axis=1),
        "answered": share(answered, weights),
        "right": share(right, weights * answered),
    }
