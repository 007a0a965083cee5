"""The network input is the paper's plain resize, grey in three channels."""

import numpy as np
import pytest

from covid_model.imaging.preprocessing import INPUT_SIZE, resize, to_input
from covid_model.imaging.radiograph import Radiograph


def test_input_has_the_network_shape_and_three_equal_channels():
    pixels = np.random.default_rng(0).random((300, 500), np.float32)
    result = to_input(Radiograph(pixels))
    assert result.shape == (1, INPUT_SIZE, INPUT_SIZE, 3)
    assert result.dtype == np.float32
    np.testing.assert_array_equal(result[..., 0], result[..., 1])
    np.testing.assert_array_equal(result[..., 0], result[..., 2])


def test_shrinking_averages_areas():
    pixels = np.kron(np.eye(8, dtype=np.float32), np.array([[0, 1], [0.5, 0.5]], np.float32))
    np.testing.assert_allclose(resize(pixels, height=8, width=8), np.eye(8) / 2, atol=1e-6)


@pytest.mark.parametrize("shape", [(100, 90), (100, 900), (900, 100)])
def test_growing_stays_in_range_and_keeps_both_axes(shape):
    pixels = np.zeros(shape, np.float32)
    pixels[: shape[0] // 2] = 1
    result = resize(pixels)
    assert result.shape == (237, 237)
    assert result.min() == 0
    assert result.max() == 1
    assert result[:110].min() == 1
    assert result[-110:].max() == 0


def test_size_can_follow_a_smaller_network():
    assert to_input(Radiograph(np.eye(64, dtype=np.float32)), size=32).shape == (1, 32, 32, 3)
