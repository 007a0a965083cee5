"""Cohen's kappa against scikit-learn, its interval against other ways to get it."""

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from dashboard.cases.reader_study.kappa import cohen_kappa, fewest_cases


@pytest.mark.parametrize("seed", range(20))
def test_kappa_is_scikit_learns(seed):
    rng = np.random.default_rng(seed)
    first, second = rng.integers(0, 3, (2, rng.integers(4, 60)))
    second = np.where(rng.random(len(first)) < 0.5, first, second)
    counts = np.zeros((3, 3), int)
    np.add.at(counts, (first, second), 1)
    kappa = cohen_kappa(counts)
    assert kappa.value == pytest.approx(cohen_kappa_score(first, second, labels=[0, 1, 2]))
    assert (kappa.cases, kappa.agreed) == (len(first), int((first == second).sum()))


@pytest.mark.parametrize(
    "counts", [[[75, 1, 4], [5, 4, 1], [0, 0, 10]], [[9, 2, 7], [1, 5, 3], [2, 2, 8]]]
)
def test_the_interval_is_that_of_the_delta_method(counts):
    """Propagates the multinomial variance through a numeric gradient, without the formula."""
    counts = np.array(counts)
    shares, cases, step = counts.ravel() / counts.sum(), counts.sum(), 1e-6
    gradient = [
        (kappa_of(shares + step * unit) - kappa_of(shares - step * unit)) / (2 * step)
        for unit in np.eye(9)
    ]
    variance = gradient @ (np.diag(shares) - np.outer(shares, shares)) @ gradient / cases
    low, high = cohen_kappa(counts).interval
    assert (high - low) / 2 == pytest.approx(1.959964 * np.sqrt(variance), rel=1e-4)


def kappa_of(shares):
    table = shares.reshape(3, 3)
    chance = table.sum(axis=1) @ table.sum(axis=0)
    return (np.trace(table) - chance) / (1 - chance)


def test_the_interval_covers_what_a_bootstrap_covers():
    rng = np.random.default_rng(0)
    counts = np.array([[60, 10, 5], [8, 70, 12], [3, 9, 80]])
    cells = rng.multinomial(counts.sum(), counts.ravel() / counts.sum(), 4000)
    drawn = [cohen_kappa(cell.reshape(3, 3)).value for cell in cells]
    assert cohen_kappa(counts).interval == pytest.approx(
        np.quantile(drawn, (0.025, 0.975)), abs=0.01
    )


@pytest.mark.parametrize(
    ("counts", "value", "reason"),
    [
        (np.zeros((3, 3), int), None, "no cases"),
        (np.diag([0, 30, 0]), None, "one class"),
        (np.diag([1, 2, 0]), 1, "few cases"),
        (np.diag([10, 10, 10]), 1, "no spread"),
        (np.array([[0, 30, 0], [0, 0, 0], [0, 0, 0]]), 0, ""),
    ],
)
def test_what_cannot_be_said_says_why(counts, value, reason):
    kappa = cohen_kappa(counts)
    assert (kappa.value, kappa.reason) == (value, reason)
    assert (kappa.interval is None) == bool(reason)


def test_the_interval_takes_eighteen_cases_of_three_classes():
    assert fewest_cases(3) == 18
    assert cohen_kappa(np.array([[5, 1, 0], [0, 5, 1], [1, 0, 4]])).reason == "few cases"
    assert cohen_kappa(np.array([[5, 1, 0], [0, 5, 1], [1, 0, 5]])).interval
