"""Parts of a radiograph are hidden where they should be, at unchanged brightness."""

import numpy as np
import pytest

from covid_model.inference.occlusion import hide_lungs, only_border, only_lungs, share_inside

MASK = np.zeros((100, 80), bool)
MASK[30:70, 20:60] = True


@pytest.fixture
def pixels():
    grey = np.random.default_rng(0).random(MASK.shape, np.float32) / 2
    return np.where(MASK, grey + np.float32(0.5), grey)  # the masked part is brighter


@pytest.mark.parametrize("change", [hide_lungs, only_lungs])
def test_what_is_hidden_has_the_mean_grey_of_what_stays(pixels, change):
    before = pixels.copy()
    out = change(pixels, MASK)
    hidden = out != pixels
    assert out.dtype == np.float32
    assert out.shape == pixels.shape
    assert np.ptp(out[hidden]) == 0
    assert out[hidden][0] == pytest.approx(pixels[~hidden].mean(), abs=1e-6)
    assert out.mean() == pytest.approx(pixels[~hidden].mean(), abs=1e-6)
    np.testing.assert_array_equal(pixels, before)


def test_hidden_lungs_take_a_narrow_rim_along(pixels):
    hidden = hide_lungs(pixels, MASK) != pixels
    assert hidden[MASK].all()
    assert hidden[28, 40]
    assert hidden[40, 18]
    assert not hidden[25, 40]
    assert not hidden[40, 15]


def test_only_lungs_keeps_the_lungs_exactly(pixels):
    out = only_lungs(pixels, MASK)
    np.testing.assert_array_equal(out[MASK], pixels[MASK])
    assert np.ptp(out[~MASK]) == 0


def test_only_border_keeps_a_frame(pixels):
    out = only_border(pixels, share=0.2)
    same = out == pixels
    assert same[:20].all()
    assert same[-20:].all()
    assert same[:, :16].all()
    assert same[:, -16:].all()
    assert not same[20:-20, 16:-16].any()
    assert out[50, 40] == pytest.approx(pixels[same].mean(), abs=1e-6)


def test_a_mask_of_everything_leaves_the_mean_alone(pixels):
    out = hide_lungs(pixels, np.ones_like(MASK))
    assert np.ptp(out) == 0
    assert out[0, 0] == pytest.approx(pixels.mean(), abs=1e-6)


def test_an_empty_mask_hides_nothing(pixels):
    np.testing.assert_array_equal(hide_lungs(pixels, np.zeros_like(MASK)), pixels)


def test_the_share_of_an_even_map_is_that_of_the_area():
    assert share_inside(np.ones((7, 5), np.float32), MASK) == pytest.approx(MASK.mean())


def test_the_share_follows_the_heat_to_its_place():
    heat = np.zeros((10, 8), np.float32)
    heat[4:6, 3:5] = 1  # rows 40 to 60, columns 30 to 50 of the mask
    assert share_inside(heat, MASK) == pytest.approx(1)
    assert share_inside(heat, ~MASK) == 0
    corner = np.zeros((10, 8), np.float32)
    corner[0, 0] = 1
    assert share_inside(corner, MASK) == 0


@pytest.mark.parametrize("value", [0, np.nan])
def test_a_map_without_heat_has_no_share(value):
    assert share_inside(np.full((3, 3), value, np.float32), MASK) is None
