"""The network input is the paper's plain resize, grey in three channels."""

import numpy as np
import pytest

from covid_model.common.errors import UsageError
from covid_model.imaging.preprocessing import (
    INPUT_SIZE,
    Box,
    Preprocessing,
    equalized,
    reduced,
    resize,
    to_input,
)
from covid_model.imaging.radiograph import Radiograph
from tests.drawings import varied


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


def test_equalised_greys_do_not_depend_on_contrast_or_brightness():
    picture = varied("normal", 3)
    pale, whole = 0.4 + 0.3 * picture, 0.05 + 0.9 * picture
    assert np.abs(pale - whole).mean() > 0.1, "the two are alike before: nothing is shown"
    difference = np.abs(equalized(pale) - equalized(whole))
    assert difference.mean() < 0.005
    assert equalized(whole).dtype == np.float32
    assert (equalized(whole).min(), equalized(whole).max()) >= (0, 0.9)


@pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
def test_a_flat_picture_stays_finite(level):
    assert np.isfinite(equalized(np.full((40, 50), level, np.float32))).all()


def test_a_box_is_cut_out_and_put_back_where_it_was():
    picture = np.zeros((100, 200), np.float32)
    picture[20:60, 50:150] = 1
    box = Box(0.2, 0.6, 0.25, 0.75)
    assert box.cut(picture).shape == (40, 100)
    assert box.cut(picture).all()
    np.testing.assert_array_equal(
        box.placed(np.ones((8, 8), np.float32), height=100, width=200), picture
    )
    assert Box(0.25, 0.5, 0.25, 0.75).widened(0.5) == Box(0.125, 0.625, 0.0, 1.0)
    assert Box(0.999, 1.0, 0.0, 0.001).cut(picture).size == 1


def test_only_large_pictures_are_reduced_and_keep_their_aspect_ratio():
    picture = np.random.default_rng(0).random((640, 1280), np.float32)
    assert reduced(picture).shape == (320, 640)
    assert reduced(picture[:200]) is not None
    np.testing.assert_array_equal(reduced(picture[:200]), picture[:200])


def test_unknown_preprocessing_is_refused():
    with pytest.raises(UsageError, match=r"greys of plain or equalized.*bright"):
        Preprocessing(greys="bright")
    with pytest.raises(UsageError, match="view of whole or lungs"):
        Preprocessing(view="heart")
    with pytest.raises(UsageError, match="pooling over all or lungs.*pooling over hearts"):
        Preprocessing(pooling="hearts")
