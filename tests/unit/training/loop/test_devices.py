"""Sharing batches among devices is refused where it cannot be; test_loop shares some on JAX."""

import keras
import pytest

from covid_model.common.errors import UsageError
from covid_model.training.loop.devices import precision, use_devices

pytestmark = pytest.mark.tensorflow


@pytest.fixture
def two_gpus(monkeypatch):
    """A JAX of two devices, as far as Keras' own functions say; returns what was set."""
    chosen = []
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    monkeypatch.setattr(keras.distribution, "list_devices", lambda: ["gpu:0", "gpu:1"])
    monkeypatch.setattr(keras.distribution, "DataParallel", lambda devices: devices)
    monkeypatch.setattr(keras.distribution, "set_distribution", chosen.append)
    return chosen


@pytest.mark.parametrize("backend", ["tensorflow", "torch"])
def test_other_backends_say_which_one_can(backend, monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: backend)
    with pytest.raises(UsageError, match=f"KERAS_BACKEND=jax for --devices 2.*{backend}"):
        use_devices(2, batches=[8])


@pytest.mark.parametrize("count", [0, 3])
def test_devices_that_are_not_there(count, two_gpus):
    with pytest.raises(UsageError, match=f"1 to 2: JAX finds gpu:0, gpu:1. Received: {count}"):
        use_devices(count, batches=[12])
    assert two_gpus == []


def test_a_batch_that_does_not_part(two_gpus):
    with pytest.raises(UsageError, match="Received: 9 images: give --set batch=10"):
        use_devices(2, batches=[8, 9])
    assert two_gpus == []


def test_the_first_devices_are_used(two_gpus):
    use_devices(1, batches=[9])
    use_devices(2, batches=[8])
    assert two_gpus == [["gpu:0"], ["gpu:0", "gpu:1"]]


def test_precision_holds_within_its_block():
    with precision("mixed_bfloat16"):
        assert keras.layers.Dense(1).compute_dtype == "bfloat16"
    assert keras.layers.Dense(1).compute_dtype == "float32"
