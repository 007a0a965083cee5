"""The training loop: a killed training ends as an unbroken one; the best weights are kept."""

import importlib.util
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace

import keras
import numpy as np
import pytest

from covid_model.common.errors import DataError, UsageError
from covid_model.training.inputs.batches import ImagePool, prefetched
from covid_model.training.loop import trainer
from covid_model.training.loop.checkpoint import (
    TrainingState,
    best_file,
    checkpoint_file,
    has_begun,
    read_state,
    save_state,
)
from covid_model.training.loop.trainer import train
from covid_model.training.loop.validation import advance, evaluate_held_out
from tests import tiny_training
from tests.imports import ROOT
from tests.tiny_training import RECIPE, build, training

pytestmark = pytest.mark.tensorflow
TWO_DEVICES = "--xla_force_host_platform_device_count=2"


def process(backend, *arguments):
    """Run tests.tiny_training with a backend of its own."""
    flags = {"KERAS_BACKEND": backend, "XLA_FLAGS": TWO_DEVICES, "TF_CPP_MIN_LOG_LEVEL": "3"}
    return subprocess.run(
        [sys.executable, "-m", "tests.tiny_training", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, **flags},
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    """A folder whose training was killed on TensorFlow before its ninth step."""
    folder = tmp_path_factory.mktemp("tensorflow")
    assert process("tensorflow", "break", folder).returncode == -signal.SIGKILL
    return folder


@pytest.fixture(scope="module")
def resumed(broken):
    """The same folder with both trainings at their end."""
    assert read_state(training(broken / "broken")).step < 9
    return broken, tiny_training.resume(broken)


def check(found):
    assert found["steps"] == 12
    assert found["weights"] == 0  # the optimizer's and the best ones, too
    assert found["same_history"]
    assert found["same_dropout"]
    assert found["files"] == [
        f"best-{found['best']}.weights.h5", "checkpoint-12.keras", "history.csv", "state.json"
    ]  # fmt: skip


def test_a_killed_training_ends_as_an_unbroken_one(resumed):
    check(resumed[1])


@pytest.mark.parametrize(("backend", "devices"), [("jax", "2"), ("torch", "")])
def test_so_it_does_on_other_backends(backend, devices, tmp_path):
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    killed = process(backend, "break", tmp_path, "saving")
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert (tmp_path / "broken" / "checkpoint-6.keras").is_file()
    assert read_state(training(tmp_path / "broken")).step == 4  # killed between the two files
    done = process(backend, "resume", tmp_path, *filter(None, [devices]))
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    check(found)
    if devices:
        assert found["devices"] == 2
        assert np.isfinite(found["shared_loss"])


def test_a_finished_training_is_not_done_again(resumed):
    folder, found = resumed

    def refuse():
        raise AssertionError("built a network that has been trained")

    state = train(training(folder / "unbroken"), refuse)
    assert state.step == found["steps"]
    assert [row["size"] for row in state.history] == [16, 16, 16, 16, 20, 20]
    assert [row["images"] for row in state.history] == [16, 32, 48, 64, 80, 96]
    rates = [row["learning_rate"] for row in state.history]
    assert max(rates) < RECIPE.learning_rate
    assert rates == sorted(rates, reverse=True)
    assert rates[-1] == pytest.approx(0, abs=1e-9)
    assert state.origin == "random weights, for tests"


def test_other_values_are_refused_by_name(resumed):
    folder, _ = resumed
    augmentation = replace(RECIPE.augmentation, flip=0.25)
    recipe = replace(RECIPE, learning_rate=0.5, augmentation=augmentation)
    other = training(folder / "unbroken", recipe=recipe, facts={"data": "painted"})
    with pytest.raises(UsageError) as caught:
        train(other, build)
    for part in ("learning_rate was 0.003, now 0.5", "augmentation.flip was 0.5, now 0.25",
                 "data was drawn, now painted"):  # fmt: skip
        assert part in str(caught.value)
    assert "weight_decay" not in str(caught.value)


def test_a_damaged_state_says_what_to_do(tmp_path):
    one = training(tmp_path)
    assert not has_begun(tmp_path)
    assert read_state(one) is None
    (tmp_path / "state.json").write_text("{}")
    assert has_begun(tmp_path)
    with pytest.raises(DataError, match="remove .* to begin anew"):
        read_state(one)


def row(step, recall, loss):
    return {"step": step, "val_recall": recall, "val_loss": loss}


def test_the_best_row_has_the_highest_recall_then_the_lowest_loss(tmp_path):
    one = training(tmp_path, recipe=replace(RECIPE, patience=2))
    rows = [row(2, 0.5, 1), row(4, 0.7, 0.9), row(6, 0.7, 0.8), row(8, 0.6, 0.1), row(10, 0.7, 0.8)]
    state, states = TrainingState(), []
    for each in rows:
        state = advance(one, state, each)
        states.append(state)
    assert [s.best["step"] for s in states] == [2, 4, 6, 6, 6]
    assert [s.stale for s in states] == [0, 0, 0, 1, 2]
    assert [s.finished for s in states] == [False, False, False, False, True]
    patient = training(tmp_path, recipe=replace(RECIPE, patience=0))
    assert not advance(patient, states[3], rows[4]).finished
    assert advance(patient, states[3], row(12, 0, 9)).finished  # the last step of all


def test_best_weights_outlive_later_checkpoints(tmp_path):
    one, (model, _) = training(tmp_path), build()
    kernel = model.layers[1].kernel
    state = TrainingState()
    for each in (row(2, 0.5, 1), row(4, 0.9, 1), row(6, 0.4, 1)):
        kernel.assign(keras.ops.full(kernel.shape, float(each["step"])))
        state = advance(one, state, each)
        save_state(one, state, model)
    assert sorted(p.name for p in tmp_path.glob("*-*")) == [
        "best-4.weights.h5", "checkpoint-6.keras"
    ]  # fmt: skip
    last = keras.models.load_model(checkpoint_file(tmp_path, state))
    assert float(last.layers[1].get_weights()[0].mean()) == 6
    model.load_weights(best_file(tmp_path, state))
    assert float(kernel.numpy().mean()) == 4
    assert read_state(one) == state


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision_trains_weights_that_fit_a_float32_network(policy, tmp_path, eagerly):
    recipe = replace(RECIPE, precision=policy, stages=tiny_training.SHORT[:1], watched=32)
    one = training(tmp_path, recipe=recipe)
    state = train(one, build)
    trained = keras.models.load_model(checkpoint_file(tmp_path, state))
    assert trained.layers[1].compute_dtype == policy.removeprefix("mixed_")
    assert keras.config.dtype_policy().name == "float32"
    plain, _ = build()
    plain.load_weights(best_file(tmp_path, state))
    assert plain.layers[1].compute_dtype == "float32"
    np.testing.assert_array_equal(plain.get_weights()[0], trained.get_weights()[0])


def test_a_loss_that_is_not_finite_ends_it_without_a_checkpoint(tmp_path, eagerly):
    def lost():
        model, origin = build()
        last = model.layers[-1]  # on some processors a relu makes zeros of what is no number
        last.kernel.assign(last.kernel * np.nan)
        return model, origin

    recipe = replace(RECIPE, stages=tiny_training.SHORT, watched=8)
    with pytest.raises(UsageError, match="no longer finite at step 1: .* lower learning rate"):
        train(training(tmp_path, recipe=recipe), lost)
    assert not has_begun(tmp_path)


class Fixed:
    """A network that answers by brightness alone."""

    sizes: list

    def __init__(self):
        self.sizes = []

    def predict_on_batch(self, images):
        self.sizes.append(images.shape)
        return np.where(
            images.mean(axis=(1, 2, 3))[:, None] > 0.5, [[0.2, 0.7, 0.1]], [[0.8, 0.1, 0.1]]
        )


def test_watching_gives_macro_recall_over_the_classes_there_are():
    grey = np.stack([np.full((24, 24), level, np.uint8) for level in (9, 9, 9, 250, 9)])
    labels = np.eye(3, dtype=np.float32)[[0, 0, 0, 1, 1]]
    model = Fixed()
    found = evaluate_held_out(model, ImagePool(grey, labels, np.full(5, 0.2)), size=16, batch=4)
    assert found["val_accuracy"] == pytest.approx(4 / 5)
    assert found["val_recall"] == pytest.approx((1 + 0.5) / 2)
    losses = -np.log([0.8, 0.8, 0.8, 0.7, 0.1])
    assert found["val_loss"] == pytest.approx(losses.mean())
    assert model.sizes == [(4, 16, 16, 3)] * 2  # whole batches, one shape


def test_batches_come_in_order_and_an_error_comes_with_its_batch():
    made = []

    def make(step):
        made.append(step)
        if step == 7:
            raise ValueError("seven")
        return step * 10

    feed = prefetched(make, range(3, 20), ahead=2)
    assert [next(feed) for _ in range(4)] == [30, 40, 50, 60]
    with pytest.raises(ValueError, match="seven"):
        next(feed)
    assert made[:5] == [3, 4, 5, 6, 7]
    assert list(prefetched(lambda step: step, range(2), ahead=4)) == [0, 1]


def test_curves_for_tensorboard(tmp_path, monkeypatch, eagerly):
    pytest.importorskip("tensorboardX")
    recipe = replace(RECIPE, stages=tiny_training.SHORT, watched=16)
    monkeypatch.setattr(trainer, "save_state", lambda *_: None)
    train(training(tmp_path / "a", recipe=recipe, tensorboard=tmp_path / "board"), build)
    (file,) = (tmp_path / "board" / "tiny").glob("events.*")
    for name in (b"val_recall", b"learning_rate", b"val_loss"):
        assert file.read_bytes().count(name) == 2


def test_tensorboard_that_is_not_installed_is_refused(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    with pytest.raises(UsageError, match="pip install tensorboardX"):
        train(training(tmp_path, tensorboard=tmp_path), build)
