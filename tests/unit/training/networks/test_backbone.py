"""Building the networks with weights from each place they may come from."""

import hashlib
import json

import keras
import numpy as np
import pytest

from covid_model.common.architectures import ARCHITECTURES, REGISTRY
from covid_model.common.errors import WeightsError
from covid_model.training.networks.backbone import IMAGENET_ORIGIN, build_backbone
from covid_model.training.networks.heads import pooled_output

pytestmark = pytest.mark.tensorflow
CACHED = "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5"


def test_registry_knows_the_architectures_of_the_run_folder():
    assert tuple(REGISTRY) == tuple(ARCHITECTURES)


@pytest.mark.parametrize(
    ("name", "maps", "layer", "pooled"),
    [
        ("xception", (8, 8, 2048), "block14_sepconv2_act", (4, 4, 2048)),
        ("resnet50v2", (8, 8, 2048), "post_relu", (4, 4, 2048)),
        ("vgg16", (14, 14, 512), "block5_conv3", (3, 3, 512)),
    ],
)
def test_target_layer_and_shapes_at_237_px(name, maps, layer, pooled):
    backbone = build_backbone(name, size=237)
    assert backbone.target_output.shape[1:] == maps
    assert backbone.target_layer == layer
    assert pooled_output(backbone).shape[1:] == pooled


@pytest.fixture(scope="module")
def vgg(tmp_path_factory):
    """A VGG16 with known weights, saved as the pretrain recipe saves it."""
    folder = tmp_path_factory.mktemp("backbones")
    keras.utils.set_random_seed(3)
    backbone = build_backbone("vgg16", size=None)
    backbone.model.save_weights(folder / "vgg16.weights.h5")
    (folder / "vgg16.json").write_text(json.dumps({"origin": "trained on drawings"}))
    return folder, backbone


def first_kernel(backbone):
    return backbone.model.get_layer("block1_conv1").get_weights()[0]


def test_folder_of_backbones_carries_its_origin(vgg):
    folder, saved = vgg
    backbone = build_backbone("vgg16", weights=str(folder), size=64)
    assert backbone.origin == "trained on drawings"
    np.testing.assert_array_equal(first_kernel(backbone), first_kernel(saved))


def test_a_plain_file_says_that_its_training_is_unknown(vgg, tmp_path):
    copy = tmp_path / "mine.weights.h5"
    copy.write_bytes((vgg[0] / "vgg16.weights.h5").read_bytes())
    assert "unknown training" in build_backbone("vgg16", weights=str(copy)).origin


def test_digest_tells_weights_apart(vgg):
    folder, _ = vgg
    first, again = (build_backbone("vgg16", weights=str(folder), size=64) for _ in range(2))
    assert first.digest() == again.digest()
    assert first.digest() != build_backbone("vgg16", weights=str(folder), size=32).digest()


@pytest.mark.parametrize("weights", ["nowhere", "."])
def test_missing_weights_say_what_to_give(weights, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WeightsError, match="imagenet, random, a weights file"):
        build_backbone("vgg16", weights=weights)


def test_weights_of_another_network_are_refused(vgg, tmp_path):
    wrong = tmp_path / "xception.weights.h5"
    wrong.write_bytes((vgg[0] / "vgg16.weights.h5").read_bytes())
    with pytest.raises(WeightsError, match="does not hold the weights of Xception"):
        build_backbone("xception", weights=str(wrong))


def test_unknown_network_is_refused():
    with pytest.raises(WeightsError, match="Received: 'lenet'"):
        build_backbone("lenet")


@pytest.fixture
def keras_home(tmp_path, monkeypatch):
    """An empty cache of keras.applications, and no way to download."""
    monkeypatch.setattr("keras.src.backend.config._KERAS_DIR", str(tmp_path))

    def refuse(url, *args, **kwargs):
        raise OSError("no route to the internet")

    monkeypatch.setattr("keras.src.utils.file_utils.urlretrieve", refuse)
    return tmp_path


def test_imagenet_without_a_network_says_what_else_there_is(keras_home):
    with pytest.raises(WeightsError, match=r"--weights\s+PATH .* --weights random"):
        build_backbone("vgg16", weights="imagenet")


def test_imagenet_weights_are_read_from_keras_own_cache(keras_home, vgg, monkeypatch):
    """A stand-in under the real name, with its own digest in place of the published one."""
    _, saved = vgg
    (keras_home / "models").mkdir()
    stand_in = keras_home / "models" / CACHED
    saved.model.save(stand_in)  # the older HDF5 layout, as the published file
    digest = hashlib.md5(stand_in.read_bytes(), usedforsecurity=False).hexdigest()
    from keras.src.applications import vgg16

    real = vgg16.file_utils.get_file
    monkeypatch.setattr(
        vgg16.file_utils, "get_file", lambda *a, **k: real(*a, **{**k, "file_hash": digest})
    )
    backbone = build_backbone("vgg16", weights="imagenet")
    assert backbone.origin == IMAGENET_ORIGIN
    np.testing.assert_array_equal(first_kernel(backbone), first_kernel(saved))
