"""Figures of a trained network, computed from its stored predictions."""

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import (
    balanced_accuracy_score,
    confusion_matrix,
    precision_recall_fscore_support,
    roc_auc_score,
)

from covid_model.classes import CLASS_NAMES, SCORE_COLUMNS
from covid_model.runs import SCHEMA
from covid_model.training.answers import Fit, fitted_figures
from covid_model.training.calibration import mean

LEAST_OF_CLASS = 5


def predictions_table(
    frame: pd.DataFrame, probabilities: np.ndarray, *, digits: int | None = 6
) -> pd.DataFrame:
    """The rows of ``predictions.csv``: who the image shows, its label and its three scores.

    Args:
        frame: rows of a ``Dataset`` with original, source, patient_id and label; ``view`` goes
            along where it is given, "" where unknown.
        probabilities: float32 (n, 3) in the order of ``CLASS_NAMES``.
        digits: to round to, None for all.
    """
    values = probabilities.astype(float)
    values = values if digits is None else np.round(values, digits)
    scores = pd.DataFrame(values, columns=list(SCORE_COLUMNS))
    columns = frame[["original", "source", "patient_id", "label"]].reset_index(drop=True)
    table = pd.concat([columns, scores], axis=1)
    if "view" in frame:
        table["view"] = frame["view"].fillna("").astype(str).to_numpy()
    return table


def evaluate(predictions: pd.DataFrame, *, fit: Fit | None = None) -> dict[str, Any]:
    """Compute a report from predictions alone.

    Sensitivity is recall, PPV is precision, specificity is the recall of "not this class";
    AUROC is one class against the rest. What a part has too few images for is None.

    Args:
        predictions: rows with the columns of ``predictions.csv``, of which view and novelty may
            be missing.
        fit: what was fitted on validation; without it there is no word on calibration, answers
            or novelty.

    Returns:
        The content of ``report.json``: the confusion matrix has the truth in rows.
    """
    scores = predictions[list(SCORE_COLUMNS)].to_numpy(float)
    truth = predictions["label"].map(CLASS_NAMES.index).to_numpy(int)
    predicted = scores.argmax(axis=1)
    classes = range(len(CLASS_NAMES))
    matrix = confusion_matrix(truth, predicted, labels=list(classes))
    ppv, sensitivity, f1, support = precision_recall_fscore_support(
        truth, predicted, labels=list(classes), zero_division=np.nan
    )
    auroc = [_auroc(truth == c, scores[:, c]) for c in classes]
    per_class = [
        {
            "class": name,
            "images": int(support[c]),
            "sensitivity": _number(sensitivity[c]),
            "specificity": mean(predicted[truth != c] != c),
            "ppv": _number(ppv[c]),
            "f1": _number(f1[c]),
            "auroc": auroc[c],
        }
        for c, name in enumerate(CLASS_NAMES)
    ]
    present = [row for row in per_class if row["images"]]
    known = [value for value in auroc if value is not None]
    return {
        "schema": SCHEMA,
        "classes": list(CLASS_NAMES),
        "images": len(predictions),
        "patients": int(predictions["patient_id"].nunique()),
        "confusion_matrix": matrix.tolist(),
        "accuracy": mean(truth == predicted),
        "macro_recall": _number(np.mean([row["sensitivity"] for row in present])),
        "auroc_macro": _number(np.mean(known)) if known else None,
        "per_class": per_class,
        "by_source": _by(predictions["source"], truth, predicted),
        "within_source": _within_source(predictions["source"], truth, scores),
        **_by_view(predictions, truth, predicted),
        **(fitted_figures(predictions, truth, fit) if fit else {}),
    }


def _by_view(
    predictions: pd.DataFrame, truth: np.ndarray, predicted: np.ndarray
) -> dict[str, list[dict[str, Any]]]:
    """The report's by_view, nothing where no image's view is known."""
    if "view" not in predictions or predictions["view"].fillna("").eq("").all():
        return {}
    return {"by_view": _by(predictions["view"], truth, predicted)}


def _by(column: pd.Series, truth: np.ndarray, predicted: np.ndarray) -> list[dict[str, Any]]:
    """Images, accuracy and the recall of each class for each value of a column, "" included."""
    column = column.fillna("").astype(str)
    table = []
    for value in sorted(column.unique()):
        t, p = (array[(column == value).to_numpy()] for array in (truth, predicted))
        recall = {name: mean(p[t == c] == c) for c, name in enumerate(CLASS_NAMES)}
        accuracy = mean(t == p)
        row = {"images": len(t), "accuracy": accuracy, "recall": recall}
        table.append({str(column.name): value, **row})
    return table


def _within_source(
    source: pd.Series, truth: np.ndarray, scores: np.ndarray
) -> list[dict[str, Any]]:
    """Two classes of one source told apart, so that the source cannot give the answer away."""
    table = []
    for value in sorted(source.unique()):
        here = (source == value).to_numpy()
        for pair in combinations(range(len(CLASS_NAMES)), 2):
            if min((truth[here] == c).sum() for c in pair) < LEAST_OF_CLASS:
                continue
            rows = here & np.isin(truth, pair)
            chosen = np.take(pair, scores[rows][:, pair].argmax(axis=1))
            table.append(
                {
                    "source": str(value),
                    "classes": [CLASS_NAMES[c] for c in pair],
                    "images": int(rows.sum()),
                    "balanced_accuracy": _number(balanced_accuracy_score(truth[rows], chosen)),
                }
            )
    return table


def _number(value: float) -> float | None:
    """A figure rounded to six digits, None where it is not defined."""
    return round(float(value), 6) if np.isfinite(value) else None


def _auroc(positive: np.ndarray, score: np.ndarray) -> float | None:
    if positive.all() or not positive.any():
        return None
    return _number(roc_auc_score(positive, score))
