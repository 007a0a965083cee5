"""Heads fitted without a group of images, judged on it."""

import logging
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from covid_model.common.classes import CLASS_NAMES
from covid_model.data.dataset import Dataset
from covid_model.data.leave_out import NEVER, training_rows
from covid_model.evaluation.report import predictions_table
from covid_model.training.heads.logistic import fit_logistic
from covid_model.training.heads.paper_head import Samples
from covid_model.training.recipes.families import families_of
from covid_model.training.recipes.linear import LinearRecipe

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Judged:
    """Images outside the test part with what the frozen convolutions say of them.

    Attributes:
        data: n images.
        groups: text, the group that each is left out with, "" where it never is.
        features: float32 (n, c).
    """

    data: Dataset
    groups: pd.Series
    features: np.ndarray


def predict_left_out(
    judged: Judged, recipe: LinearRecipe, *, title: str
) -> tuple[float, pd.DataFrame]:
    """Predict every group with a head that was fitted without it, nor any of its patients.

    The strength that ranks best is kept: by the mean over the classes of the area under the ROC
    curve, over all groups at once. Frequencies of classes differ from hospital to hospital, which
    moves a recall; a rank stays.

    Args:
        judged: the images.
        recipe: its ``strengths`` are tried, images weigh as it says.
        title: name in the log.

    Returns:
        The strength; rows of ``left_out.csv``, whose scores are not calibrated.
    """
    labels = judged.data.labels.argmax(axis=1)
    left = (judged.groups != NEVER).to_numpy()
    best: tuple[float, float, np.ndarray] | None = None
    for strength in recipe.strengths:
        scores = _scores(judged, recipe, strength, title)
        areas = [
            roc_auc_score(labels[left] == c, scores[left, c])
            for c in range(len(CLASS_NAMES))
            if 0 < (labels[left] == c).sum() < left.sum()
        ]
        area = float(np.mean(areas))
        log.info("%s, C = %g: AUROC %.4f on groups left out", title, strength, area)
        if best is None or area > best[0]:
            best = area, strength, scores
    assert best is not None  # noqa: S101 - a recipe has strengths
    frame = judged.data.frame[left]
    table = predictions_table(frame, best[2][left])
    return best[1], table.assign(left_out=judged.groups[left].to_numpy())


def _scores(judged: Judged, recipe: LinearRecipe, strength: float, title: str) -> np.ndarray:
    """Scores (n, 3) of the images that are left out, NaN for the others."""
    scores = np.full((len(judged.data), len(CLASS_NAMES)), np.nan, np.float32)
    for group in sorted(set(judged.groups) - {NEVER}):
        trained = training_rows(judged.data, judged.groups, group)
        held = (judged.groups == group).to_numpy()
        images = judged.data.rows(trained)
        fit = fit_logistic(
            Samples(judged.features[trained], images.labels),
            Samples(judged.features[held], judged.data.rows(held).labels),
            len(images) * _weights(images, recipe),
            strengths=(strength,),
            title=f"{title} without {group}",
        )
        scores[held] = fit.scores(judged.features[held])
    return scores


def _weights(images: Dataset, recipe: LinearRecipe) -> np.ndarray:
    """How much each image counts, where a whole source or label quality may be left out."""
    qualities = set(images.frame.get("label_quality", ()))
    stated = tuple(text for text in recipe.label_weights if text.rpartition("=")[0] in qualities)
    families = families_of(recipe.families, set(images.frame["source"]))
    return replace(recipe, label_weights=stated, families=families).weights(images)
