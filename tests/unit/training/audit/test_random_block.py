"""A network's last block drawn anew, from its exported file."""

import logging
from functools import partial

import keras
import numpy as np
import pytest

from covid_model.common.architectures import REGISTRY
from covid_model.inference.gradcam import Head
from covid_model.inference.network import Network
from covid_model.training.audit.randomization import maps_with_random_block
from covid_model.training.audit.subject import AuditedNetwork
from covid_model.training.export import litert
from covid_model.training.heads.paper_head import full_model
from covid_model.training.networks import backbone, from_litert
from covid_model.training.networks.backbone import Backbone
from covid_model.training.recipes.paper import PaperRecipe
from tests.tiny import tiny_backbone

SIZE = 40
pytestmark = pytest.mark.tensorflow


def network(seed, size=None):
    """The first and the last block of an Xception, much smaller; no normalisation is trivial."""
    keras.utils.set_random_seed(seed)
    layers, drawn = keras.layers, keras.initializers.RandomUniform(0.1, 0.5)
    normal = partial(
        layers.BatchNormalization,
        beta_initializer=drawn,
        moving_mean_initializer=drawn,
        moving_variance_initializer=drawn,
    )
    x = inputs = keras.Input((size, size, 3))
    x = layers.Conv2D(8, 3, strides=2, use_bias=False, name="block1_conv1")(x)
    x = layers.Activation("relu")(normal(name="block1_conv1_bn")(x))
    x = layers.SeparableConv2D(12, 3, use_bias=False, name="block14_sepconv1")(x)
    x = normal(name="block14_sepconv1_bn")(x)
    x = layers.Activation("relu", name="block14_sepconv1_act")(x)
    return Backbone(REGISTRY["xception"], keras.Model(inputs, x), "tests")


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).random((6, SIZE, SIZE, 3), np.float32)


@pytest.fixture(scope="module")
def subject(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    backbone = network(1, SIZE)
    fitted = litert.Fitted(backbone, full_model(backbone, PaperRecipe(size=SIZE)), [])
    litert.export_litert(fitted, folder / "model.tflite", weights="float32")
    litert.write_head(fitted, folder / "head.npz")
    path, head = folder / "model.tflite", Head.load(folder / "head.npz")
    return AuditedNetwork("xception", "Xception", path, Network.load(path), head)


@pytest.fixture(scope="module")
def served(subject, images):
    return np.stack([subject.network.run(image[None])[1] for image in images])


@pytest.fixture
def built(monkeypatch):
    """Have a small network with weights of that seed built wherever Xception would be."""

    def use(seed):
        def build(name, *, size):
            return network(seed, size)

        monkeypatch.setattr(backbone, "build_backbone", build)
        monkeypatch.setattr(from_litert, "build_backbone", build)

    return use


def test_the_last_block_alone_changes(built, subject, images, served):
    built(1)  # "anew" are the very weights that it had
    np.testing.assert_allclose(maps_with_random_block(subject, images, served), served, atol=1e-4)
    built(2)
    anew = maps_with_random_block(subject, images, served)
    assert anew.shape == served.shape
    assert np.corrcoef(anew.ravel(), served.ravel())[0, 1] < 0.9
    first = network(1).model
    last = network(2).model
    for mine, theirs in zip(last.layers[1:4], first.layers[1:4], strict=True):
        mine.set_weights(theirs.get_weights())
    np.testing.assert_allclose(anew, last.predict_on_batch(images), atol=1e-4)


def test_a_rebuilt_network_that_is_another_is_left_out(built, subject, images, served, caplog):
    caplog.set_level(logging.INFO)
    built(1)
    assert maps_with_random_block(subject, images, served[::-1]) is None
    assert "the rebuilt network's maps correlate at" in caplog.text


def test_a_network_of_other_layers_is_left_out(subject, images, served, caplog, monkeypatch):
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(from_litert, "build_backbone", lambda name, size: tiny_backbone(name, size))
    assert maps_with_random_block(subject, images, served) is None
    assert "Xception: no map with the last block drawn anew" in caplog.text
    assert "does not hold the layers of xception" in caplog.text


def test_a_rectified_network_is_left_out(built, subject, images, served, caplog):
    caplog.set_level(logging.INFO)
    built(1)
    rectified = np.concatenate([served, -served], axis=-1)
    assert maps_with_random_block(subject, images, rectified) is None
    assert "(cut or rectified)" in caplog.text
