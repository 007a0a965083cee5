"""Random variants stay radiographs of the right size and depend on the generator alone."""

from dataclasses import replace

import numpy as np
import pytest

from covid_model.training.inputs import artifacts
from covid_model.training.inputs.artifacts import add_artifacts
from covid_model.training.inputs.augmentation import augment
from covid_model.training.recipes.augmentation import Augmentation

STILL = Augmentation(
    crop=1, stretch=1, rotation=0, contrast=0, brightness=0, gamma=1, blur=0, noise=0, border=0
)


@pytest.fixture
def picture(drawn_radiograph):
    return (drawn_radiograph[:237, :237] * 255).astype(np.uint8)


def test_variant_has_the_asked_size_and_type(picture):
    out = augment(picture, 112, Augmentation(), np.random.default_rng(0))
    assert out.shape == (112, 112)
    assert out.dtype == np.uint8


def test_same_generator_same_variant(picture):
    first, second, other = (
        augment(picture, 64, Augmentation(), np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first, other)


def test_all_at_rest_gives_the_image_back(picture):
    out = augment(picture, 237, STILL, np.random.default_rng(0))
    assert np.abs(out.astype(int) - picture).max() <= 1


@pytest.mark.parametrize(
    "change",
    [
        {"crop": 0.3},
        {"rotation": 9.0},
        {"contrast": 0.3},
        {"brightness": 0.2},
        {"gamma": 1.5},
        {"blur": 2.0},
        {"noise": 0.1},
        {"border": 0.2},
        {"crop": 0.5, "stretch": 1.4},
        {"flip": 0.5},
        {"coarse": 0.9},
        {"marks": 0.9},
    ],
)
def test_each_value_changes_something(picture, change):
    config = replace(STILL, **change)
    outs = [augment(picture, 237, config, np.random.default_rng(seed)) for seed in range(8)]
    assert max(np.abs(out.astype(int) - picture).max() for out in outs) > 5


def test_what_is_off_draws_nothing(picture):
    """Recipes without the later values give the variants that they always gave."""
    config = Augmentation()
    assert (config.flip, config.coarse, config.marks) == (0, 0, 0)
    rng = np.random.default_rng(3)
    augment(picture, 64, config, rng)
    assert rng.integers(0, 2**62) == 227794807865640173


def test_a_flip_is_a_mirror_image(picture):
    out = augment(picture, 237, replace(STILL, flip=1.0), np.random.default_rng(0))
    assert np.abs(out.astype(int) - picture[:, ::-1]).max() <= 1


def changed(picture, seed, **probabilities):
    out = add_artifacts(
        picture, np.random.default_rng(seed), **{"coarse": 0, "marks": 0} | probabilities
    )
    return np.abs(out.astype(int) - picture) > 3


def test_marks_are_small_and_mostly_near_the_rim(picture):
    before = picture.copy()
    hits = np.stack([changed(picture, seed, marks=1.0) for seed in range(60)])
    np.testing.assert_array_equal(picture, before)
    assert hits.any(axis=(1, 2)).mean() > 0.9
    assert 0 < hits.mean() < 0.05
    rim = np.ones(picture.shape, bool)
    rim[60:-60] = False
    assert hits[:, rim].mean() > 1.5 * hits[:, ~rim].mean()


def test_coarse_changes_stay_below_a_third_or_are_smooth(picture):
    shares = [changed(picture, seed, coarse=1.0).mean() for seed in range(20)]
    assert min(shares) > 0.01
    smooth = artifacts._uneven_exposure(np.full((64, 64), 128, np.uint8), np.random.default_rng(1))
    assert np.abs(np.diff(smooth.astype(int), axis=0)).max() <= 4
    assert np.ptp(smooth) > 5


@pytest.mark.parametrize("size", [4, 8, 32])
def test_small_images_are_no_trouble(size):
    image = np.full((size, size), 100, np.uint8)
    for seed in range(40):
        assert (
            add_artifacts(image, np.random.default_rng(seed), coarse=1, marks=1).shape
            == image.shape
        )
