"""Figures of a trained network, computed from its stored predictions."""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support, roc_auc_score

from covid_model.classes import CLASS_NAMES, SCORE_COLUMNS
from covid_model.runs import SCHEMA


def predictions_table(frame: pd.DataFrame, probabilities: np.ndarray) -> pd.DataFrame:
    """The rows of ``predictions.csv``: who the image shows, its label and its three scores.

    Args:
        frame: rows of a ``Dataset`` with original, source, patient_id and label.
        probabilities: float32 (n, 3) in the order of ``CLASS_NAMES``.
    """
    scores = pd.DataFrame(np.round(probabilities.astype(float), 6), columns=SCORE_COLUMNS)
    columns = frame[["original", "source", "patient_id", "label"]].reset_index(drop=True)
    return pd.concat([columns, scores], axis=1)


def evaluate(predictions: pd.DataFrame) -> dict[str, Any]:
    """Compute a report from predictions alone.

    Sensitivity is recall, PPV is precision, specificity is the recall of "not this class";
    AUROC is one class against the rest. What a part has too few images for is None.

    Args:
        predictions: rows with the columns of ``predictions.csv``.

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
            "specificity": _number(_share(predicted[truth != c] != c)),
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
        "accuracy": _number(_share(truth == predicted)),
        "macro_recall": _number(np.mean([row["sensitivity"] for row in present])),
        "auroc_macro": _number(np.mean(known)) if known else None,
        "per_class": per_class,
        "by_source": [
            _source_row(str(source), truth[rows], predicted[rows])
            for source, rows in sorted(predictions.groupby("source").indices.items())
        ],
    }


def _source_row(source: str, truth: np.ndarray, predicted: np.ndarray) -> dict[str, Any]:
    recall = {
        name: _number(_share(predicted[truth == c] == c)) for c, name in enumerate(CLASS_NAMES)
    }
    accuracy = _number(_share(truth == predicted))
    return {"source": source, "images": len(truth), "accuracy": accuracy, "recall": recall}


def _share(hits: np.ndarray) -> float:
    return float(np.mean(hits)) if len(hits) else float("nan")


def _number(value: float) -> float | None:
    """A figure rounded to six digits, None where it is not defined."""
    return round(float(value), 6) if np.isfinite(value) else None


def _auroc(positive: np.ndarray, score: np.ndarray) -> float | None:
    if positive.all() or not positive.any():
        return None
    return _number(roc_auc_score(positive, score))
