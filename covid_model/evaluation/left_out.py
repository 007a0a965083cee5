"""Metrics of predictions for groups that were left out of training, such as hospitals."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import pandas as pd

from covid_model.common.classes import CLASS_NAMES
from covid_model.common.rounding import mean
from covid_model.evaluation.bootstrap import PatientBootstrap
from covid_model.evaluation.metrics import macro_recall
from covid_model.evaluation.reliability.calibration import Calibration
from covid_model.evaluation.reliability.cross_fit import GROUP, Judged
from covid_model.evaluation.reliability.left_out_fit import even_weights
from covid_model.evaluation.roc import ranking_metrics
from covid_model.evaluation.subgroups import FEW_IMAGES, FEW_PATIENTS
from covid_model.evaluation.tables import scores_of, truth_of
from covid_model.inference.calibration import COVERAGE
from covid_model.runs.report_schema import CrossFitted, LeftOutGroup, LeftOutReport

# Kind of group in the report -> its column.
KINDS = {"left_out": GROUP, "source": "source", "label_quality": "label_quality"}


@dataclass(frozen=True)
class LeftOut:
    """What a report needs of groups left out.

    Attributes:
        table: rows of ``left_out.csv``.
        sets: as in ``ModelInfo``, empty where nothing was fitted on these rows.
    """

    table: pd.DataFrame
    sets: Mapping[str, float] = field(default_factory=dict)


def left_out_metrics(
    left_out: LeftOut, calibration: Calibration | None, thresholds: Mapping[str, float]
) -> LeftOutReport:
    """Compute the part of a report on groups left out, from ``left_out.csv`` alone.

    Each image was judged by a network that was trained without its group. AUROC and recall are
    of the probabilities as they are served, counted by image; ``cross_fitted`` and the
    answers of each group are those of calibration, threshold and sets fitted on the other groups,
    and count classes alike and a patient once in its class.

    Args:
        left_out: the predictions for the groups.
        calibration: as it is served, None when not calibrated.
        thresholds: as in ``ModelInfo``.
    """
    table, weights = left_out.table, even_weights(left_out.table)
    scores = scores_of(table) if calibration is None else calibration.apply(scores_of(table))
    crossed, bootstrap = Judged.crossed(table), PatientBootstrap(table["patient_id"])
    report: dict[str, Any] = {
        "groups": int(table[GROUP].nunique()),
        **_ranked(table, scores, bootstrap),
    }
    threshold = thresholds.get("probability")
    if threshold is not None:
        answered, right = scores.max(axis=1) >= threshold, scores.argmax(axis=1) == truth_of(table)
        report["fitted"] = {
            "threshold": threshold,
            "sets": dict(left_out.sets),
            **_share("answered", answered, weights, bootstrap),
            **_share("right", right, weights * answered, bootstrap),
        }
    report["cross_fitted"] = _cross_fitted(truth_of(table), crossed, weights, bootstrap)
    report["by"] = {
        kind: [_group(group, table, scores, (crossed, weights), column) for group in names]
        for kind, column in KINDS.items()
        if column in table and (names := sorted(set(table[column]))) != [""]
    }
    return cast(LeftOutReport, report)


def _ranked(table: pd.DataFrame, scores: np.ndarray, bootstrap: PatientBootstrap) -> dict[str, Any]:
    """Images, patients, AUROC and recall of some rows."""
    truth, predicted = truth_of(table), scores.argmax(axis=1)
    ranked, macro = ranking_metrics(truth, scores.astype(float), bootstrap)
    recall, interval = macro_recall(truth, predicted, bootstrap)
    classes = [
        {
            "class": name,
            "images": int((truth == c).sum()),
            **{key: area[key] for key in ("auroc", "auroc_interval")},
            **_share("recall", predicted == c, (truth == c).astype(float), bootstrap),
        }
        for c, (name, area) in enumerate(zip(CLASS_NAMES, ranked, strict=True))
    ]
    return {
        "images": len(table),
        "patients": int(table["patient_id"].nunique()),
        **{key: macro[key] for key in ("auroc_macro", "auroc_macro_interval")},
        "macro_recall": recall,
        "macro_recall_interval": interval,
        "per_class": classes,
    }


def _group(
    group: str,
    table: pd.DataFrame,
    scores: np.ndarray,
    judged: tuple[Judged, np.ndarray],
    column: str,
) -> LeftOutGroup:
    """One group's row; what its other groups answer it with is in ``judged`` with the weights."""
    here = (table[column] == group).to_numpy()
    crossed, weights = judged
    rows = table[here]
    bootstrap = PatientBootstrap(rows["patient_id"])
    known = weights[here] * crossed.known[here]
    row = {
        "group": group,
        **_ranked(rows, scores[here], bootstrap),
        **_share("answered", crossed.answered[here], known, bootstrap),
        **_share("right", crossed.right[here], known * crossed.answered[here], bootstrap),
        "few": len(rows) < FEW_IMAGES or rows["patient_id"].nunique() < FEW_PATIENTS,
    }
    return cast(LeftOutGroup, row)


def _cross_fitted(
    truth: np.ndarray, crossed: Judged, weights: np.ndarray, bootstrap: PatientBootstrap
) -> CrossFitted:
    known = weights * crossed.known
    content = {
        "images": int(crossed.known.sum()),
        **_share("answered", crossed.answered, known, bootstrap),
        **_share("right", crossed.right, known * crossed.answered, bootstrap),
        "wanted_coverage": COVERAGE,
        **_share("coverage", crossed.covered, known, bootstrap),
        **_share("size", crossed.size, known, bootstrap),
        "per_class": [
            {"class": name, **_share("coverage", crossed.covered, known * (truth == c), bootstrap)}
            for c, name in enumerate(CLASS_NAMES)
        ],
    }
    return cast(CrossFitted, content)


def _share(
    key: str, values: np.ndarray, weights: np.ndarray, bootstrap: PatientBootstrap
) -> dict[str, Any]:
    """The weighted mean of some values with its interval, both None where nothing has weight."""
    some = weights > 0
    interval = bootstrap.interval(bootstrap.ratios(values * weights, weights))
    return {key: mean(values[some], weights[some]), f"{key}_interval": interval}
