"""Networks cut before late layers, with their own scaling and rectified maps."""

import numpy as np
import pytest

from covid_model.common.errors import UsageError
from covid_model.imaging.preprocessing import Preprocessing

pytestmark = pytest.mark.tensorflow
SIZE = 75


@pytest.fixture(scope="module")
def xception():
    import keras

    from covid_model.training.networks.backbone import build_backbone

    keras.utils.set_random_seed(3)
    return build_backbone("xception", size=SIZE)


@pytest.fixture(scope="module")
def image():
    grey = np.random.default_rng(3).random((2, SIZE, SIZE, 1), np.float32)
    return np.repeat(grey, 3, axis=3)


def outputs(backbone, images):
    return np.asarray(backbone.model.predict_on_batch(images))


def test_maps_are_what_goes_into_the_named_layers(xception, image):
    import keras

    from covid_model.training.networks.rectified import cut_before

    cut = cut_before(xception, "block5_+block9_")
    layers = {layer.name: layer for layer in xception.model.layers}
    inputs = [layers[f"block{n}_sepconv1_act"].input for n in (5, 9)]
    expected = keras.Model(xception.model.input, inputs).predict_on_batch(image)
    np.testing.assert_array_equal(outputs(cut, image), np.concatenate(expected, axis=-1))
    assert cut.target_layer == "stacked"
    assert cut.max_pool == 0
    assert "block5_ and block9_" in cut.origin


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        ("block99_", "Received: 'block99_'"),
        ("", "Received: ''"),
        ("block2_+block9_", "35 x 35, "),
        ("add", "takes 2"),
    ],
)
def test_layers_that_do_not_fit_are_refused(xception, layers, words):
    from covid_model.training.networks.rectified import cut_before

    with pytest.raises(UsageError, match=words):
        cut_before(xception, layers)


def test_both_halves_of_each_channel_by_hand(xception, image):
    from covid_model.training.networks.rectified import cut_before, rectify

    cut = cut_before(xception, "block5_")
    maps = outputs(cut, image)
    rng = np.random.default_rng(0)
    mean = rng.normal(0, 1, maps.shape[-1])
    deviation = rng.uniform(0.5, 2, maps.shape[-1])
    deviation[0] = 0.0  # counts as a tenth of the median
    least = np.maximum(deviation, 0.1 * np.median(deviation))
    z = (maps - mean) / least
    expected = np.concatenate([np.maximum(z, 0), np.maximum(-z, 0)], axis=-1)
    rectified = rectify(cut, mean, deviation)
    np.testing.assert_allclose(outputs(rectified, image), expected, rtol=1e-4, atol=1e-4)
    assert rectified.digest() != rectify(cut, mean + 1, deviation).digest()


def test_channels_that_never_vary_stay_finite_though_most_do_not(xception, image):
    from covid_model.training.networks.rectified import cut_before, rectify

    cut = cut_before(xception, "block9_")
    deviation = np.zeros(cut.model.output.shape[-1])
    deviation[0] = 2.0
    maps = outputs(rectify(cut, np.zeros(len(deviation)), deviation), image)
    plain = outputs(cut, image)
    np.testing.assert_allclose(maps[..., 0], np.maximum(plain[..., 0] / 2, 0), atol=1e-4)
    np.testing.assert_allclose(maps[..., 1], np.maximum(plain[..., 1], 0), atol=1e-4)


def test_cuts_of_the_same_weights_are_told_apart(xception):
    from covid_model.training.networks.rectified import cut_before

    cuts = [cut_before(xception, layers) for layers in ("block9_", "block5_+block9_")]
    assert len({one.digest() for one in cuts}) == 2


def test_random_weights_are_scaled_too(image):
    from covid_model.training.networks.backbone import build_backbone

    scaled = build_backbone("xception", size=SIZE, scaling="imagenet")
    plain = build_backbone("xception", size=SIZE)
    plain.model.set_weights(scaled.model.get_weights())
    expected = outputs(plain, 2 * image - 1)
    atol = 1e-3 * expected.max()
    np.testing.assert_allclose(outputs(scaled, image), expected, rtol=1e-3, atol=atol)


@pytest.mark.parametrize("name", ["xception", "vgg16"])
def test_imagenet_scaling_is_that_of_keras_applications(tmp_path, image, name):
    import sys

    import keras

    from covid_model.training.networks.backbone import build_backbone

    keras.utils.set_random_seed(4)
    plain = build_backbone(name, size=SIZE)
    plain.model.save_weights(tmp_path / f"{name}.weights.h5")
    scaled = build_backbone(name, weights=str(tmp_path), size=SIZE, scaling="imagenet")
    builder = getattr(keras.applications, plain.architecture.builder)
    expected = outputs(plain, sys.modules[builder.__module__].preprocess_input(255 * image))
    largest = expected.max()
    np.testing.assert_allclose(outputs(scaled, image), expected, rtol=1e-3, atol=1e-3 * largest)
    assert np.abs(outputs(plain, image) - expected).max() > 0.1 * largest
    assert scaled.digest() != plain.digest(), "one's features would pass for the other's"


def test_the_exported_graph_computes_the_same_and_says_how_it_was_fed(tmp_path, xception, image):
    from covid_model.inference.network import Network
    from covid_model.runs import read_model_info
    from covid_model.serving import Classifier
    from covid_model.training.export import litert
    from covid_model.training.heads.logistic import fit_logistic, logistic_model
    from covid_model.training.heads.paper_head import Samples
    from covid_model.training.networks.rectified import cut_before, rectify

    cut = cut_before(xception, "block5_+block9_")
    channels = cut.model.output.shape[-1]
    backbone = rectify(cut, np.zeros(channels), np.ones(channels))
    rng = np.random.default_rng(7)
    drawn = Samples(rng.random((12, 2 * channels), np.float32), np.eye(3)[np.arange(12) % 3])
    fit = fit_logistic(drawn, drawn, np.ones(12), strengths=(1.0,), title="drawn")
    shown = Preprocessing(greys="equalized", view="lungs")
    fitted = litert.Fitted(backbone, logistic_model(backbone, fit), [], shown)
    litert.export_litert(fitted, tmp_path / "model.tflite", weights="float32")
    litert.write_head(fitted, tmp_path / "head.npz")
    litert.write_info(tmp_path, fitted, weights_format="float32")

    scores, maps = Network.load(tmp_path / "model.tflite").run(image[:1])
    np.testing.assert_allclose(maps, outputs(backbone, image[:1])[0], rtol=1e-3, atol=1e-3)
    expected = np.asarray(fitted.model.predict_on_batch(image[:1]))[0]
    np.testing.assert_allclose(scores, expected, atol=1e-4)
    info = read_model_info(tmp_path)
    assert info.preprocessing == {"greys": "equalized", "view": "lungs", "pooling": "all"}
    assert info.target_layer == "rectified"
    assert Classifier.load(tmp_path).preprocessing == shown


def test_maps_over_lungs_know_nothing_of_what_lies_elsewhere(xception, image):
    from covid_model.training.networks.rectified import cut_before, of_grey, over_lungs

    cut = cut_before(xception, "block5_")
    shown = image[:1].copy()
    shown[..., 2] = 0
    shown[:, 16:48, 16:48, 2] = 1
    weighed = outputs(over_lungs(of_grey(cut)), shown)[0]
    maps = outputs(cut, image[:1])[0]  # grey in each channel
    np.testing.assert_allclose(outputs(of_grey(cut), shown)[0], maps, rtol=1e-4, atol=1e-5)
    height = maps.shape[0]  # 5 cells of 15 pixels
    weights = (weighed / maps).mean(axis=-1)
    assert weights.mean() == pytest.approx(1, abs=1e-3)
    assert weights[height // 2, height // 2] > 2
    assert weights[-1].max() < 0.02
    mean = (maps * weights[..., None]).mean(axis=(0, 1))
    np.testing.assert_allclose(weighed.mean(axis=(0, 1)), mean, rtol=1e-3, atol=1e-4)
    everywhere = shown.copy()
    everywhere[..., 2] = 1
    np.testing.assert_allclose(outputs(over_lungs(of_grey(cut)), everywhere)[0], maps, rtol=1e-4)


def test_digests_tell_what_sees_the_lungs_from_what_does_not(xception):
    from covid_model.training.networks.rectified import cut_before, of_grey, over_lungs, rectify

    cut = cut_before(xception, "block5_")
    grey = of_grey(cut)
    rectified = rectify(grey, np.zeros(728), np.ones(728))
    digests = {one.digest() for one in (cut, grey, rectified, over_lungs(rectified))}
    assert len(digests) == 4


def test_a_network_over_lungs_is_exported_with_its_closed_form(tmp_path, xception, image):
    from covid_model.inference.gradcam import Head, class_scores, gradcam
    from covid_model.inference.network import Network
    from covid_model.training.export import litert
    from covid_model.training.heads.logistic import fit_logistic, logistic_model
    from covid_model.training.heads.paper_head import Samples
    from covid_model.training.networks.rectified import cut_before, of_grey, over_lungs, rectify

    rectified = rectify(of_grey(cut_before(xception, "block5_")), np.zeros(728), np.ones(728))
    backbone = over_lungs(rectified)
    rng = np.random.default_rng(7)
    drawn = Samples(rng.random((12, 2 * 728), np.float32), np.eye(3)[np.arange(12) % 3])
    fit = fit_logistic(drawn, drawn, np.ones(12), strengths=(1.0,), title="drawn")
    fitted = litert.Fitted(backbone, logistic_model(backbone, fit), [])
    litert.export_litert(fitted, tmp_path / "model.tflite", weights="float32")
    litert.write_head(fitted, tmp_path / "head.npz")
    shown = image[:1].copy()
    shown[..., 2] = 0
    shown[:, 16:48, 16:48, 2] = 1
    scores, maps = Network.load(tmp_path / "model.tflite").run(shown)
    np.testing.assert_allclose(scores, outputs_of(fitted.model, shown), atol=1e-4)
    np.testing.assert_allclose(maps, outputs(backbone, shown)[0], rtol=1e-3, atol=1e-3)
    powers = np.exp(class_scores(maps, Head.load(tmp_path / "head.npz")))
    np.testing.assert_allclose(powers / powers.sum(), scores, atol=1e-4)
    heat = gradcam(maps, Head.load(tmp_path / "head.npz"))
    assert heat[:, -1].max() < 0.05 < heat[:, 1:4, 1:4].max()


def outputs_of(model, images):
    return np.asarray(model.predict_on_batch(images))[0]
