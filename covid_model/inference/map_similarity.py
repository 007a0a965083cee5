"""Similarity of two heatmaps: rank correlation and overlap of the hottest cells."""

from collections.abc import Sequence

import cv2
import numpy as np

HOTTEST = 0.2  # share of a map's cells that count as its hottest


def similarity(first: np.ndarray, second: np.ndarray) -> float:
    """Spearman's rank correlation over the cells of two maps, in [-1, 1].

    Ranks do not mind how steep a map is, only where it is higher. Equal cells share the mean of
    their ranks.

    Args:
        first: float32 (h, w).
        second: float32 (H, W); of two sizes the smaller map is enlarged bilinearly.

    Returns:
        The correlation; 0 where one map is flat, NaN where both are.
    """
    cells = _on_one_grid(first, second)
    flat = [bool(np.ptp(values) == 0) for values in cells]
    if any(flat):
        return np.nan if all(flat) else 0.0
    first_ranks, second_ranks = map(_ranks, cells)
    return float(np.corrcoef(first_ranks, second_ranks)[0, 1])


def hottest_overlap(first: np.ndarray, second: np.ndarray) -> float:
    """Dice overlap of the hottest fifth of two maps, in [0, 1]; 0.2 is what chance gives.

    Cells without heat are never among the hottest, so that a map may have fewer of them.

    Args:
        first: float32 (h, w), >= 0.
        second: float32 (H, W), >= 0; of two sizes the smaller map is enlarged bilinearly.

    Returns:
        Twice the cells that both share over the cells of each; NaN where a map has no heat.
    """
    hot, also_hot = map(_hottest, _on_one_grid(first, second))
    if not hot.any() or not also_hot.any():
        return np.nan
    return float(2 * (hot & also_hot).sum() / (hot.sum() + also_hot.sum()))


def _on_one_grid(first: np.ndarray, second: np.ndarray) -> Sequence[np.ndarray]:
    """Both maps on the larger grid of the two, flattened."""
    height, width = np.maximum(first.shape, second.shape)
    return [
        cv2.resize(heatmap, (int(width), int(height)), interpolation=cv2.INTER_LINEAR).ravel()
        for heatmap in (first, second)
    ]


def _ranks(cells: np.ndarray) -> np.ndarray:
    """Ranks from 1; equal cells share the mean of theirs."""
    _, inverse, counts = np.unique(cells, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[inverse]


def _hottest(cells: np.ndarray) -> np.ndarray:
    count = max(1, round(HOTTEST * cells.size))
    return (cells >= np.sort(cells)[-count]) & (cells > 0)
