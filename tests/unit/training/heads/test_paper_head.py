"""Frozen features give the same training as the whole frozen graph."""

import keras
import numpy as np
import pandas as pd
import pytest

from covid_model.data.dataset import Dataset
from covid_model.imaging.preprocessing import INPUT_SIZE
from covid_model.training.heads.paper_head import Samples, copy_head, fit, full_model, head_model
from covid_model.training.inputs.feature_cache import frozen_features
from covid_model.training.recipes.paper import PaperRecipe
from tests.tiny import SIZE, tiny_backbone

pytestmark = pytest.mark.tensorflow
RECIPE = PaperRecipe(size=SIZE, epochs=4, batch=5)


class InMemory(Dataset):
    """A data set whose images are given, not read."""

    def inputs(self, rows, *, size=INPUT_SIZE):
        assert size == SIZE  # that of the network
        return IMAGES[rows]


RNG = np.random.default_rng(0)
IMAGES = RNG.random((24, SIZE, SIZE, 3), np.float32)
LABELS = np.eye(3, dtype=np.float32)[RNG.integers(0, 3, 24)]


@pytest.fixture
def data(tmp_path):
    return InMemory(tmp_path, pd.DataFrame({"sha256": [f"{i:064x}" for i in range(24)]}), True)


@pytest.mark.parametrize("name", ["xception", "vgg16"])
def test_same_losses_as_the_full_frozen_graph(name, data, tmp_path):
    backbone = tiny_backbone(name)
    features = frozen_features(backbone, data, cache=tmp_path)
    split = np.arange(24) < 18
    head = head_model(features.shape[1:], RECIPE)
    quick = Samples(features, LABELS)
    from_features = fit(
        head, quick.rows(split), quick.rows(~split), recipe=RECIPE, title="features"
    )
    full = full_model(backbone, RECIPE)
    images = Samples(IMAGES, LABELS)
    from_images = fit(full, images.rows(split), images.rows(~split), recipe=RECIPE, title="images")

    losses = [[row["loss"], row["val_loss"]] for row in from_features]
    assert losses[0] != losses[-1]  # it did learn something
    np.testing.assert_allclose(
        losses, [[row["loss"], row["val_loss"]] for row in from_images], rtol=1e-5
    )
    copied = full_model(backbone, RECIPE)
    copy_head(head, copied)
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(copied(IMAGES)),
        keras.ops.convert_to_numpy(full(IMAGES)),
        atol=1e-5,
    )


def test_features_are_computed_once(data, tmp_path, monkeypatch):
    backbone = tiny_backbone("resnet50v2")
    first = frozen_features(backbone, data, cache=tmp_path, batch=7)

    def refuse(self, rows, **options):
        raise AssertionError("read an image whose features are kept")

    monkeypatch.setattr(InMemory, "inputs", refuse)
    np.testing.assert_array_equal(frozen_features(backbone, data, cache=tmp_path), first)


def test_other_weights_are_computed_anew(data, tmp_path):
    backbone = tiny_backbone("resnet50v2")
    first = frozen_features(backbone, data, cache=tmp_path)
    kernel = backbone.model.layers[1].kernel
    kernel.assign(kernel * 2)
    assert not np.array_equal(frozen_features(backbone, data, cache=tmp_path), first)
