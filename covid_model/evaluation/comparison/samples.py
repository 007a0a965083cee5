"""Figures of two sets of patients with their differences, by bootstraps of their own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from covid_model.common.classes import CLASS_NAMES
from covid_model.common.rounding import number
from covid_model.evaluation.bootstrap import SEED, PatientBootstrap
from covid_model.evaluation.metrics import hits_by_class
from covid_model.evaluation.reliability.calibration import BINS
from covid_model.evaluation.roc import weighted_ranking
from covid_model.evaluation.tables import scores_of, truth_of

OTHER_SEED = SEED + 1  # of the set that another is held to: the two are drawn independently
MACRO = ("macro_recall", "auroc_macro", "ece", "answered", "right")  # None without a class


@dataclass(frozen=True, eq=False)
class Sample:
    """Predictions for some patients.

    Attributes:
        table: rows of ``predictions.csv``, as ``tables.read_table`` gives them.
        threshold: lowest probability that is an answer, None where every image is answered.
        seed: of the bootstrap.
    """

    table: pd.DataFrame
    threshold: float | None = None
    seed: int = SEED

    def bootstrap(self) -> PatientBootstrap:
        """Resamples of the patients, the first of which is everyone once."""
        return with_everyone(self.table, seed=self.seed)


def with_everyone(table: pd.DataFrame, *, seed: int = SEED) -> PatientBootstrap:
    """Resamples of the patients of a table, the first of which is everyone once."""
    bootstrap = PatientBootstrap(table["patient_id"], seed=seed)
    bootstrap.draws = np.concatenate([np.ones((1, bootstrap.draws.shape[1])), bootstrap.draws])
    return bootstrap


def replicated(sample: Sample) -> dict[str, np.ndarray]:
    """The figures that do not depend on how frequent the classes are, by their keys.

    They are those of ``MACRO``, then ``recall_<class>`` and ``auroc_<class>`` of the classes that
    have images. ``ece``, ``answered`` (share that reaches the threshold and is not novel) and
    ``right`` (of these) count every class the same.

    Returns:
        float64 (1 + replicates,): the value of the sample, then of each resample.
    """
    bootstrap, truth, scores = sample.bootstrap(), truth_of(sample.table), scores_of(sample.table)
    present = np.unique(truth)
    scores = scores.astype(float)
    top, right = scores.max(axis=1), scores.argmax(axis=1) == truth
    recalls = bootstrap.means(hits_by_class(truth, scores.argmax(axis=1)))
    figures = {f"recall_{CLASS_NAMES[c]}": recalls[:, k] for k, c in enumerate(present)}
    if len(present) > 1:
        for c in present:
            area = weighted_ranking(truth == c, scores[:, c], bootstrap.weights)[:, 0]
            figures[f"auroc_{CLASS_NAMES[c]}"] = area
    if len(present) < len(CLASS_NAMES):
        return figures
    answered = np.ones(len(truth), bool) if sample.threshold is None else top >= sample.threshold
    if "novelty" in sample.table:
        answered = answered & (sample.table["novelty"].to_numpy(float) <= 1)
    own = truth[:, None] == present
    shares = bootstrap.means(np.where(own, answered[:, None], np.nan))
    with np.errstate(invalid="ignore"):
        hits = bootstrap.means(np.where(own, (answered & right)[:, None], np.nan)).sum(axis=1)
        accuracy = np.where(shares.sum(axis=1) > 0, hits / shares.sum(axis=1), np.nan)
    macro = {
        "macro_recall": recalls.mean(axis=1),
        "auroc_macro": np.mean([figures[f"auroc_{name}"] for name in CLASS_NAMES], axis=0),
        "ece": _calibration_errors(bootstrap, top, right, own),
        "answered": shares.mean(axis=1),
        "right": accuracy,
    }
    return {**macro, **figures}


def _calibration_errors(
    bootstrap: PatientBootstrap, top: np.ndarray, right: np.ndarray, own: np.ndarray
) -> np.ndarray:
    """``calibration.calibration_error`` of each resample, every class counting the same.

    Args:
        bootstrap: of the images.
        top: highest probability, float (n,).
        right: whether it is the right class's, bool (n,).
        own: whether an image is of each class, bool (n, k).
    """
    bins = np.clip(np.ceil(top * BINS).astype(int) - 1, 0, BINS - 1)
    gaps = (top - right)[:, None] * (bins[:, None] == np.arange(BINS))
    total = np.zeros((len(bootstrap.draws), BINS))
    for here in own.T:
        images = bootstrap.sums(here)[:, None]
        sums = bootstrap.sums(gaps * here[:, None])
        total += np.divide(sums, images, out=np.full(sums.shape, np.nan), where=images > 0)
    return np.abs(total).sum(axis=1) / own.shape[1]


def with_interval(key: str, values: np.ndarray, bootstrap: PatientBootstrap) -> dict[str, Any]:
    """A figure and its interval, of the values of ``replicated``."""
    return {key: number(values[0]), f"{key}_interval": bootstrap.interval(values[1:])}


def differences(own: Sample, other: Sample) -> list[dict[str, Any]]:
    """Each figure of two independent sets of patients, with the first less the second.

    Both sets are drawn anew in each replicate, so that the interval is the percentile one of the
    two-sample bootstrap (Efron & Tibshirani 1993, ch. 8).

    The calibration error has no difference: it is larger by chance alone where images are fewer.

    Returns:
        Rows of ``figure``, ``own``, ``other`` and ``difference``, each with its interval; only the
        figures that both sets have.
    """
    first, second = replicated(own), replicated(other)
    boots = own.bootstrap(), other.bootstrap()
    rows: list[dict[str, Any]] = []
    for figure in first:
        if figure not in second:
            continue
        comparable = np.nan if figure == "ece" else 1.0
        difference = comparable * (first[figure] - second[figure])
        fewest = min(boots, key=lambda boot: boot.draws.shape[1])
        rows.append(
            {
                "figure": figure,
                **with_interval("own", first[figure], boots[0]),
                **with_interval("other", second[figure], boots[1]),
                **with_interval("difference", difference, fewest),
            }
        )
    return rows


def predictive_values(sample: Sample, mix: Mapping[str, float]) -> list[dict[str, Any]]:
    """PPV and NPV of each class where the classes are as frequent as in a mix.

    Of a class's images the share that gets each class is taken to stay as it is (Bayes' rule,
    Altman & Bland 1994, BMJ 309:102), whatever the mix of the sample.

    Args:
        sample: with images of every class that the mix has.
        mix: class -> its share, sum 1.

    Returns:
        Rows of ``class``, ``prevalence``, ``ppv``, ``npv``, each with its interval; both None where
        a class of the mix has no image.
    """
    bootstrap, truth = sample.bootstrap(), truth_of(sample.table)
    predicted = scores_of(sample.table).argmax(axis=1)
    classes = np.arange(len(CLASS_NAMES))
    named = np.zeros((len(bootstrap.draws), len(classes), len(classes)))
    for c, name in enumerate(CLASS_NAMES):
        if mix[name] > 0:
            hits = np.where((truth == c)[:, None], predicted[:, None] == classes, np.nan)
            named[:, c] = mix[name] * bootstrap.means(hits)
    rows = []
    for c, name in enumerate(CLASS_NAMES):
        with np.errstate(invalid="ignore", divide="ignore"):
            ppv = named[:, c, c] / named[:, :, c].sum(axis=1)
            others = named.sum(axis=(1, 2)) - named[:, :, c].sum(axis=1)
            npv = 1 - (mix[name] - named[:, c, c]) / others
        values = {**with_interval("ppv", ppv, bootstrap), **with_interval("npv", npv, bootstrap)}
        rows.append({"class": name, "prevalence": mix[name], **values})
    return rows
