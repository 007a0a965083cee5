"""The network is shown the lungs, and its heatmaps lie where they belong on the whole picture."""

import cv2
import numpy as np
import pytest

from covid_model.imaging.preprocessing import Box, Preprocessing, without_bars
from covid_model.imaging.radiograph import Radiograph
from covid_model.inference.network_input import (
    GRID,
    network_input,
    on_whole_picture,
    view_of,
    with_greys,
)
from tests.drawings import HEIGHT, WIDTH, noise

LUNGS = Preprocessing(view="lungs")


def test_what_is_shown_is_the_lungs_wherever_they_lie(drawn_radiograph):
    pictures = [Radiograph(drawn_radiograph[24:, :-20]), Radiograph(drawn_radiograph[:-24, 20:])]

    def alike(preprocessing):
        first, second = (
            network_input(picture, size=64, preprocessing=preprocessing).image.ravel()
            for picture in pictures
        )
        return np.corrcoef(first, second)[0, 1]

    boxes = [network_input(each, size=64, preprocessing=LUNGS).box for each in pictures]
    assert Box() not in boxes, "no lungs are found: nothing is tested"
    assert alike(LUNGS) > 0.8
    assert alike(Preprocessing()) < 0.6


def test_a_large_file_is_shown_as_sharp_as_a_small_one(drawn_radiograph):
    large = cv2.resize(drawn_radiograph, (8 * WIDTH, 8 * HEIGHT), interpolation=cv2.INTER_CUBIC)
    small = network_input(Radiograph(drawn_radiograph), size=64, preprocessing=LUNGS)
    again = network_input(Radiograph(large.clip(0, 1)), size=64, preprocessing=LUNGS)
    assert np.abs(small.image - again.image).mean() < 0.02


def test_a_picture_without_lungs_is_shown_whole():
    assert view_of(noise(), LUNGS).box == view_of(noise(), Preprocessing()).box == Box()


@pytest.mark.parametrize("grey", [0.0, 1.0])
@pytest.mark.parametrize("pads", [((40, 40), (0, 0)), ((0, 0), (30, 50))])
@pytest.mark.parametrize("pooling", ["all", "lungs"])
def test_bars_that_make_a_square_change_nothing(drawn_radiograph, grey, pads, pooling):
    shown = Preprocessing(view="lungs", pooling=pooling)
    barred = np.pad(drawn_radiograph, pads, constant_values=grey)
    plain, cut = (
        network_input(Radiograph(pixels), size=64, preprocessing=shown)
        for pixels in (drawn_radiograph, barred)
    )
    np.testing.assert_array_equal(plain.image, cut.image)
    (top, _), (left, _) = pads
    place = cut.box.top * len(barred) - top, cut.box.left * barred.shape[1] - left
    np.testing.assert_allclose(place, (plain.box.top * HEIGHT, plain.box.left * WIDTH), atol=1e-9)
    black = np.pad(np.zeros_like(drawn_radiograph), pads, constant_values=grey)
    assert view_of(black, shown).part == Box()  # nothing but bars: shown as it is


@pytest.mark.parametrize("pads", [((40, 0), (0, 0)), ((4, 4), (0, 0)), ((0, 0), (40, 3))])
def test_a_border_at_one_end_or_a_narrow_one_is_no_bar(drawn_radiograph, pads):
    assert without_bars(np.pad(drawn_radiograph, pads)) == Box()


def test_the_third_channel_holds_the_lungs_with_a_rim(drawn_radiograph):
    shown = Preprocessing(view="lungs", pooling="lungs")
    image = network_input(Radiograph(drawn_radiograph), size=64, preprocessing=shown).image[0]
    plain = network_input(Radiograph(drawn_radiograph), size=64, preprocessing=LUNGS).image[0]
    np.testing.assert_array_equal(image[:, :, :2], plain[:, :, :2])
    lungs = image[:, :, 2]
    assert 0 <= lungs.min() < 0.1 < 0.9 < lungs.max() <= 1
    dark = plain[:, :, 0] < 0.5  # the drawn lungs
    assert lungs[dark].mean() > 0.9 > lungs[~dark].mean()
    other = with_greys(image, np.zeros((64, 64), np.float32), shown)[0]
    np.testing.assert_array_equal(other[:, :, 2], lungs)
    assert not other[:, :, :2].any()
    assert not with_greys(plain, np.zeros((64, 64), np.float32), LUNGS).any()
    without = network_input(Radiograph(noise()), size=64, preprocessing=shown).image[0]
    assert (without[:, :, 2] == 1).all()


def test_heatmaps_of_a_part_lie_there_on_the_whole_picture():
    maps = np.zeros((3, 4, 4), np.float32)
    maps[0] = 1
    assert on_whole_picture(maps, Box()) is maps
    whole = on_whole_picture(maps, Box(0.25, 0.75, 0.5, 1.0))
    assert whole.shape == (3, GRID, GRID)
    np.testing.assert_array_equal(whole[0, GRID // 4 : 3 * GRID // 4, GRID // 2 :], 1)
    assert whole[0].sum() == GRID * GRID / 4
    assert not whole[1:].any()
