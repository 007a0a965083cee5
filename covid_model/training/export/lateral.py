"""The fit of the head that recognises lateral views."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.preprocessing import StandardScaler

from covid_model.data.dataset import Dataset
from covid_model.evaluation.verification.lateral import (
    FRONTAL,
    LATERAL,
    LEAST_OF_SOURCE,
    write_laterals,
)
from covid_model.inference.lateral import LateralHead
from covid_model.inference.novelty import CELLS
from covid_model.training.export.lateral_views import read_laterals
from covid_model.training.export.served_outputs import ServedOutputs

log = logging.getLogger(__name__)
FOLDS = 5
STRENGTH = 0.1  # inverse of the regularisation, scikit-learn's C
MOST_REFUSED = 0.01  # of the frontal images
MOST_OF_SOURCE = 0.03  # of those of one source
LEAST_FRONTAL = 100


@dataclass(frozen=True, eq=False)
class Views:
    """Pictures of one view.

    Attributes:
        features: float32 (n, c), the means of the network's feature maps.
        frame: n rows with source, patient_id and group, which tells the patients apart.
    """

    features: np.ndarray
    frame: pd.DataFrame

    @classmethod
    def of(cls, outputs: Sequence[ServedOutputs]) -> "Views":
        """The means of the maps among what an exported network was asked for."""
        rows = [out.features for out in outputs if out.features is not None]
        means = np.concatenate(rows)[:, : -CELLS * CELLS]
        return cls(means, pd.concat([out.frame for out in outputs], ignore_index=True))


def fit_lateral(frontal: Views, lateral: Views) -> tuple[LateralHead, pd.DataFrame]:
    """Fit a logistic regression of lateral against frontal, both kinds alike in weight.

    The threshold comes of scores of fits that have not seen the patient.

    Args:
        frontal: ``LEAST_FRONTAL`` pictures or more.
        lateral: of ``FOLDS`` patients or more.

    Returns:
        The head, fitted on all; the rows of ``laterals.csv``, scored by fits without the patient.
    """
    features = np.concatenate([frontal.features, lateral.features]).astype(np.float32)
    truth = np.repeat([False, True], [len(frontal.features), len(lateral.features)])
    scores = np.zeros(len(truth), np.float32)
    folds = np.zeros(len(truth), int)
    for kind, views in ((False, frontal), (True, lateral)):
        folds[truth == kind] = _folds(views.frame["group"])
    # Somebody with pictures of both views is in one fold: that of the lateral ones.
    group = np.concatenate([frontal.frame["group"], lateral.frame["group"]]).astype(str)
    fold_of = dict(zip(group[truth], folds[truth], strict=True))
    folds = np.array([fold_of.get(one, fold) for one, fold in zip(group, folds, strict=True)])
    for fold in range(FOLDS):
        held = folds == fold
        scores[held] = _fit(features[~held], truth[~held]).score_of(features[held])
    table = pd.concat([frontal.frame, lateral.frame], ignore_index=True)
    table = table[["source", "patient_id"]].assign(
        kind=np.where(truth, LATERAL, FRONTAL), score=scores
    )
    head = _fit(features, truth)
    limit = threshold_of(scores[~truth], frontal.frame["source"].to_numpy(str))
    return LateralHead(head.weights, head.bias, limit), table


def threshold_of(scores: np.ndarray, sources: np.ndarray) -> float:
    """The lowest threshold that refuses few frontal images of all and of each source.

    Args:
        scores: of frontal images by fits that have not seen their patients, float32 (n,).
        sources: of the images, str (n,); one with few images is not looked at by itself.

    Returns:
        The threshold, at most 1.
    """
    limits = [_above(scores, MOST_REFUSED)]
    for source in np.unique(sources):
        here = scores[sources == source]
        if len(here) >= LEAST_OF_SOURCE:
            limits.append(_above(here, MOST_OF_SOURCE))
    return float(min(max(limits), np.float32(1)))


def add_laterals(
    folder: Path,
    frontal: Sequence[ServedOutputs],
    laterals: Path,
    served: Callable[[Dataset], ServedOutputs],
) -> None:
    """Fit a network's head for lateral views; write it with its table into the model folder.

    Nothing is written, with the reason in the log, where there are too few frontal images.

    Args:
        folder: the model folder.
        frontal: what the network says of frontal images of the training and validation parts.
        laterals: the folder of lateral views, as ``lateral_frame`` takes it.
        served: asks the exported network about images.
    """
    images = sum(len(out.frame) for out in frontal if out.features is not None)
    if images < LEAST_FRONTAL:
        log.warning("No head for lateral views: %d images, it takes %d.", images, LEAST_FRONTAL)
        return
    data = read_laterals(laterals)
    head, table = fit_lateral(Views.of(frontal), Views.of([served(data)]))
    write_laterals(folder, head, table)


def _above(scores: np.ndarray, share: float) -> np.float32:
    """The least number that at most a share of the scores reach."""
    ranked = np.sort(scores)[::-1]
    return np.nextafter(ranked[int(share * len(ranked))], np.float32(2))


def _folds(groups: pd.Series) -> np.ndarray:
    """A fold a picture, int (n,), so that no patient is in two."""
    folds = np.zeros(len(groups), int)
    for fold, (_, held) in enumerate(GroupKFold(FOLDS).split(groups, groups=groups)):
        folds[held] = fold
    return folds


def _fit(features: np.ndarray, truth: np.ndarray) -> LateralHead:
    """Fit on standardised features, then fold their scale into the weights."""
    scaler = StandardScaler().fit(features.astype(np.float64))
    model = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=1000)
    model.fit(scaler.transform(features), truth)
    weights = model.coef_[0] / scaler.scale_
    bias = float(model.intercept_[0] - weights @ scaler.mean_)
    return LateralHead(weights.astype(np.float32), bias, threshold=0.5)
