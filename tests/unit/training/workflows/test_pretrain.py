"""Pretraining: its network, its weights, its files."""

import json

import keras
import numpy as np
import pandas as pd
import pytest

from covid_model.data.dataset import Dataset
from covid_model.data.sampling import sampling_weights
from covid_model.training.inputs.batches import ImagePool
from covid_model.training.loop.checkpoint import CheckpointedTraining, checkpoint_file, read_state
from covid_model.training.networks.backbone import build_backbone
from covid_model.training.networks.scaling import scale_mean, scale_output
from covid_model.training.recipes.base import Stage
from covid_model.training.recipes.pretrain import PretrainRecipe
from covid_model.training.workflows import pretrain as module
from covid_model.training.workflows.pretrain import pretrain, save_backbone, trained_backbone
from tests.tiny import tiny_backbone

pytestmark = pytest.mark.tensorflow
RECIPE = PretrainRecipe(
    stages=(Stage(16, 80, 0.9), Stage(32, 16, 1.0)), batch=8, learning_rate=3e-3, watched=16
)
FRAME = pd.DataFrame(
    {
        "path": [f"{i}.png" for i in range(12)],
        "label": ["covid"] * 2 + ["normal"] * 4 + ["infection"] * 6,
        "source": ["a", "a", "a", "a", "b", "b", "a", "a", "a", "a", "a", "b"],
        "sha256": [f"{i:064x}" for i in range(12)],
        "group": [f"p{i}" for i in range(12)],
    }
)
DATA = Dataset(None, FRAME, True)


@pytest.fixture
def pictures():
    """Grey squares whose brightness is their class."""
    levels = {"covid": 30, "normal": 130, "infection": 230}
    grey = np.stack([np.full((40, 40), levels[label], np.uint8) for label in FRAME["label"]])
    return ImagePool(grey, DATA.labels, sampling_weights(DATA, 0.5))


def test_the_last_weights_are_taken_without_their_head(pictures, tmp_path, monkeypatch, eagerly):
    monkeypatch.setattr(module, "build_backbone", lambda name, **_: tiny_backbone(name, None))
    training = CheckpointedTraining(
        "resnet50v2", pictures, pictures, RECIPE, tmp_path / "resnet50v2"
    )
    backbone = trained_backbone(training, pretrain(training))
    state = read_state(training)
    assert [row["size"] for row in state.history] == [16] * 5 + [32]
    assert state.step == 12
    model = keras.models.load_model(checkpoint_file(training.folder, state), compile=False)
    assert next(x for x in model.layers if "normalization" in x.name).momentum == 0.9
    kept, last = backbone.model.get_weights(), model.get_weights()
    for one, other in zip(kept[:-2], last, strict=False):  # all but the layer that is scaled
        np.testing.assert_array_equal(one, other)
    ratio = kept[-2] / last[len(kept) - 2]
    assert ratio.std() < 1e-3 * abs(ratio.mean())
    assert ratio.mean() != pytest.approx(1, abs=0.01)
    assert backbone.model.output_shape[-1] == 6


def test_output_is_scaled_without_changing_its_pattern():
    images = np.random.default_rng(0).random((4, 32, 32, 3), np.float32)
    for name in ("vgg16", "resnet50v2"):
        backbone = tiny_backbone(name)
        before = backbone.model.predict_on_batch(images)
        scale_output(backbone, images, 50.0)
        after = backbone.model.predict_on_batch(images)
        factor = after.sum() / before.sum()
        assert factor != pytest.approx(1, abs=0.01)
        np.testing.assert_allclose(after, before * factor, rtol=1e-4, atol=1e-6)


def test_output_is_scaled_to_a_mean():
    images = np.random.default_rng(0).random((4, 32, 32, 3), np.float32)
    backbone = tiny_backbone("xception")
    scale_mean(backbone, images, 0.5)
    assert backbone.model.predict_on_batch(images).mean() == pytest.approx(0.5, rel=1e-3)


def test_saved_backbone_names_its_origin(tmp_path):
    backbone = build_backbone("vgg16", size=None)
    save_backbone(backbone, DATA, RECIPE, tmp_path)
    loaded = build_backbone("vgg16", weights=str(tmp_path), size=64)
    assert "trained from random weights on 12 radiographs of 12 patients (a, b)" in loaded.origin
    assert "no ImageNet weights" in loaded.origin
    assert json.loads((tmp_path / "vgg16.json").read_text())["recipe"]["batch"] == 8
