import numpy as np
import pytest

from covid_model.common.architectures import ARCHITECTURES
from covid_model.common.errors import RunError
from covid_model.inference.gradcam import Head, class_scores, gradcam

SIZE = 28  # the tiny VGG16's maps are 14 x 14, then 7 x 7, then 3 x 3, as the real one's at 237 px
REAL_SIZE = (
    96  # the real VGG16's are 6 x 6, then 3 x 3, then 1 x 1: the odd row and column drop, too
)


@pytest.fixture(scope="module", params=ARCHITECTURES)
def backbone(request):
    """Random convolutions, which all kinds of head share."""
    from tests.tiny import tiny_backbone

    return tiny_backbone(request.param, SIZE)


def network(backbone, kind, path):
    """A whole network with the outputs that the tape needs, beside its Head."""
    import keras

    from covid_model.training.export.litert import Fitted, write_head
    from covid_model.training.heads.logistic import fit_logistic, logistic_model
    from covid_model.training.heads.paper_head import Samples, full_model
    from covid_model.training.networks.finetune import finetune_model
    from covid_model.training.recipes.finetune import FinetuneRecipe
    from covid_model.training.recipes.linear import LinearRecipe
    from covid_model.training.recipes.paper import PaperRecipe

    if kind == "paper":
        model = full_model(backbone, PaperRecipe(seed=7))
    elif kind == "finetune":
        model = finetune_model(backbone, FinetuneRecipe(seed=7))
    else:
        channels, rng = backbone.model.output.shape[-1], np.random.default_rng(7)
        drawn = Samples(rng.random((12, channels), np.float32), np.eye(3)[np.arange(12) % 3])
        recipe = LinearRecipe(strengths=(1.0,))
        fit = fit_logistic(drawn, drawn, np.ones(12), strengths=recipe.strengths, title="drawn")
        model = logistic_model(backbone, fit)
    for layer in ("hidden", "probabilities") if kind != "linear" else ():
        bias = model.get_layer(layer).bias
        bias.assign(keras.random.normal(bias.shape, seed=7))
    write_head(Fitted(backbone, model, []), path)
    outputs = [backbone.target_output, model.get_layer("hidden").output, model.output]
    return keras.Model(model.input, outputs), Head.load(path)


def tape_gradcam(model, head, image):
    """Grad-CAM as the paper defines it, with automatic differentiation."""
    import tensorflow as tf

    with tf.GradientTape(persistent=True) as tape:
        maps, hidden, probabilities = model(image, training=False)
        scores = tf.unstack(hidden @ head.class_weights + head.class_bias, axis=1)
    cams = []
    for score in scores:
        alpha = tf.reduce_mean(tape.gradient(score, maps), axis=(1, 2))
        cam = tf.nn.relu(tf.einsum("nhwc,nc->hw", maps, alpha)).numpy()
        cams.append(cam / cam.max() if cam.max() > 0 else cam)
    return maps.numpy()[0], probabilities.numpy()[0], np.stack(cams)


def softmax(scores):
    powers = np.exp(scores - scores.max())
    return powers / powers.sum()


@pytest.mark.tensorflow
@pytest.mark.parametrize(("kind", "pool"), [("paper", 2), ("finetune", 0), ("linear", 0)])
def test_closed_form_is_what_the_gradient_tape_gives(tmp_path, backbone, kind, pool):
    check_closed_form(backbone, kind, pool, tmp_path / "head.npz")


@pytest.mark.slow
@pytest.mark.tensorflow
@pytest.mark.parametrize("name", ARCHITECTURES)
def test_closed_form_is_what_the_gradient_tape_gives_on_real_networks(tmp_path, name):
    import keras

    from covid_model.training.networks.backbone import build_backbone

    keras.utils.set_random_seed(7)
    check_closed_form(build_backbone(name, size=REAL_SIZE), "paper", 2, tmp_path / "head.npz")


@pytest.mark.tensorflow
def test_closed_form_is_what_the_gradient_tape_gives_on_rectified_maps(tmp_path, backbone):
    from covid_model.training.networks.rectified import rectify

    channels, rng = backbone.model.output.shape[-1], np.random.default_rng(7)
    usual = rng.uniform(0, 0.1, channels), rng.uniform(0.05, 0.2, channels)
    rectified = rectify(backbone, *usual)
    check_closed_form(rectified, "linear", 0, tmp_path / "head.npz")
    with np.load(tmp_path / "head.npz") as head:
        assert len(head["pooled_weights"]) == 2 * channels
        assert head["max_pool"] == 0


def check_closed_form(backbone, kind, pool, path):
    model, head = network(backbone, kind, path)
    assert head.average_pool == pool
    image = np.random.default_rng(7).random((1, *model.input_shape[1:]), dtype=np.float32)
    maps, probabilities, expected = tape_gradcam(model, head, image)

    heatmaps = gradcam(maps, head)

    assert (expected.max(axis=(1, 2)) == 1).any(), "all maps are zero: nothing is compared"
    assert heatmaps.shape == (3, *maps.shape[:2])
    assert heatmaps.dtype == np.float32
    np.testing.assert_allclose(heatmaps, expected, atol=1e-5)
    np.testing.assert_allclose(softmax(class_scores(maps, head)), probabilities, atol=1e-6)


def head_of_one(class_weights, *, cells=1, **pools):
    return Head(
        pooled_weights=np.ones((cells, 1), np.float32),
        pooled_bias=np.zeros(1, np.float32),
        class_weights=np.array([class_weights], np.float32),
        class_bias=np.array([0, 0, 1], np.float32),
        **pools,
    )


def test_by_hand():
    maps = np.array([[[1], [2]], [[3], [4]]], np.float32)
    head = head_of_one([2, -1, 0])
    np.testing.assert_allclose(class_scores(maps, head), [5, -2.5, 1])
    heatmaps = gradcam(maps, head)
    np.testing.assert_allclose(heatmaps[0], [[0.25, 0.5], [0.75, 1]])
    assert not heatmaps[1:].any(), "nothing speaks for the second class, nor for the third"


def test_max_pooling_comes_before_the_average():
    maps = np.arange(16, dtype=np.float32).reshape(4, 4, 1)
    head = head_of_one([1, 0, 0], max_pool=2)
    assert class_scores(maps, head)[0] == np.mean([5, 7, 13, 15])


def test_what_fills_no_window_has_no_say():
    maps = np.ones((5, 5, 1), np.float32)
    head = head_of_one([1, 0, 0], cells=4)
    scores = class_scores(maps, head)
    maps[4], maps[:, 4] = 100, 100
    np.testing.assert_array_equal(class_scores(maps, head), scores)


def test_a_global_mean_counts_every_position_alike():
    maps = np.arange(15, dtype=np.float32).reshape(3, 5, 1)
    head = head_of_one([1, 0, 0], average_pool=0)
    assert class_scores(maps, head)[0] == 7
    np.testing.assert_allclose(gradcam(maps, head)[0], maps[:, :, 0] / 14, rtol=1e-6)
    pooled = head_of_one([1, 0, 0], average_pool=0, max_pool=2)
    assert class_scores(maps, pooled)[0] == np.mean([6, 8]), "the last row and column drop"


@pytest.mark.parametrize("value", [0.0, -3.0])
def test_maps_without_evidence_stay_zero(value):
    maps = np.full((2, 2, 1), value, np.float32)
    heatmaps = gradcam(maps, head_of_one([1, 1, 1]))
    np.testing.assert_array_equal(heatmaps, np.zeros((3, 2, 2)))


def test_load_reads_what_was_written(tmp_path):
    head = head_of_one([1, 2, 3], max_pool=2)
    np.savez(tmp_path / "head.npz", **vars(head))
    loaded = Head.load(tmp_path / "head.npz")
    assert loaded.max_pool == 2
    np.testing.assert_array_equal(loaded.class_weights, head.class_weights)


def test_a_file_from_before_the_global_mean_has_the_papers_pooling(tmp_path):
    arrays = vars(head_of_one([1, 2, 3], average_pool=0))
    np.savez(tmp_path / "new.npz", **arrays)
    assert Head.load(tmp_path / "new.npz").average_pool == 0
    del arrays["average_pool"]
    np.savez(tmp_path / "old.npz", **arrays)
    assert Head.load(tmp_path / "old.npz").average_pool == 2


@pytest.mark.parametrize("pools", [{"average_pool": -1}, {"max_pool": [2, 2]}])
def test_load_refuses_a_pooling_that_is_none(tmp_path, pools):
    np.savez(tmp_path / "head.npz", **{**vars(head_of_one([1, 2, 3])), **pools})
    with pytest.raises(RunError, match="head.npz does not hold the weights of a head"):
        Head.load(tmp_path / "head.npz")


def test_load_refuses_a_file_without_all_arrays(tmp_path):
    np.savez(tmp_path / "head.npz", pooled_weights=np.ones(3))
    with pytest.raises(RunError, match="head.npz does not hold the weights of a head"):
        Head.load(tmp_path / "head.npz")


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 cut short"])
def test_load_refuses_a_damaged_file(tmp_path, content):
    (tmp_path / "head.npz").write_bytes(content)
    with pytest.raises(RunError, match="head.npz does not hold the weights of a head"):
        Head.load(tmp_path / "head.npz")
