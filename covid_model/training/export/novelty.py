"""The fit of a novelty model to the radiographs that a network was trained on."""

from dataclasses import replace

import numpy as np
from sklearn.covariance import LedoitWolf
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.preprocessing import StandardScaler

from covid_model.common.errors import DataError
from covid_model.evaluation.tables import KEPT, novelty_limit
from covid_model.inference.novelty import CELLS, NoveltyModel, joined

POOLED, PICTURE = 32, 16  # principal components of the two parts
LEAST_IMAGES = 8


def fit_novelty(features: np.ndarray) -> NoveltyModel:
    """Fit principal components, then a Ledoit-Wolf covariance over them.

    A draw that is balanced by source with label keeps the largest source from being the norm:
    see ``balanced_rows``.

    Args:
        features: float32 (n, d), rows of ``novelty.features`` of training radiographs.

    Returns:
        The model; with few images or few channels it has fewer components.

    Raises:
        DataError: if there are too few images, or a value is not a finite number.
    """
    if len(features) < LEAST_IMAGES:
        raise DataError(
            f"Expected at least {LEAST_IMAGES} training images to fit novelty. "
            f"Received: {len(features)}. Add images."
        )
    if not np.isfinite(features).all():
        raise DataError(
            "Expected finite features to fit novelty. Received: not-a-number or infinite values. "
            "The network has diverged: train it again with a lower learning rate."
        )
    mean = features.mean(axis=0, dtype=np.float64).astype(np.float32)
    deviations = features - mean
    channels = features.shape[1] - CELLS * CELLS
    pooled, pooled_floor = _subspace(deviations[:, :channels], POOLED)
    picture, picture_floor = _subspace(deviations[:, channels:], PICTURE)
    upright = _upright(features[:, channels:])
    floors = np.array([pooled_floor, picture_floor], np.float32)
    none = np.zeros(0, np.float32)
    basis = NoveltyModel(mean, pooled, picture, upright, floors, centre=none, whitening=none)
    # In units of their own spread, so that the shrinkage does not drown the small ones.
    joint = joined(deviations, basis).astype(np.float64)
    scaler = StandardScaler().fit(joint)
    precision = LedoitWolf(assume_centered=True).fit(scaler.transform(joint)).precision_
    return replace(
        basis,
        centre=scaler.mean_.astype(np.float32),
        whitening=(np.linalg.cholesky(precision) / scaler.scale_[:, None]).astype(np.float32),
    )


def _subspace(deviations: np.ndarray, wanted: int) -> tuple[np.ndarray, float]:
    """Return principal components (k, columns), then a floor for the squares they leave over.

    At most a quarter as many components as images, and fewer than columns: otherwise nothing
    would be left over.
    """
    columns = deviations.shape[1]
    count = max(1, min(wanted, len(deviations) // 4, columns - 1))
    spread = float(deviations.var(axis=0).sum())
    if not spread:  # every map is dead: any directions do
        return np.eye(count, columns, dtype=np.float32), 1e-12
    pca = PCA(count, svd_solver="full").fit(deviations)
    return pca.components_.astype(np.float32), 1e-4 * spread + 1e-12


def _upright(cells: np.ndarray) -> np.ndarray:
    """Return Fisher's direction from pictures upside down to the same as they are, of length 1."""
    turned = cells.reshape(-1, CELLS, CELLS)[:, ::-1].reshape(cells.shape)
    if np.allclose(cells, turned):  # nothing to tell them by: any direction does
        return np.eye(1, CELLS * CELLS, dtype=np.float32)[0]
    fisher = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")
    fisher.fit(np.concatenate([turned, cells]), np.repeat([0, 1], len(cells)))
    return (fisher.coef_[0] / np.linalg.norm(fisher.coef_)).astype(np.float32)


def threshold_of(model: NoveltyModel, features: np.ndarray, kept: float = KEPT) -> float:
    """Return the smallest distance that keeps a share of radiographs the fit has not seen.

    Args:
        model: the fit.
        features: float32 (n, d), rows of ``novelty.features`` of validation radiographs.
        kept: share of them whose distance is at most the threshold, range (0, 1].

    Returns:
        The distance, > 0.

    Raises:
        DataError: if there is no image, or too many cannot be judged.
    """
    distances = model.distance_of(features)
    if not len(distances):
        raise DataError(
            "Expected validation images to set the novelty threshold. Received: none. Hold some "
            "patients out for validation."
        )
    threshold = novelty_limit(distances, kept)
    if not np.isfinite(threshold):
        raise DataError(
            "Expected finite features of the validation images. Received: not-a-number or "
            "infinite values. The network has diverged: train it again with a lower rate."
        )
    return threshold
