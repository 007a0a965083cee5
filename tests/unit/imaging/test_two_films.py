"""Two films in one picture are refused, one film never is."""

import cv2
import numpy as np
import pytest

from covid_model.common.errors import RadiographError
from covid_model.imaging.two_films import check_one_film, shrunk
from covid_model.serving.diagnosis import classify_case
from tests.drawings import noise, png

HEIGHT, WIDTH = 300, 280
BESIDE, ABOVE = "side by side", "one above the other"


def chest(shift=0.0):
    """A chest more like a real one than the drawings that tiny networks learn: float32 (H, W)."""
    y, x = np.mgrid[0 : 1 : HEIGHT * 1j, -1 : 1 : WIDTH * 1j]
    body = 0.75 * (np.abs(x) < 0.55 + 0.4 * np.clip(4 * y - 0.3, 0, 1))
    neck = (y < 0.12) & (np.abs(x) < 0.25)
    top = np.clip((y - 0.1) / 0.2, 0, 1)
    lungs = sum(
        ((x - side * 0.42) / (0.3 * top + 1e-3)) ** 2 + ((y - 0.5) / 0.36) ** 2 < 1
        for side in (-1, 1)
    )
    heart = ((x - 0.12) / 0.35) ** 2 + ((y - 0.66) / 0.2) ** 2 < 1
    picture = body + 0.15 * neck - 0.5 * (lungs & ~heart) + 0.12 * (np.abs(x) < 0.12)
    picture = cv2.GaussianBlur(picture + 0.03 * np.sin(40 * y + shift), (0, 0), 5)
    return picture.clip(0, 1).astype(np.float32)


def beside(first, second, gap=0, grey=0.0):
    return np.hstack([first, np.full((len(first), gap), grey, np.float32), second])


def smaller(picture, share=0.8):
    """A film shrunk, black below it, as tall as it was."""
    small = cv2.resize(picture, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    return np.pad(small, ((0, len(picture) - len(small)), (0, 0)))


PAIRS = {
    "without a gap": (beside(chest(), chest(2)), BESIDE),
    "with a black gap": (beside(chest(), chest(2), 12), BESIDE),
    "with a white gap": (beside(chest(), chest(2), 30, 1.0), BESIDE),
    "of different sizes": (beside(chest(), smaller(chest(2)), 6), BESIDE),
    "with a strip of text": (np.pad(beside(chest(), chest(2), 8), ((40, 0), (0, 0))), BESIDE),
    "stacked": (np.vstack([chest(), chest(2)]), ABOVE),
    "stacked with a gap": (
        np.pad(np.vstack([np.pad(chest(), ((0, 20), (0, 0)), constant_values=1), chest(2)]), 9),
        ABOVE,
    ),
}


@pytest.mark.parametrize(("picture", "way"), PAIRS.values(), ids=PAIRS)
def test_two_films_are_refused_by_the_way_they_lie(picture, way):
    with pytest.raises(RadiographError, match=f"{way}.*(PA or AP)"):
        check_one_film(shrunk(picture))


def test_a_film_beside_any_other_view_is_refused_where_networks_know_the_picture():
    picture = beside(chest(), noise()[:, :200])
    check_one_film(shrunk(picture))
    with pytest.raises(RadiographError, match=BESIDE):
        check_one_film(shrunk(picture), known=True)


SINGLES = {
    "one film": chest(),
    "with black bars": np.pad(chest(), ((0, 0), (90, 90))),
    "wide": cv2.resize(chest(), (520, 300)),
    "tall": cv2.resize(chest(), (220, 300)),
    "negative": 1 - chest(),
    "a half": chest()[:, :140],
    "two pictures of another kind": beside(noise(), noise()[::-1]),
    "as small as can be": cv2.resize(chest(), (64, 64)),
    "nothing but noise": noise(),
}


@pytest.mark.parametrize("picture", SINGLES.values(), ids=SINGLES)
def test_one_film_is_not_refused(picture):
    check_one_film(shrunk(np.ascontiguousarray(picture)))


@pytest.mark.parametrize("name", ["one film", "with black bars", "wide", "tall", "a half"])
def test_one_film_that_networks_know_is_not_refused(name):
    check_one_film(shrunk(np.ascontiguousarray(SINGLES[name])), known=True)


def test_a_refused_pair_is_kept_to_be_shown_and_asks_no_network():
    result = classify_case(png(PAIRS["stacked"][0]), "pair.png", [])
    assert (result.status, result.predictions, result.withheld) == ("refused", (), False)
    assert ABOVE in result.reason
    assert result.radiograph.pixels.shape == (2 * HEIGHT, WIDTH)
