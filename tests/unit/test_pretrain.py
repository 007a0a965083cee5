"""Pretraining: what it draws, that it learns, that it goes on where it was interrupted."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from covid_model.training import pretrain as module
from covid_model.training.architectures import build_backbone
from covid_model.training.dataset import Dataset
from covid_model.training.pretrain import (
    Pictures,
    batch_of,
    draw_weights,
    pretrain,
    save_backbone,
    scale_output,
)
from covid_model.training.recipes import PretrainRecipe, Stage
from tests.tiny import tiny_backbone

RECIPE = PretrainRecipe(
    stages=(Stage(16, 80, 0.9), Stage(32, 16, 1.0)), batch=8, learning_rate=3e-3, monitor=0.2
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
    return Pictures(grey, DATA.labels, draw_weights(DATA, 0.5))


@pytest.fixture
def tiny(monkeypatch):
    """Tiny networks of any input size in place of the real ones."""
    monkeypatch.setattr(module, "build_backbone", lambda name, **_: tiny_backbone(name, None))
    monkeypatch.setattr(module, "CHECKPOINT_STEPS", 2)


def test_classes_are_drawn_alike_and_sources_by_the_exponent():
    for exponent, share in ((0.0, 0.5), (0.5, 5**0.5 / (5**0.5 + 1)), (1.0, 5 / 6)):
        weights = pd.Series(draw_weights(DATA, exponent))
        assert weights.groupby(FRAME["label"]).sum().tolist() == pytest.approx([1 / 3] * 3)
        infection_a = weights[(FRAME["label"] == "infection") & (FRAME["source"] == "a")].sum()
        assert infection_a == pytest.approx(share / 3)


def test_a_batch_depends_on_seed_and_step_alone(pictures):
    (first, labels), (again, _) = (batch_of(pictures, RECIPE, 3) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert first.shape == (8, 16, 16, 3)
    assert 0 <= first.min() <= first.max() <= 1
    assert labels.sum(axis=1).tolist() == [1.0] * 8
    assert batch_of(pictures, RECIPE, 10)[0].shape == (8, 32, 32, 3)  # the second stage
    assert not np.array_equal(first, batch_of(pictures, RECIPE, 4)[0])
    assert not np.array_equal(first, batch_of(pictures, replace(RECIPE, seed=9), 3)[0])


def test_an_interrupted_training_ends_as_an_unbroken_one(tiny, pictures, tmp_path, monkeypatch):
    def run(folder):
        return pretrain("resnet50v2", pictures, pictures, recipe=RECIPE, folder=tmp_path / folder)

    unbroken = run("a")

    def interrupted(pictures, recipe, step):
        if step == 7:
            raise KeyboardInterrupt
        return batch_of(pictures, recipe, step)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(module, "batch_of", interrupted)
        run("b")
    resumed = run("b")
    weights = zip(unbroken.model.get_weights(), resumed.model.get_weights(), strict=True)
    for one, other in weights:
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)
    log = pd.read_csv(tmp_path / "b" / "resnet50v2-pretrain.csv")
    assert log["step"].tolist() == [2, 4, 6, 8, 10, 12]


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


def test_saved_backbone_names_its_origin(tmp_path):
    backbone = build_backbone("vgg16", size=None)
    save_backbone(backbone, DATA, RECIPE, tmp_path)
    loaded = build_backbone("vgg16", weights=str(tmp_path), size=64)
    assert "trained from random weights on 12 radiographs of 12 patients (a, b)" in loaded.origin
    assert "no ImageNet weights" in loaded.origin
    assert json.loads((tmp_path / "vgg16.json").read_text())["recipe"]["batch"] == 8
