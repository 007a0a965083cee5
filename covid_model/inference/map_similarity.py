"""How alike two maps of attention are."""

from collections.abc import Sequence

import cv2
import numpy as np

HOTTEST = 0.2  # share of a map's cells that count as its hottest


def similarity(one: np.ndarray, other: np.ndarray) -> float:
    """Spearman's rank correlation over the cells of two maps, in [-1, 1].

    Ranks do not mind how steep a map is, only where it is higher. Equal cells share the mean of
    their ranks.

    Args:
        one: float32 (h, w).
        other: float32 (H, W); of two sizes the smaller map is enlarged bilinearly.

    Returns:
        The correlation; 0 where one map is flat, NaN where both are.
    """
    cells = _on_one_grid(one, other)
    flat = [bool(np.ptp(each) == 0) for each in cells]
    if any(flat):
        return np.nan if all(flat) else 0.0
    return float(np.corrcoef(*map(_ranks, cells))[0, 1])


def hottest_overlap(one: np.ndarray, other: np.ndarray) -> float:
    """Dice overlap of the hottest fifth of two maps, in [0, 1]; 0.2 is what chance gives.

    Cells without heat are never among the hottest, so that a map may have fewer of them.

    Args:
        one: float32 (h, w), >= 0.
        other: float32 (H, W), >= 0; of two sizes the smaller map is enlarged bilinearly.

    Returns:
        Twice the cells that both share over the cells of each; NaN where a map has no heat.
    """
    first, second = map(_hottest, _on_one_grid(one, other))
    if not first.any() or not second.any():
        return np.nan
    return float(2 * (first & second).sum() / (first.sum() + second.sum()))


def _on_one_grid(one: np.ndarray, other: np.ndarray) -> Sequence[np.ndarray]:
    """Both maps on the larger grid of the two, flattened."""
    height, width = np.maximum(one.shape, other.shape)
    return [
        cv2.resize(each, (int(width), int(height)), interpolation=cv2.INTER_LINEAR).ravel()
        for each in (one, other)
    ]


def _ranks(cells: np.ndarray) -> np.ndarray:
    """Ranks from 1; equal cells share the mean of theirs."""
    _, inverse, counts = np.unique(cells, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[inverse]


def _hottest(cells: np.ndarray) -> np.ndarray:
    count = max(1, round(HOTTEST * cells.size))
    return (cells >= np.sort(cells)[-count]) & (cells > 0)
