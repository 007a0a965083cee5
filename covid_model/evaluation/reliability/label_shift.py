"""How frequent the classes are in a hospital, estimated from images without truth."""

import numpy as np

ROUNDS, STILL = 1000, 1e-7  # of the iteration: at most; change of a share where it ends
LEAST_SHARE = 1e-4  # a class may be rarer, yet no class is ruled out


def class_shares(
    probabilities: np.ndarray, *, base: np.ndarray, weights: np.ndarray | None = None
) -> np.ndarray:
    """Estimate the mix of classes that images come from, by expectation and maximisation.

    Where only the mix differs from the one that the probabilities hold for, and the images of a
    class look the same, this is the mix of the highest likelihood: Saerens, Latinne & Decaestecker
    2002, Neural Computation 14:21-41, doi:10.1162/089976602753284446. The alternative, from the
    confusion matrix of labelled images, is Lipton, Wang & Smola 2018, arXiv:1802.03916; with
    calibrated probabilities the first is at least as good (Alexandari, Kundaje & Shrikumar 2020,
    arXiv:1901.06852).

    Args:
        probabilities: calibrated, float (n, 3).
        base: the mix that they hold for, float (3,), above 0, sum 1.
        weights: how often each image counts in each of m samples, float (m, n); None for one
            sample with each image once.

    Returns:
        float64 (m, 3), sum 1, at least ``LEAST_SHARE``; (3,) without weights.
    """
    counts = np.ones((1, len(probabilities))) if weights is None else weights
    likelihoods = probabilities.astype(float) / base
    shares = np.tile(np.asarray(base, float), (len(counts), 1))
    for _ in range(ROUNDS):
        total = np.maximum(likelihoods @ shares.T, np.finfo(float).tiny)  # (n, m)
        before, shares = shares, shares * ((counts / total.T) @ likelihoods)
        shares = shares / shares.sum(axis=1, keepdims=True)
        if np.abs(shares - before).max() < STILL:
            break
    shares = np.maximum(shares, LEAST_SHARE)
    shares = shares / shares.sum(axis=1, keepdims=True)
    return shares[0] if weights is None else shares


def shift_offsets(shares: np.ndarray, base: np.ndarray) -> tuple[float, ...]:
    """What is added to each class's log-probability so that it holds for another mix, sum 0."""
    raw = np.log(shares / base)
    return tuple(round(float(x), 6) for x in raw - raw.mean())
