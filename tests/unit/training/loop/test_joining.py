"""Joining the processes of a training is refused where it cannot be."""

import keras
import pytest

from covid_model.common.errors import UsageError
from covid_model.training.loop import processes
from covid_model.training.loop.checkpoint import differences

pytestmark = pytest.mark.tensorflow
NAMED = {processes.ADDRESS: "127.0.0.1:9", processes.COUNT: "2", processes.NUMBER: "0"}


@pytest.fixture
def two(monkeypatch):
    """A JAX of three devices in two processes, as far as Keras' own functions say."""
    for name, value in NAMED.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    monkeypatch.setattr(processes, "prepare_jax", lambda: None)
    monkeypatch.setattr(keras.distribution, "initialize", lambda: None)
    monkeypatch.setattr(keras.distribution, "get_device_count", lambda: 3)
    return monkeypatch


def test_other_backends_say_which_one_can():
    with pytest.raises(UsageError, match="KERAS_BACKEND=jax for --distribute.*tensorflow"):
        processes.join(batches=[8])


@pytest.mark.parametrize(
    ("name", "value"),
    [(processes.ADDRESS, "10.0.0.1"), (processes.COUNT, "two"), (processes.NUMBER, "")],
)
def test_variables_that_are_missing_or_wrong(name, value, two):
    two.setenv(name, value)
    with pytest.raises(UsageError, match=f"HOST:PORT of process 0.* {value or 'none'}"):
        processes.join(batches=[9])


def test_others_that_do_not_come(two):
    def late():
        raise RuntimeError("DEADLINE_EXCEEDED\nmore")

    two.setattr(keras.distribution, "initialize", late)
    with pytest.raises(UsageError, match=r"Process 0 of 2 cannot join .* \(DEADLINE_EXCEEDED\)"):
        processes.join(batches=[9])


def test_a_batch_that_does_not_part(two):
    processes.join(batches=[9])
    with pytest.raises(UsageError, match="3 devices.*Received: 8 images: give --set batch=9"):
        processes.join(batches=[9, 8])


def test_a_process_alone_has_the_whole_batch():
    assert processes.count() == 1
    assert processes.is_first()
    assert processes.share(8) == slice(0, 8)
    assert processes.from_first(b"as it is") == b"as it is"
    assert processes.leave()


def test_what_two_processes_do_not_have_in_common():
    one = {"recipe": {"batch": 8, "seed": 1}, "data": "a"}
    other = {"recipe": {"batch": 8, "seed": 2}, "data": "a", "jax": "0.10"}
    assert differences(one, other) == {"jax": (None, "0.10"), "seed": (1, 2)}
