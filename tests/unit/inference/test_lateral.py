"""The head for lateral views: its score, its file, what it refuses."""

import numpy as np
import pytest

from covid_model.common.errors import RunError
from covid_model.inference.lateral import LateralHead

HEAD = LateralHead(np.array([2, -1, 0.5], np.float32), 0.25, 0.7)


def test_the_score_is_the_logistic_of_the_means_of_the_maps():
    maps = np.random.default_rng(0).normal(size=(4, 5, 3)).astype(np.float32)
    logit = maps.mean(axis=(0, 1)) @ [2, -1, 0.5] + 0.25
    assert HEAD.score(maps) == pytest.approx(1 / (1 + np.exp(-logit)), rel=1e-5)
    assert HEAD.score_of(np.float32([[1e6, 0, 0], [-1e6, 0, 0]])).tolist() == pytest.approx([1, 0])


def test_what_is_saved_is_read_again_and_equal_heads_give_equal_bytes(tmp_path):
    HEAD.save(tmp_path / "lateral.npz")
    again = LateralHead.load(tmp_path / "lateral.npz")
    np.testing.assert_array_equal(again.weights, HEAD.weights)
    assert (again.bias, again.threshold) == (0.25, np.float32(0.7))
    again.save(tmp_path / "again.npz")
    assert (tmp_path / "again.npz").read_bytes() == (tmp_path / "lateral.npz").read_bytes()


def test_maps_of_another_network_are_refused():
    with pytest.raises(RunError, match="Expected 3 feature maps .* Received: 4. lateral.npz belo"):
        HEAD.score(np.zeros((2, 2, 4), np.float32))


GOOD = {"weights": np.zeros(3, np.float32), "bias": np.float32(0), "threshold": np.float32(0.5)}


@pytest.mark.parametrize(
    "change",
    [
        {"weights": np.zeros(3)},
        {"weights": np.zeros((3, 1), np.float32)},
        {"weights": np.float32([0, np.nan, 0])},
        {"bias": np.float32(np.inf)},
        {"threshold": np.float32(0)},
        {"threshold": np.float32(1.01)},
        {"threshold": None},
    ],
)
def test_a_file_out_of_range_is_refused_by_name(tmp_path, change):
    arrays = {name: value for name, value in (GOOD | change).items() if value is not None}
    np.savez(tmp_path / "lateral.npz", **arrays)
    with pytest.raises(RunError, match="lateral.npz .*restore the file"):
        LateralHead.load(tmp_path / "lateral.npz")


def test_a_damaged_file_is_refused_by_name(tmp_path):
    (tmp_path / "lateral.npz").write_bytes(b"PK no archive")
    with pytest.raises(RunError, match="lateral.npz .*restore the file"):
        LateralHead.load(tmp_path / "lateral.npz")
