"""A run of tiny networks again, its convolutions in int8."""

import sys

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from covid_model.common.classes import SCORE_COLUMNS
from covid_model.common.errors import DataError, UsageError
from covid_model.data.dataset import read_dataset
from covid_model.evaluation.verification.verify import verify_run
from covid_model.imaging.reader import read_radiograph
from covid_model.inference.gradcam import Head, class_scores
from covid_model.inference.network import Network
from covid_model.runs import load_run, sha256_of
from covid_model.runs.model_card.card import CARD_FILE
from covid_model.training.audit import randomization
from covid_model.training.cli import commands
from covid_model.training.integers import acceptance
from covid_model.training.integers import network as networks
from covid_model.training.integers.litert_file import unfolded
from covid_model.training.integers.network import Maker
from covid_model.training.integers.ways import DYNAMIC, STATIC
from covid_model.training.networks.litert_weights import read_layers
from covid_model.training.workflows import quantize
from covid_model.training.workflows.quantize import run_quantize
from tests.drawings import drawn_rows
from tests.drawn_run import COUNTS, write_drawn_data, write_drawn_run
from tests.tiny import fit_to_drawings, inputs_of, tiny_backbone

pytestmark = [pytest.mark.tensorflow, pytest.mark.usefixtures("few_replicates")]
GOOD, COARSE = "vgg16", "resnet50v2"
BAR = 0.9
LOUD = 3e4  # of one channel, beside which rounding leaves nothing of the others


def fitted(name):
    """A tiny network that tells drawings apart; ``COARSE`` only while nothing is rounded."""
    rows, backbone = drawn_rows("train", COUNTS["train"]), tiny_backbone(name)
    if name == COARSE:
        first, second = (one for one in backbone.model.layers if "conv2d" in one.name)
        kernel, bias = first.get_weights()
        first.set_weights([kernel, bias + [LOUD, 0, 0, 0]])
        kernel, bias = second.get_weights()
        kernel[:, :, 0] = 0
        second.set_weights([kernel, bias])
    return fit_to_drawings(backbone, rows, inputs_of(rows))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_drawn_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module", autouse=True)
def no_last_block():
    """It has tests of its own; building a real network takes seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(randomization, "maps_with_random_block", lambda *_: None)
        yield


@pytest.fixture(scope="module", autouse=True)
def lower_bar():
    """Two convolutions of six channels are rounded more coarsely than a real network's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(acceptance, "LEAST_AGREEMENT", BAR)
        patch.setattr(acceptance, "MOST_RECALL_LOST", 1 - BAR)
        yield


@pytest.fixture(scope="module")
def source(folder, no_last_block, tmp_path_factory, few_replicates):
    networks = {name: fitted(name) for name in (COARSE, GOOD)}
    out = tmp_path_factory.mktemp("runs") / "source"
    return write_drawn_run(out, folder, networks, weights_format="float32")


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def made(source, folder, cache, lower_bar, no_last_block, few_replicates):
    out = source.with_name("made")
    run_quantize(source, folder, out, cache=cache, title="In integers")
    return out


def stored_types(path):
    """The type of the weights of each convolution and dense layer of a file."""
    graph = Interpreter(model_path=str(path))
    types = {tensor["index"]: tensor["dtype"] for tensor in graph.get_tensor_details()}
    found = {"CONV_2D": set(), "FULLY_CONNECTED": set()}
    for one in graph._get_ops_details():
        if one["op_name"] in found:
            found[one["op_name"]].add(types[one["inputs"][1]])
    return found


def centred(scores):
    logits = np.log(np.asarray(scores, float))
    return logits - logits.mean(axis=-1, keepdims=True)


def said(run, folder, part):
    """The scores of the good network for a part, float32 (n, 3)."""
    data = read_dataset(folder)
    rows = np.flatnonzero(data.frame["original"].str.startswith(part))
    network = Network.load(run / GOOD / "model.tflite")
    return np.stack([network.run(data.inputs([row], size=32))[0] for row in rows])


def test_convolutions_are_int8_and_the_head_is_not(source, made):
    float32, int8 = {np.float32}, {np.int8}
    path = f"{GOOD}/model.tflite"
    assert stored_types(source / path)["CONV_2D"] != int8
    assert stored_types(made / path) == {"CONV_2D": int8, "FULLY_CONNECTED": float32}


def test_what_is_served_is_what_the_run_said(source, made, folder):
    before, after = (said(run, folder, "test") for run in (source, made))
    assert (before.argmax(axis=1) == after.argmax(axis=1)).mean() >= BAR
    assert not np.array_equal(before, after)
    assert [problem for one in verify_run(made) for problem in one.problems] == []


def test_tables_are_of_the_new_network(made, folder):
    from covid_model.serving import Classifier

    classifier = Classifier.load(made / GOOD)
    for row in load_run(made).table(GOOD, "predictions.csv")[:4]:
        prediction = classifier.predict(read_radiograph((folder / row["path"]).read_bytes()))
        expected = [float(row[name]) for name in SCORE_COLUMNS]
        np.testing.assert_allclose(prediction.probabilities, expected, atol=2e-6)


def test_the_run_says_what_it_was_accepted_by(source, made):
    info = load_run(made).model_info(GOOD)
    record = info.quantized
    assert load_run(made).info["title"] == "In integers"
    assert info.weights_format == "int8 convolutions"
    assert record["run"] == "source"
    assert record["sha256"] == sha256_of(source / GOOD / "model.tflite")
    assert record["images"] == COUNTS["validation"]
    assert record["taken"]
    assert record["way"] in {"static", "dynamic"}
    assert record["agreement"] >= BAR
    assert record["map_correlation"] >= 0.98
    assert "VGG16: Convolutions in int8, made from run source." in (made / CARD_FILE).read_text()


def test_a_network_that_answers_otherwise_is_kept(source, made):
    info = load_run(made).model_info(COARSE)
    assert info.weights_format == "float32"
    assert not info.quantized["taken"]
    assert info.quantized["way"] == "dynamic"
    assert info.quantized["agreement"] < BAR
    for file in ("model.tflite", "head.npz"):
        assert (made / COARSE / file).read_bytes() == (source / COARSE / file).read_bytes()
    assert sorted(path.name for path in (made / COARSE).glob("*.tflite")) == ["model.tflite"]
    said = "ResNet50V2: As in run source: convolutions in int8 do not answer alike."
    assert said in (made / CARD_FILE).read_text()
    assert said in commands._quantized(made)


@pytest.mark.parametrize("way", [STATIC, DYNAMIC])
def test_the_shift_that_rounding_leaves_is_taken_off(source, folder, tmp_path, way):
    data = read_dataset(folder)
    drawn = [data.inputs([row], size=32) for row in range(60)]
    maker = Maker(source / GOOD, tmp_path, drawn)
    shift = maker.write(way)
    left = (maker.logits(maker.made) - maker.logits(maker.path)).mean(axis=0)
    assert np.abs(shift).max() > 0.05
    assert np.abs(left).max() < 0.01


def test_the_head_of_the_maps_has_the_same_bias(made, source, folder):
    network, head = Network.load(made / GOOD / "model.tflite"), Head.load(made / GOOD / "head.npz")
    image = read_dataset(folder).inputs([0], size=32)
    scores, maps = network.run(image)
    logits = class_scores(maps, head)
    np.testing.assert_allclose(logits - logits.mean(), centred(scores), atol=1e-3)
    assert not np.array_equal(head.class_bias, Head.load(source / GOOD / "head.npz").class_bias)


def test_weights_are_read_back_from_int8(source, made):
    before, after = (read_layers(run / GOOD / "model.tflite") for run in (source, made))
    assert before.kernels.keys() == after.kernels.keys()
    for name, kernel in before.kernels.items():
        np.testing.assert_allclose(after.kernels[name], kernel, atol=np.abs(kernel).max() / 200)
    for name, bias in before.biases.items():
        np.testing.assert_allclose(after.biases[name], bias, atol=0.02)


def test_a_broken_run_leaves_nothing(source, folder, tmp_path, monkeypatch):
    def broken(*_, way):
        raise KeyboardInterrupt

    monkeypatch.setattr(networks, "figures", broken)
    with pytest.raises(KeyboardInterrupt):
        run_quantize(source, folder, tmp_path / "new", cache=tmp_path / "cache")
    assert not list(tmp_path.glob("*new*"))


def test_halves_become_floats_of_the_same_network(tmp_path):
    from covid_model.training.export.litert import export_litert

    halves, floats = tmp_path / "halves.tflite", tmp_path / "floats.tflite"
    export_litert(fitted(GOOD), halves, weights="float16")
    floats.write_bytes(unfolded(halves.read_bytes()))
    names = {one["op_name"] for one in Interpreter(str(floats))._get_ops_details()}
    assert "DEQUANTIZE" not in names
    assert stored_types(floats)["CONV_2D"] == {np.float32}
    image = inputs_of(drawn_rows("test", 12))[:1]
    outputs = (Network.load(file).run(image) for file in (halves, floats))
    for before, after in zip(*outputs, strict=True):
        np.testing.assert_allclose(before, after, atol=1e-5)


def test_too_small_a_split_is_refused(source, folder, tmp_path, monkeypatch):
    monkeypatch.setattr(quantize, "LEAST_VALIDATION", 200)
    with pytest.raises(DataError, match="Expected 200 validation images or more.* Received: 108"):
        run_quantize(source, folder, tmp_path / "new", cache=tmp_path)
    assert not (tmp_path / "new").exists()


def test_without_the_quantizer_the_remedy_is_named(source, folder, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ai_edge_quantizer", None)
    with pytest.raises(UsageError, match=r"Quantization needs ai_edge_quantizer: install it with"):
        run_quantize(source, folder, tmp_path / "new", cache=tmp_path)
