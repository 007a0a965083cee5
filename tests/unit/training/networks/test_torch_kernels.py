"""PyTorch's own kernels: the same training as Keras' own chains of operations."""

import importlib.util
import json
import os
import subprocess
import sys

import numpy as np
import pytest

from tests.imports import ROOT

pytestmark = pytest.mark.tensorflow


@pytest.fixture(scope="module")
def found():
    if importlib.util.find_spec("torch") is None:
        pytest.skip("torch is not installed")
    done = subprocess.run(
        [sys.executable, "-m", "tests.torch_kernels_check"],
        cwd=ROOT,
        env={**os.environ, "KERAS_BACKEND": "torch"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_they_train_alike(found):
    for name in ("losses", "answer"):
        np.testing.assert_allclose(found["torch"][name], found["keras"][name], atol=2e-3)
    assert found["keras"]["losses"][0] != found["keras"]["losses"][-1]


def test_every_weight_ends_alike(found):
    """But the running variance, which is unbiased here: at most n / (n - 1) larger."""
    pairs = zip(found["keras"]["weights"].items(), found["torch"]["weights"].values(), strict=True)
    for (path, ours), theirs in pairs:
        tolerance = 2e-2 if path.endswith("moving_variance") else 3e-3
        np.testing.assert_allclose(theirs, ours, atol=tolerance, rtol=tolerance, err_msg=path)


def test_keras_is_itself_again_afterwards(found):
    assert found["restored"]


def test_other_backends_are_left_alone():
    import keras

    from covid_model.training.networks.torch_kernels import torch_kernels

    if keras.backend.backend() == "torch":
        pytest.skip("this is the torch backend")
    before = keras.layers.Conv2D.call
    with torch_kernels():
        assert keras.layers.Conv2D.call is before
