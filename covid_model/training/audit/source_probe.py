"""Linear probe for the image source."""

import logging
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats.contingency import association
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from covid_model.common.classes import CLASS_NAMES
from covid_model.common.rounding import number
from covid_model.evaluation.bootstrap import PatientBootstrap
from covid_model.evaluation.metrics import macro_recall

log = logging.getLogger(__name__)
FOLDS = 5
LEAST_PATIENTS = 10  # of a source, so that each fold has some
STEPS = 5000  # of the solver, far above what it takes


def source_probe(features: np.ndarray, frame: pd.DataFrame) -> dict[str, Any] | None:
    """Tell the sources apart by logistic regression on what a network sees.

    A linear probe (Alain & Bengio 2016, https://arxiv.org/abs/1610.01644), cross-validated so
    that no patient stands on both sides.

    Args:
        features: float32 (n, c), the mean of each feature map.
        frame: n rows with ``source`` and ``group``, the patient.

    Returns:
        sources, images, balanced_accuracy (mean recall over the sources), its interval, chance;
        None where fewer than two sources have ``LEAST_PATIENTS`` patients.
    """
    frame = frame.reset_index(drop=True)
    patients = frame.groupby("source")["group"].nunique()
    sources = sorted(patients[patients >= LEAST_PATIENTS].index)
    if len(sources) < 2:
        log.info("No source probe: fewer than two sources with %d patients.", LEAST_PATIENTS)
        return None
    probed = frame["source"].isin(sources).to_numpy()
    truth, groups = (frame.loc[probed, name].to_numpy(str) for name in ("source", "group"))
    probe = make_pipeline(
        StandardScaler(), LogisticRegression(class_weight="balanced", max_iter=STEPS)
    )
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0)
    rows = features[probed].astype(np.float64)
    predicted = cross_val_predict(probe, rows, truth, groups=groups, cv=folds)
    value, interval = macro_recall(truth, predicted, PatientBootstrap(groups.tolist()))
    return {
        "sources": sources,
        "images": int(probed.sum()),
        "balanced_accuracy": value,
        "balanced_accuracy_interval": interval,
        "chance": number(1 / len(sources)),
    }


def label_by_source(frame: pd.DataFrame) -> dict[str, Any]:
    """Count the labels of each source; say how much the source alone tells of the label.

    Args:
        frame: one row an image with ``source`` and ``label``, at least one.

    Returns:
        rows with source and the images of each class; cramers_v in [0, 1] (Cramér 1946, ch. 21),
        0 where there is only one source or one label, so that nothing can be told.
    """
    counts = pd.crosstab(frame["source"], frame["label"])
    v = association(counts.to_numpy(), method="cramer") if min(counts.shape) > 1 else 0.0
    counts = counts.reindex(columns=list(CLASS_NAMES), fill_value=0)
    rows = [{"source": str(source), **row} for source, row in counts.to_dict("index").items()]
    return {"rows": rows, "cramers_v": number(v)}
