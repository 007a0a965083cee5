"""Report of a trained network, computed from its stored predictions."""

from collections.abc import Mapping
from typing import Any, cast

import numpy as np
import pandas as pd

from covid_model.common.architectures import title_of
from covid_model.common.classes import CLASS_NAMES, SCORE_COLUMNS
from covid_model.evaluation.bootstrap import LEVEL, REPLICATES, SEED, PatientBootstrap
from covid_model.evaluation.left_out import LeftOut, left_out_metrics
from covid_model.evaluation.metrics import confusion_matrix, overall_metrics, per_class_metrics
from covid_model.evaluation.reliability.calibration import Calibration
from covid_model.evaluation.reliability.selective_prediction import ThresholdFit, selective_metrics
from covid_model.evaluation.roc import ranking_metrics, roc_and_pr_curves
from covid_model.evaluation.subgroups import subgroup_metrics, within_source
from covid_model.evaluation.tables import (
    method_of,
    patient_counts,
    scores_of,
    truth_of,
    with_unknown,
)
from covid_model.runs import LEFT_OUT, SCHEMA
from covid_model.runs.report_schema import Report

IDENTITY_COLUMNS = ("path", "original", "source", "patient_id", "label")
RECORDED_COLUMNS = ("view", "sex", "age", "width", "height", "label_quality")


def predictions_table(frame: pd.DataFrame, probabilities: np.ndarray) -> pd.DataFrame:
    """The rows of ``predictions.csv``: what the image is, its three scores, what is on record.

    Args:
        frame: rows of a ``Dataset``: original, source, patient_id, label, with path and
            ``RECORDED_COLUMNS`` where it has them; a text is "" where unknown, a size NaN.
        probabilities: float32 (n, 3) in the order of ``CLASS_NAMES``.

    Returns:
        The table; with ``patient_known`` where the patients of some images are unknown.
    """
    frame = frame.reset_index(drop=True)
    table = frame[[name for name in IDENTITY_COLUMNS if name in frame]].copy()
    table[list(SCORE_COLUMNS)] = probabilities
    for name in RECORDED_COLUMNS:
        if name in frame and name in ("width", "height"):
            table[name] = pd.to_numeric(frame[name], errors="coerce").astype(float)
        elif name in frame:
            table[name] = frame[name].astype(object).where(frame[name].notna(), "").astype(str)
    return with_unknown(table, frame)


def read_and_report(
    predictions: pd.DataFrame,
    validation: pd.DataFrame | None = None,
    *,
    calibration: Calibration | None = None,
    thresholds: Mapping[str, float] | None = None,
    left_out: LeftOut | None = None,
) -> Report:
    """Compute ``report.json`` from nothing but what else is stored of a network.

    Args:
        predictions: ``predictions.csv`` as ``tables.read_table`` gives it.
        validation: ``validation.csv`` likewise, None where there is none.
        calibration: what makes the scores probabilities, None when not calibrated.
        thresholds: as in ``ModelInfo``.
        left_out: ``left_out.csv`` likewise with the sets of ``ModelInfo``, None where there is
            none.
    """
    fit = _fit(predictions, validation, calibration, thresholds or {}, left_out)
    report = evaluate(predictions, fit=fit)
    if left_out is not None:
        report["left_out"] = left_out_metrics(left_out, calibration, thresholds or {})
    return report


def _fit(
    predictions: pd.DataFrame,
    validation: pd.DataFrame | None,
    calibration: Calibration | None,
    thresholds: Mapping[str, float],
    left_out: LeftOut | None,
) -> ThresholdFit | None:
    """What was fitted on other images than those of the test part, None where nothing was."""
    if validation is None:
        return None
    not_novel = None
    if "novelty" in validation and "novelty" in predictions:
        not_novel = float((validation["novelty"] <= 1).mean())
    threshold = thresholds.get("probability")
    if left_out is not None and left_out.sets:
        images = len(left_out.table)
        return ThresholdFit(images, calibration, threshold, not_novel, part=LEFT_OUT)
    return ThresholdFit(len(validation), calibration, threshold, not_novel)


def evaluate(predictions: pd.DataFrame, *, fit: ThresholdFit | None = None) -> Report:
    """Compute a report from predictions alone.

    What a part has too few images for is None.

    Args:
        predictions: rows with the columns of ``predictions.csv``, of which those on record and
            novelty may be missing.
        fit: what was fitted on validation; without it there is no word on calibration, answers
            or novelty.

    Returns:
        The content of ``report.json``, whose confusion matrix has the truth in rows.
    """
    truth, scores = truth_of(predictions), scores_of(predictions).astype(float)
    predicted = scores.argmax(axis=1)
    bootstrap = PatientBootstrap(predictions["patient_id"])
    ranked, macro = ranking_metrics(truth, scores, bootstrap)
    classes = per_class_metrics(truth, predicted, bootstrap)
    content = {
        "schema": SCHEMA,
        "classes": list(CLASS_NAMES),
        "images": len(predictions),
        **patient_counts(predictions),
        "intervals": {
            "level": LEVEL,
            "method": method_of(predictions),
            "replicates": REPLICATES,
            "seed": SEED,
        },
        "confusion_matrix": confusion_matrix(truth, predicted).tolist(),
        **overall_metrics(truth, predicted, bootstrap),
        **macro,
        "per_class": [counted | area for counted, area in zip(classes, ranked, strict=True)],
        "curves": roc_and_pr_curves(truth, scores),
        "groups": subgroup_metrics(predictions, truth, predicted),
        "within_source": within_source(predictions, truth, scores),
        **(selective_metrics(predictions, truth, fit) if fit else {}),
    }
    return cast(Report, content)  # the keys of metrics come from their table


def summary_row(name: str, report: Mapping[str, Any]) -> dict[str, Any]:
    """The metrics by which a calibration is judged, None where a report lacks them."""
    calibration, answers = report.get("calibration", {}), report.get("answers", {})
    pairs = [r for r in report["within_source"] if set(r["classes"]) == {"covid", "infection"}]
    within: Mapping[str, Any] = max(pairs, key=lambda row: row["images"], default={})
    covid = next(row for row in report["per_class"] if row["class"] == "covid")
    return {
        "network": str(title_of(name)),
        "temperature": calibration.get("temperature"),
        "ECE before": calibration.get("ece_before"),
        "ECE after": calibration.get("ece_after"),
        "threshold": answers.get("threshold"),
        "answered": answers.get("answered"),
        "accuracy of answered": answers.get("accuracy"),
        "refused": report.get("novelty", {}).get("refused", {}).get("share"),
        "macro recall": report["macro_recall"],
        "covid sensitivity": covid["sensitivity"],
        "covid against infection in one source": within.get("balanced_accuracy"),
        "its AUROC": within.get("auroc"),
    }
