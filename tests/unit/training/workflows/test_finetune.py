"""Finetuning, from a folder of radiographs to a run that predicts with the best weights."""

import json
from contextlib import nullcontext
from dataclasses import replace

import keras
import numpy as np
import pandas as pd
import pytest

import train_models
from covid_model.common.architectures import REGISTRY
from covid_model.common.classes import CLASS_NAMES
from covid_model.common.errors import UsageError
from covid_model.evaluation.verification.verify import verify_run
from covid_model.imaging.preprocessing import to_input
from covid_model.imaging.reader import read_radiograph
from covid_model.inference.network import Network
from covid_model.runs import load_run
from covid_model.serving import Classifier
from covid_model.training.heads import refit
from covid_model.training.loop import trainer
from covid_model.training.networks.backbone import build_backbone
from covid_model.training.networks.finetune import finetune_model, freeze_all_but
from covid_model.training.recipes.finetune import FinetuneRecipe
from covid_model.training.recipes.overrides import with_values
from covid_model.training.workflows import finetune as module
from tests.drawings import write_data_folder
from tests.tiny import SIZE, tiny_backbone

pytestmark = [pytest.mark.tensorflow, pytest.mark.usefixtures("few_replicates")]
VALUES = (
    "stages=16:96:0.8,32:32:1", "batch=8", "watched=32", "watch_size=32", f"size={SIZE}",
    "validation=0.25", "learning_rate=5e-3",
)  # fmt: skip


@pytest.mark.parametrize("name", REGISTRY)
def test_the_last_blocks_learn_and_no_others(name):
    backbone = build_backbone(name, size=96)
    blocks = backbone.architecture.blocks
    freeze_all_but(backbone, "2")
    frozen = [layer for layer in backbone.model.layers if not layer.trainable]
    learning = [layer for layer in backbone.model.layers if layer.trainable and layer.weights]
    assert frozen
    assert learning
    assert not [x.name for x in frozen if x.name.startswith(blocks[-2:])]
    assert not [x.name for x in learning if x.name.startswith(blocks[:-2])]
    named = {
        prefix for x in backbone.model.layers for prefix in blocks if x.name.startswith(prefix)
    }
    assert named == set(blocks)
    unnamed = [x.name for x in learning if not x.name.startswith((*blocks, "post_"))]
    assert len(unnamed) == (2 if name == "xception" else 0), unnamed  # block 13's shortcut


def test_all_none_or_more_blocks_than_there_are():
    backbone = tiny_backbone("vgg16")
    recipe = FinetuneRecipe(unfrozen="all", size=SIZE)
    weights = len(backbone.model.trainable_weights)
    assert len(finetune_model(backbone, recipe).trainable_weights) == weights + 4
    frozen = finetune_model(tiny_backbone("vgg16"), replace(recipe, unfrozen="0"))
    assert [w.path.split("/")[0] for w in frozen.trainable_weights] == ["hidden"] * 2 + [
        "probabilities"
    ] * 2
    with pytest.raises(UsageError, match="unfrozen=all or at most 5, the blocks of VGG16"):
        freeze_all_but(backbone, "6")


def test_frozen_batch_normalisation_keeps_its_statistics():
    model = finetune_model(tiny_backbone("xception"), FinetuneRecipe(unfrozen="0", size=SIZE))
    normal = next(x for x in model.layers if isinstance(x, keras.layers.BatchNormalization))
    before = [weight.copy() for weight in normal.get_weights()]
    model.compile("sgd", "categorical_crossentropy")
    rng = np.random.default_rng(0)
    model.train_on_batch(rng.random((4, SIZE, SIZE, 3)), np.eye(3)[[0, 1, 2, 0]])
    for one, other in zip(before, normal.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """60 drawn radiographs of 30 patients, as bright as their class."""
    return write_data_folder(tmp_path_factory.mktemp("data"), 60)


def tiny(name, weights="random", size=None):
    return replace(tiny_backbone(name, size), origin=f"{weights} weights, for tests")


@pytest.fixture(scope="module")
def trained(folder, tmp_path_factory, few_replicates):
    """A tiny network, trained on a backend that cannot export, then exported."""
    work = tmp_path_factory.mktemp("work")
    out = work / "runs" / "fine"
    command = ["--data", str(folder), "--recipe", "finetune", "--models", "vgg16",
               "--weights", "random", "--out", str(out), "--weights-format", "float32",
               "--set", *VALUES]  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "build_backbone", tiny)
        errors, told = [], []
        patch.setattr("sys.stderr.write", errors.append)
        patch.setattr("sys.stdout.write", told.append)
        with pytest.MonkeyPatch.context() as elsewhere:
            elsewhere.setattr(keras.backend, "backend", lambda: "torch")
            elsewhere.setattr(trainer, "torch_kernels", nullcontext)  # in name alone
            elsewhere.setattr(refit, "torch_kernels", nullcontext)
            elsewhere.setattr(trainer, "arrange", lambda model: None)
            first = train_models.main(command)
        again = train_models.main(command)
        patch.setattr(trainer, "batch_of", None)  # training again would fail
        last = train_models.main([*command, "--resume"])
    assert "".join(told).endswith(f"\nNext: python -m covid_model dashboard --run {out}\n")
    return load_run(out), (first, again, last), "".join(map(str, errors))


def test_a_backend_that_cannot_export_says_how_to_go_on(trained):
    _, codes, errors = trained
    assert codes == (2, 2, 0)
    assert "The training is done and kept in" in errors
    assert "Repeat the command with KERAS_BACKEND=tensorflow and --resume" in errors
    assert "holds an interrupted training of vgg16: go on with --resume" in errors


def test_the_run_predicts_what_its_report_says(trained, folder):
    run, _, _ = trained
    classifier = Classifier.load(run.model_folder("vgg16"))
    rows = run.table("vgg16", "predictions.csv")
    assert len(rows) == run.report("vgg16")["images"] >= 10
    for row in rows[:3]:
        radiograph = read_radiograph((folder / row["original"]).read_bytes())
        served = classifier.predict(radiograph).probabilities
        np.testing.assert_allclose(served, [float(row[f"p_{c}"]) for c in CLASS_NAMES], atol=2e-5)
    with np.load(run.model_folder("vgg16") / "head.npz") as head:
        assert int(head["average_pool"]) == 0
        assert head["pooled_weights"].shape == (6, 6)  # z and -z of three classes


def test_the_last_convolutions_are_exported_under_a_head_fitted_anew(trained, folder):
    run, _, _ = trained
    work = run.folder.with_name(".fine-work") / "vgg16"
    state = json.loads((work / "state.json").read_text())
    last = keras.models.load_model(work / f"checkpoint-{state['step']}.keras", compile=False)
    pooled = keras.Model(last.input, last.get_layer("pooled").output)
    row = run.table("vgg16", "predictions.csv")[0]
    radiograph = read_radiograph((folder / row["original"]).read_bytes())
    features = np.asarray(pooled.predict_on_batch(to_input(radiograph, size=SIZE)))
    _, maps = Network.load(run.model_folder("vgg16") / "model.tflite").run(
        to_input(radiograph, size=SIZE)
    )
    np.testing.assert_allclose(_pooled_as_served(maps), features[0], atol=1e-4)
    with np.load(run.model_folder("vgg16") / "head.npz") as head:
        kernel = head["pooled_weights"]
    np.testing.assert_allclose(kernel[:, :3], -kernel[:, 3:])
    origin = run.model_info("vgg16").backbone_origin
    strength = float(origin.rpartition("C = ")[2].rstrip(")"))
    assert strength in FinetuneRecipe().refit


def _pooled_as_served(maps):
    """The mean over positions behind VGG16's last pooling, whose input is the target layer."""
    maps = np.asarray(maps).reshape(maps.shape[-3:])
    height, width = (side // 2 * 2 for side in maps.shape[:2])
    halves = maps[:height, :width].reshape(height // 2, 2, width // 2, 2, -1)
    return halves.max(axis=(1, 3)).mean(axis=(0, 1))


def test_the_best_weights_with_their_own_head_where_the_recipe_says_so(folder, tmp_path):
    values = (*VALUES, "refit=none", "keep=best", "patience=1")
    recipe = with_values(FinetuneRecipe(), values)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "build_backbone", tiny)
        data, part = module.Selection(folder).split(module.Selection(folder).read(), recipe)
        parts = [data.rows(part == name) for name in ("train", "validation")]
        pictures = [module.ImagePool.for_recipe(one, recipe) for one in parts]
        training = module.CheckpointedTraining("vgg16", *pictures, recipe, tmp_path)
        state = module.train(training, module._builder(training, "random"))
        assert module._head(training, state, parts, tmp_path) is None
        fitted = module._fitted(training, state, parts[0], None)
    (best,) = tmp_path.glob("best-*.weights.h5")
    assert best.name == f"best-{state.best['step']}.weights.h5"
    recalls = [(row["val_recall"], -row["val_loss"]) for row in state.history]
    assert (state.best["val_recall"], -state.best["val_loss"]) == max(recalls)
    model = finetune_model(tiny_backbone("vgg16"), recipe)
    model.load_weights(best)
    for ours, theirs in zip(fitted.model.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_other_weights_than_the_last_or_the_best_are_refused():
    with pytest.raises(UsageError, match="Expected keep=last or keep=best. Received: 'first'"):
        with_values(FinetuneRecipe(), ["keep=first"])


def test_the_run_says_what_it_is(trained):
    run, _, _ = trained
    assert run.info["recipe"]["name"] == "finetune"
    assert run.info["recipe"]["stages"][0] == {"size": 16, "images": 96, "crop": 0.8}
    assert run.info["recipe"]["learning_rate"] == 0.005
    assert run.info["data"]["shared_patients"] == 0
    origin = run.model_info("vgg16").backbone_origin
    assert "random weights, for tests; then all layers trained on" in origin
    assert "at 16 px and 32 px" in origin
    history = run.table("vgg16", "history.csv")
    assert [row["epoch"] for row in history] == ["1", "2", "3", "4"]
    split = pd.read_csv(run.folder / "split.csv")
    assert split.groupby("patient_id")["part"].nunique().eq(1).all()
    assert run.audit("vgg16")["images"] == run.report("vgg16")["images"]
    assert [problem for one in verify_run(run.folder) for problem in one.problems] == []


def test_a_split_without_validation_images_is_refused(folder, tmp_path, capsys):
    command = ["--data", str(folder), "--recipe", "finetune", "--models", "vgg16",
               "--weights", "random", "--out", str(tmp_path / "run"),
               "--set", "validation=0"]  # fmt: skip
    assert train_models.main(command) == 2
    assert "others to validate by. Received: " in capsys.readouterr().err


def test_an_existing_run_is_refused_before_the_training(folder, tmp_path, capsys):
    command = ["--data", str(folder), "--recipe", "finetune", "--out", str(tmp_path)]
    assert train_models.main([*command, "--work", str(tmp_path / "work")]) == 2
    assert "never overwritten" in capsys.readouterr().err
