"""Random variants stay radiographs of the right size and depend on the generator alone."""

from dataclasses import replace

import numpy as np
import pytest

from covid_model.training.augmentation import Augmentation, augment

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
    ],
)
def test_each_value_changes_something(picture, change):
    config = replace(STILL, **change)
    outs = [augment(picture, 237, config, np.random.default_rng(seed)) for seed in range(8)]
    assert max(np.abs(out.astype(int) - picture).max() for out in outs) > 5
