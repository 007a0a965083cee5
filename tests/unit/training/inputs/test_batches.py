"""Which images a training draws, how they reach the network."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from covid_model.data.dataset import Dataset
from covid_model.data.sampling import sampling_weights
from covid_model.training.inputs.batches import ImagePool, as_input, batch_of
from covid_model.training.recipes.base import Stage
from covid_model.training.recipes.finetune import FinetuneRecipe
from covid_model.training.recipes.pretrain import PretrainRecipe

RECIPE = PretrainRecipe(stages=(Stage(16, 80, 0.9), Stage(32, 16, 1.0)), batch=8)


def data_of(counts):
    """A data set with so many images of each (label, source)."""
    rows = [pair for pair, count in counts.items() for _ in range(count)]
    return Dataset(None, pd.DataFrame(rows, columns=["label", "source"]), True)


SMALL = data_of({("covid", "a"): 2, ("normal", "a"): 2, ("normal", "b"): 2,
                 ("infection", "a"): 5, ("infection", "b"): 1})  # fmt: skip
# as the public sources are: covid stands in one source, with few others
PUBLIC = data_of({("covid", "cohen"): 262, ("infection", "cohen"): 61, ("normal", "cohen"): 15,
                  ("infection", "kermany"): 3071, ("normal", "kermany"): 1133,
                  ("infection", "nih"): 297, ("normal", "nih"): 263})  # fmt: skip


def drawn(data, exponent, **values):
    """How often each class is drawn from each source, and the largest weight there."""
    weights = pd.Series(sampling_weights(data, exponent, **values))
    groups = weights.groupby([data.frame["label"], data.frame["source"]])
    return groups.sum(), groups.max()


def test_classes_are_drawn_by_their_exponent():
    images = PUBLIC.frame.groupby("label").size()
    for exponent in (0.5, 1.0):
        share, _ = drawn(PUBLIC, 0.5, within_source=1.0, class_exponent=exponent)
        expected = images**exponent / (images**exponent).sum()
        assert share.groupby("label").sum().tolist() == pytest.approx(expected.tolist())


@pytest.mark.parametrize("within", [0.0, 0.3, 1.0])
def test_classes_are_drawn_alike(within):
    for data in (SMALL, PUBLIC):
        share, _ = drawn(data, 0.5, within_source=within)
        assert share.groupby("label").sum().tolist() == pytest.approx([1 / 3] * 3)


def test_sources_are_drawn_by_the_exponent():
    for exponent, share in ((0.0, 0.5), (0.5, 5**0.5 / (5**0.5 + 1)), (1.0, 5 / 6)):
        assert drawn(SMALL, exponent)[0]["infection", "a"] == pytest.approx(share / 3)


def test_images_of_a_class_and_source_are_drawn_alike():
    weights = pd.Series(sampling_weights(PUBLIC, 0.5, within_source=1.0))
    assert (weights > 0).all()
    groups = weights.groupby([PUBLIC.frame["label"], PUBLIC.frame["source"]])
    assert (groups.max() - groups.min()).max() < 1e-12


def test_the_source_of_all_covid_images_gives_the_class_away_less():
    before, _ = drawn(PUBLIC, 0.5)
    half, _ = drawn(PUBLIC, 0.5, within_source=0.3)
    assert before["infection", "cohen"] < 0.1 * before["covid", "cohen"] * 2
    assert half["infection", "cohen"] == pytest.approx(0.3 * half["covid", "cohen"])
    alike, _ = drawn(PUBLIC, 0.5, within_source=1.0, repeat=100.0)
    assert alike["infection", "cohen"] > 0.5 * alike["covid", "cohen"]
    only = data_of({("covid", "a"): 9, ("infection", "a"): 3, ("normal", "b"): 9})
    alike, _ = drawn(only, 0.5, within_source=1.0)
    assert alike["infection", "a"] == pytest.approx(alike["covid", "a"])


def test_a_handful_is_not_repeated_without_end():
    share, each = drawn(PUBLIC, 0.5, within_source=1.0, repeat=1.5)
    most = 1.5 * each["covid", "cohen"]
    assert each["infection", "cohen"] == pytest.approx(most)
    assert each["normal", "cohen"] == pytest.approx(most)
    assert share["infection", "cohen"] == pytest.approx(61 * most)


def test_a_recipe_decides_what_is_drawn(monkeypatch):
    monkeypatch.setattr(Dataset, "pictures", lambda self: np.zeros((len(self), 4, 4), np.uint8))
    labelled = replace(PUBLIC, frame=PUBLIC.frame.assign(path=""))
    recipe = FinetuneRecipe(within_source=1.0)
    weights = ImagePool.for_recipe(labelled, recipe).weights
    expected = sampling_weights(
        PUBLIC, recipe.source_exponent, within_source=1.0, repeat=1.5, class_exponent=0.5
    )
    np.testing.assert_array_equal(weights, expected)


@pytest.fixture
def pictures():
    rng = np.random.default_rng(0)
    grey = rng.integers(0, 256, (12, 40, 40)).astype(np.uint8)
    labels = np.eye(3, dtype=np.float32)[np.arange(12) % 3]
    return ImagePool(grey, labels, np.full(12, 1 / 12))


def test_a_batch_depends_on_seed_and_step_alone(pictures):
    (first, labels), (again, _) = (batch_of(pictures, RECIPE, 3) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert first.shape == (8, 16, 16, 3)
    assert first.dtype == np.float32
    assert 0 <= first.min() <= first.max() <= 1
    assert labels.sum(axis=1).tolist() == [1.0] * 8
    assert batch_of(pictures, RECIPE, 10)[0].shape == (8, 32, 32, 3)  # the second stage
    assert not np.array_equal(first, batch_of(pictures, RECIPE, 4)[0])
    assert not np.array_equal(first, batch_of(pictures, replace(RECIPE, seed=9), 3)[0])


def test_images_without_weight_are_never_drawn(pictures):
    weights = np.zeros(12)
    weights[4] = 1
    labels = batch_of(replace(pictures, weights=weights), RECIPE, 0)[1]
    np.testing.assert_array_equal(labels, np.tile(pictures.labels[4], (8, 1)))


def test_grey_levels_become_network_input():
    grey = np.full((2, 8, 8), 51, np.uint8)
    assert as_input(grey).shape == (2, 8, 8, 3)
    np.testing.assert_allclose(as_input(grey, 4), np.full((2, 4, 4, 3), 0.2), rtol=1e-6)
