"""Backbones read back from what the export wrote."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from covid_model.common.architectures import REGISTRY
from covid_model.common.errors import ReportsOnlyError, WeightsError
from covid_model.inference.network import Network
from covid_model.runs import load_run
from covid_model.training.export import litert
from covid_model.training.heads.paper_head import full_model
from covid_model.training.networks import from_litert
from covid_model.training.networks.backbone import Backbone
from covid_model.training.recipes.paper import PaperRecipe
from covid_model.training.workflows import recover

SIZE = 40
pytestmark = pytest.mark.tensorflow


def network(*, filters: int = 8) -> keras.Model:
    """Every kind of layer that the three networks have, with statistics that are not trivial."""
    layers = keras.layers
    inputs = keras.Input((None, None, 3))
    x = layers.Conv2D(filters, 3, strides=2, use_bias=False, name="conv")(inputs)
    x = layers.Activation("relu")(layers.BatchNormalization(name="conv_bn")(x))
    short = layers.Conv2D(12, 1, strides=2, padding="same", use_bias=False)(x)
    short = layers.BatchNormalization()(short)
    x = layers.SeparableConv2D(12, 3, padding="same", use_bias=False, name="sepconv")(x)
    x = layers.Activation("relu")(layers.BatchNormalization(name="sepconv_bn")(x))
    x = layers.add([layers.MaxPooling2D(3, strides=2, padding="same")(x), short])
    x = layers.BatchNormalization(name="preact_bn")(x)  # follows no convolution
    x = layers.Activation("relu")(x)
    x = layers.Conv2D(16, 3, padding="same", name="last_conv")(x)
    return keras.Model(inputs, layers.Activation("relu", name="last")(x))


def shaken(model: keras.Model) -> keras.Model:
    rng = np.random.default_rng(3)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            width = layer.get_weights()[0].size
            scale, variance = rng.uniform(0.5, 1.5, (2, width))
            layer.set_weights([scale, rng.normal(size=width), rng.normal(size=width), variance])
    return model


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).random((64, SIZE, SIZE, 3), np.float32)


@pytest.fixture(scope="module", params=["float32", "float16", "int8"])
def exported(request, tmp_path_factory):
    """A model.tflite with the Keras network that it was made from."""
    keras.utils.set_random_seed(1)
    trained = shaken(network())
    fixed = keras.Input((SIZE, SIZE, 3))
    backbone = Backbone(REGISTRY["xception"], keras.Model(fixed, trained(fixed)), "tests")
    flat = keras.models.clone_model(trained, input_tensors=fixed)
    flat.set_weights(trained.get_weights())
    backbone = replace(backbone, model=flat)
    model = full_model(backbone, PaperRecipe(size=SIZE))
    path = tmp_path_factory.mktemp(request.param) / "model.tflite"
    litert.export_litert(litert.Fitted(backbone, model, []), path, weights=request.param)
    return path, trained


@pytest.fixture
def built(monkeypatch):
    """Make ``recover`` build the small network instead of Xception."""

    def use(model):
        monkeypatch.setattr(
            from_litert,
            "build_backbone",
            lambda name, size: Backbone(REGISTRY[name], model, "tests"),
        )

    return use


def test_the_recovered_network_computes_what_the_file_computes(exported, built, images):
    path, _ = exported
    built(network())
    found = from_litert.recover("xception", path, images).model.predict_on_batch(images[:4])
    served = np.stack([Network.load(path).run(image[None])[1] for image in images[:4]])
    assert served.std() > 0.1
    # int8 weights: the interpreter also rounds what goes into a layer, the recovered one does not.
    tolerance = 0.1 if "int8" in path.parent.name else 1e-4
    np.testing.assert_allclose(found, served, atol=tolerance)


def test_it_trains_from_the_same_function(exported, built, images):
    path, trained = exported
    built(network())
    model = from_litert.recover("xception", path, images).model
    batch = np.asarray(model(images, training=True))
    one = np.asarray(model(images, training=False))
    apart = np.abs(batch - one).mean() / np.abs(one).mean()
    assert apart < 0.02
    before = np.asarray(trained(images, training=True))  # whose statistics were not settled
    assert np.abs(before - one).mean() / np.abs(one).mean() > 0.2


def test_another_networks_file_is_refused(exported, built, images):
    built(network(filters=6))
    with pytest.raises(WeightsError, match="does not hold the layers of xception"):
        from_litert.recover("xception", exported[0], images)


def test_a_file_that_is_no_network_is_refused(built, tmp_path, images):
    built(network())
    (tmp_path / "model.tflite").write_bytes(b"no network")
    with pytest.raises(WeightsError, match="does not hold a network of this project"):
        from_litert.recover("xception", tmp_path / "model.tflite", images)


def test_a_reports_only_run_has_nothing_to_recover(reports_only_run_root, tmp_path):
    run = load_run(reports_only_run_root / "reports")
    with pytest.raises(ReportsOnlyError, match="holds reports only"):
        recover.run_recover(run, tmp_path, ["vgg16"], tmp_path / "out")
    assert not (tmp_path / "out").exists()
