"""Grad-CAM of every class from one forward pass, in closed form over the head's weights.

Grad-CAM (Selvaraju et al., 2017, https://arxiv.org/abs/1610.02391) weighs each feature map A_k by
alpha_k, the mean over its positions of the gradient of a class's pre-softmax score, then keeps
the positive part of the weighted sum. Our head pools, flattens, then applies two dense layers:

    hidden = pooled @ W1 + b1,    scores = relu(hidden) @ W2 + b2

so the gradient with respect to a pooled cell is W1 @ (1[hidden > 0] * W2), without autodiff. A
maximum hands a cell's gradient to one position, an average over N positions hands 1 / N to each
of N: either way the sum over positions equals the sum over cells, which is all that alpha needs.
The paper's head averages windows of 2 x 2 to many cells, whose rows of W1 are summed; a head with
one global mean has a single cell, whose gradient is the sum already.
"""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Self

import numpy as np

from covid_model.common.errors import RunError

PAPER_POOL = 2  # side of the paper's AveragePooling2D


WEIGHTS = ("pooled_weights", "pooled_bias", "class_weights", "class_bias")


@dataclass(frozen=True, eq=False)
class Head:
    """The weights between the feature maps (h, w, C) and the class scores, as in ``head.npz``.

    Attributes:
        pooled_weights: float32 (cells * C, n), W1; rows follow (row, column, channel). The global
            mean is one cell.
        pooled_bias: float32 (n,), b1.
        class_weights: float32 (n, 3), W2.
        class_bias: float32 (3,), b2.
        max_pool: side of the max pooling before the average pooling, 0 for none.
        average_pool: side of the average pooling, 0 for the mean over all positions.
    """

    pooled_weights: np.ndarray
    pooled_bias: np.ndarray
    class_weights: np.ndarray
    class_bias: np.ndarray
    max_pool: int = 0
    average_pool: int = PAPER_POOL

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read ``head.npz``; one without ``average_pool`` has the paper's.

        Raises:
            RunError: if the file is damaged or lacks an array.
        """
        try:
            with path.open("rb") as stream, np.load(stream) as arrays:
                stored = {"average_pool": PAPER_POOL, **arrays}
                values = {field.name: stored[field.name] for field in fields(cls)}
                if any(values[name].dtype != np.float32 for name in WEIGHTS):
                    raise ValueError("weights are no float32 numbers")
                pools = {name: _pool(values[name]) for name in ("max_pool", "average_pool")}
        except Exception as error:  # damaged files make NumPy raise almost anything
            raise RunError(
                "{path} does not hold the weights of a head ({error}): restore the file or train "
                "the model again.",
                path=path,
                error=str(error),
            ) from error
        return cls(**{**values, **pools})


def class_scores(maps: np.ndarray, head: Head) -> np.ndarray:
    """Return the pre-softmax score of each class, float32 (3,).

    Args:
        maps: float32 (h, w, C), output of the target layer for one image.
        head: the weights behind it.
    """
    return np.maximum(_hidden(maps, head), 0) @ head.class_weights + head.class_bias


def gradcam(maps: np.ndarray, head: Head) -> np.ndarray:
    """Return one heatmap a class.

    Args:
        maps: float32 (h, w, C), output of the target layer for one image.
        head: the weights behind it.

    Returns:
        float32 (3, h, w), range [0, 1]. A map's maximum is 1, or all of it is 0 where nothing
        speaks for the class.
    """
    height, width, channels = maps.shape
    active = _hidden(maps, head) > 0
    summed = head.pooled_weights.reshape(-1, channels, active.size).sum(axis=0)
    alpha = summed @ (active[:, None] * head.class_weights) / (height * width)
    cam = np.maximum(np.moveaxis(maps @ alpha, -1, 0), 0)
    peak = cam.max(axis=(1, 2), keepdims=True)
    return np.divide(cam, peak, out=np.zeros_like(cam), where=peak > 0)


def _hidden(maps: np.ndarray, head: Head) -> np.ndarray:
    """The hidden layer before its relu, float32 (n,)."""
    if head.max_pool:
        maps = _windows(maps, head.max_pool).max(axis=(1, 3))
    if head.average_pool:
        pooled = _windows(maps, head.average_pool).mean(axis=(1, 3))
    else:
        pooled = maps.mean(axis=(0, 1))
    # Not "@": a threaded BLAS waits for every core, for 8 ms where another program is busy.
    return np.einsum("i,ij->j", pooled.ravel(), head.pooled_weights) + head.pooled_bias


def _pool(value: np.ndarray) -> int:
    """A pooling's side as a plain number; ValueError where it is none."""
    side = int(value)
    if side < 0:
        raise ValueError(f"a pooling of side {side}")
    return side


def _windows(maps: np.ndarray, side: int) -> np.ndarray:
    """Cut (h, w, C) into (h // side, side, w // side, side, C), dropping what fills no window."""
    rows, columns = maps.shape[0] // side, maps.shape[1] // side
    whole = maps[: rows * side, : columns * side]
    return whole.reshape(rows, side, columns, side, maps.shape[2])
