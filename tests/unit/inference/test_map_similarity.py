"""How alike two maps are: rank correlation, overlap of the hottest fifth."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from covid_model.inference.map_similarity import hottest_overlap, similarity

SPOT = np.zeros((8, 8), np.float32)
SPOT[2:4, 5:7] = 1  # 1 / 16 of the picture
FLAT = np.zeros_like(SPOT)
RAMP = np.linspace(0, 1, 100, dtype=np.float32).reshape(10, 10)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (SPOT, SPOT, 1.0),
        (SPOT, SPOT**2 * 3, 1.0),  # only the order counts
        (SPOT, 1 - SPOT, -1.0),
        (SPOT, FLAT, 0.0),
        (np.ones((3, 3), np.float32), SPOT, 0.0),
    ],
)
def test_similarity(first, second, expected):
    assert similarity(first, second) == pytest.approx(expected)


def test_similarity_of_two_flat_maps_is_unknown():
    assert np.isnan(similarity(np.zeros((2, 2), np.float32), np.ones((3, 3), np.float32)))


def test_maps_of_two_sizes_are_compared_on_the_larger():
    fine = np.kron(SPOT, np.ones((2, 2), np.float32))
    assert similarity(SPOT, fine) > 0.6
    assert hottest_overlap(SPOT, fine) > 0.6


def test_similarity_is_spearmans_with_shared_ranks():
    rng = np.random.default_rng(0)
    for _ in range(5):
        first, second = rng.integers(0, 6, (2, 7, 7)).astype(np.float32)
        expected = spearmanr(first.ravel(), second.ravel()).statistic
        assert similarity(first, second) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (RAMP, RAMP, 1.0),
        (RAMP, RAMP**3, 1.0),  # only the order counts
        (RAMP, 1 - RAMP, 0.0),
        (RAMP, np.roll(RAMP, 10), 0.5),  # the hottest row went to the top
        (SPOT, SPOT, 1.0),  # fewer warm cells than a fifth
        (SPOT, np.roll(SPOT, 1, axis=1), 0.5),
    ],
)
def test_overlap_of_the_hottest_fifth(first, second, expected):
    assert hottest_overlap(first, second) == pytest.approx(expected)


def test_overlap_with_an_empty_map_is_unknown():
    assert np.isnan(hottest_overlap(SPOT, FLAT))
    assert np.isnan(hottest_overlap(FLAT, RAMP))


def test_overlap_by_chance_is_a_fifth():
    rng = np.random.default_rng(1)
    overlaps = [hottest_overlap(*rng.random((2, 20, 20), np.float32)) for _ in range(50)]
    assert np.mean(overlaps) == pytest.approx(0.2, abs=0.02)
