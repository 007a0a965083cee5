"""Composites: aligned by their lungs, as sharp as one film, and none of the films."""

import cv2
import numpy as np
import pytest

from assets.composites import judged
from assets.composites.aligned import LEVELS, SIZE, Film, aligned, landmarks
from assets.composites.blended import blended, likeness
from assets.composites.drawn import Drawn, drawn_card
from covid_model.imaging.radiograph import Radiograph
from covid_model.serving.classifier import Prediction
from covid_model.serving.diagnosis import combine_predictions
from covid_model.serving.together import NO_MAP

HEIGHT, WIDTH = 200, 240


def lungs(dx=0, dy=0, half=40):
    """A mask of two ellipses, bool (HEIGHT, WIDTH), each ``half`` wide to a side at most."""
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    for x in (70, 170):
        cv2.ellipse(mask, (x + dx, 100 + dy), (half, 70), 0, 0, 360, 1, cv2.FILLED)
    return mask > 0


def drawn_film(mask, seed):
    """A film of a mask's lungs with detail of its own."""
    noise = np.random.default_rng(seed).normal(0, 0.08, mask.shape)
    pixels = np.clip(np.where(mask, 0.3, 0.7) + noise, 0, 1).astype(np.float32)
    points = landmarks(mask)
    assert points is not None
    return Film(pixels, points)


@pytest.fixture(scope="module")
def films():
    """Sixteen, whose lungs lie and measure differently."""
    rng = np.random.default_rng(1)
    shapes = [(*rng.integers(-12, 13, 2), rng.integers(30, 42)) for _ in range(16)]
    return aligned([drawn_film(lungs(*shape), seed) for seed, shape in enumerate(shapes)])


def test_landmarks_are_the_edges_of_each_lung():
    points = landmarks(lungs())
    assert points.shape == (4 * LEVELS, 2)
    middle = points[[LEVELS - 1, LEVELS, 3 * LEVELS - 1, 3 * LEVELS], 0] * WIDTH
    assert middle == pytest.approx([30, 110, 130, 210], abs=1)


def test_a_mask_in_one_part_has_no_landmarks():
    assert landmarks(np.ones((50, 50), bool)) is None


def test_aligned_lungs_cover_one_another(films):
    warped, inside = films
    assert warped.shape == inside.shape == (16, SIZE, round(SIZE * WIDTH / HEIGHT))
    lung = np.stack([cv2.GaussianBlur(one, (0, 0), 6) for one in warped]) < 0.5
    assert lung.all(axis=0).sum() > 0.9 * lung.any(axis=0).sum()
    apart = np.stack([lungs(*shape) for shape in ((-12, -12), (12, 12))])
    assert apart.all(axis=0).sum() < 0.6 * apart.any(axis=0).sum()


def test_a_composite_is_as_sharp_as_a_film_but_like_none(films):
    warped, inside = films

    def detail(picture):
        picture = picture.astype(np.float32) - cv2.GaussianBlur(
            picture.astype(np.float32), (0, 0), 4
        )
        return picture[200:280, 100:180].std()  # within a lung

    picture = blended(warped, inside)
    of_one = np.median([detail(255 * one) for one in warped])
    assert detail(255 * warped.mean(axis=0)) < 0.4 * of_one
    assert 0.7 * of_one < detail(picture) < 1.5 * of_one
    assert likeness(picture, warped) < 0.7
    assert likeness((255 * warped[3]).astype(np.uint8), warped) > 0.99


def test_the_same_films_make_the_same_composite(films):
    assert np.array_equal(blended(*films), blended(*films))


def candidate(score, *, label="normal", novelty=0.5):
    """A candidate of normal films, to which one network gives a class with a probability."""
    rest = (1 - score) / 2
    given = [score if name == label else rest for name in ("covid", "normal", "infection")]
    one = Prediction(
        "vgg16", np.array(given, np.float32), NO_MAP, 0.0, True, novelty=novelty, threshold=0.8
    )
    picture = Radiograph(np.zeros((8, 8), np.float32), "a.png")
    result = combine_predictions(picture, [one])
    return judged.Judged(Drawn(("normal",), b""), {"vgg16": result, judged.ALL: result})


def test_the_clearest_right_answer_is_chosen():
    near, clear = candidate(0.82), candidate(0.97)
    wrong, novel = candidate(0.99, label="covid"), candidate(0.99, novelty=1.2)
    assert judged.best([near, wrong, clear, novel], "ok") is clear
    assert judged.best([wrong, novel], "ok") is None


def test_the_clearest_doubt_is_chosen():
    near, clear = candidate(0.79), candidate(0.5)
    assert judged.best([near, candidate(0.9), clear], "uncertain") is clear


def test_the_test_card_is_a_picture_without_radiographs():
    card = drawn_card()
    picture = cv2.imdecode(np.frombuffer(card.png, np.uint8), cv2.IMREAD_UNCHANGED)
    assert (picture.shape, picture.dtype, card.images) == ((480, 480), np.uint8, 0)
    assert picture.min() == 0
    assert picture.max() == 255
