"""The command export: other formats give the same, and serving.json is enough for an answer."""

import functools
import json
import sys
from pathlib import Path

import numpy as np
import pytest

from covid_model import cli
from covid_model.cli.export import FORMATS
from covid_model.imaging.reader import read_radiograph
from covid_model.inference.gradcam import gradcam
from covid_model.runs import load_run
from covid_model.serving import Classifier, Together, combine_predictions
from tests.drawings import noise, png, varied
from tests.imports import ROOT

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]
LABELS = ("covid", "normal", "infection")
# Largest difference of a score, and of a heatmap's cell, by how the run stores its weights. LiteRT
# itself rounds activations to 8 bits where weights have 8; the exported networks do not.
TOLERANCES = {
    **dict.fromkeys(("float32", "float16"), (1e-4, 1e-3)),
    **dict.fromkeys(("int8", "int8 convolutions"), (0.04, 0.25)),
}


class Reference:
    """What another language has to do with scores and maps, by ``serving.json`` alone."""

    def __init__(self, path):
        self.content = json.loads(path.read_text("utf-8"))

    def calibrated(self, scores, by):
        logits = np.log(np.maximum(scores, 2.0**-126)) / (by["temperature"] or 1)
        powers = np.exp(logits + (by["offsets"] or 0) - logits.max())
        return powers / powers.sum()

    def novelty(self, maps, image, network):
        known = {name: np.asarray(values) for name, values in network["novelty"].items()}
        size = image.shape[0]
        edges = np.arange(9) * size / 8
        share = np.minimum(edges[1:, None], np.arange(size) + 1)  # of each pixel in each cell
        share = np.maximum(share - np.maximum(edges[:-1, None], np.arange(size)), 0) * 8 / size
        cells = np.einsum("ih,hwc,jw->ij", share, image, share) / 3
        cells = (cells - cells.mean()) / max(cells.std(), 0.02)
        parts = np.split(
            np.concatenate([maps.mean((0, 1)), cells.ravel()]) - known["mean"], [maps.shape[2]]
        )
        joint, left = [], []
        for part, name, floor in zip(parts, ("pooled", "picture"), known["floors"], strict=True):
            components = known[f"{name}_components"]
            joint.append(components @ part)
            left.append(np.log(np.square(part - joint[-1] @ components).sum() + floor))
        joint = np.concatenate([*joint, left, [parts[1] @ known["upright"]]])
        distance = np.linalg.norm((joint - known["centre"]) @ known["whitening"])
        return distance / network["thresholds"]["novelty"]

    def answer(self, outputs):
        """Status and probabilities of the networks, then of all together; outputs by network."""
        asked, heard = self.content["networks"], self.content["together"]
        said = {n: self.calibrated(o["scores"], asked[n]) for n, o in outputs.items()}
        deciding = [(said[n], asked[n]) for n in said]
        if heard:
            outputs = {name: outputs[name] for name in heard["members"]}
            mean = np.mean([said[name] for name in outputs], axis=0)
            said["together"] = self.calibrated(mean, heard)
            deciding = [(said["together"], heard)]
        lateral = [(asked[n]["lateral"], o["maps"].mean((0, 1))) for n, o in outputs.items()]
        votes = [
            1 / (1 + np.exp(-(means @ by["weights"] + by["bias"]))) >= by["threshold"]
            for by, means in lateral
            if by
        ]
        novel = [
            self.novelty(o["maps"], o["image"], asked[n]) > 1
            for n, o in outputs.items()
            if asked[n]["novelty"]
        ]
        if any(any(each) and 2 * sum(each) >= len(each) for each in (votes, novel)):
            return "refused", said
        limits = [by["thresholds"].get("probability") for _, by in deciding]
        low = any(limit and p.max() < limit for (p, _), limit in zip(deciding, limits, strict=True))
        if low or len({int(p.argmax()) for p, _ in deciding}) > 1:
            return "uncertain", said
        return ("uncalibrated" if None in limits else "ok"), said


@functools.cache  # it gives this thread a stack for signals, and with its end takes the memory back
def openvino_core():
    return pytest.importorskip("openvino").Core()


def runner(kind, path):
    """What maps an input to the outputs of an exported network by their names."""
    if kind == "savedmodel":
        import tensorflow as tf

        loaded = tf.saved_model.load(str(path))
        serve = loaded.signatures["serving_default"]
        return lambda image: {
            "_": loaded,
            **{name: np.asarray(v) for name, v in serve(image=tf.constant(image)).items()},
        }
    if kind == "onnx":
        session = pytest.importorskip("onnxruntime").InferenceSession(str(path))
        names = [output.name for output in session.get_outputs()]
        return lambda image: dict(zip(names, session.run(None, {"image": image}), strict=True))
    model = openvino_core().compile_model(path, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return lambda image: {
        port.any_name: np.asarray(values) for port, values in model({"image": image}).items()
    }


def exported(run, kind, folder):
    for package in {"onnx": ("tf2onnx",), "openvino": ("tf2onnx", "openvino")}.get(kind, ()):
        pytest.importorskip(package)
    assert cli.main(["export", str(run), "--format", kind, "--out", str(folder)]) == 0
    return folder


def compare(run_folder, kind, folder, pictures):
    """Hold the outputs and answers of an exported run to those of the run itself."""
    run, reference = load_run(run_folder), Reference(folder / "serving.json")
    networks = {name: Classifier.load(run.model_folder(name)) for name in run.servable_models}
    files = {n: folder / content["file"] for n, content in reference.content["networks"].items()}
    serves = {name: runner(kind, files[name]) for name in networks}
    statuses = set()
    for data in pictures:
        radiograph = read_radiograph(data)
        outputs, predictions = {}, []
        for name, network in networks.items():
            shown = network.prepare(radiograph)
            served = serves[name](shown.image)
            scores, maps = network._network.run(shown.image)
            tolerance, of_heatmaps = TOLERANCES[network.info.weights_format]
            assert np.abs(served["scores"][0] - scores).max() <= tolerance
            assert np.abs(served["maps"][0] - maps).max() <= 2.5 * tolerance * np.abs(maps).max()
            predictions.append(network.predict(radiograph, prepared=shown))
            own = gradcam(maps, network._head)
            assert np.abs(served["heatmaps"][0] - own).max() <= of_heatmaps
            outputs[name] = {"scores": scores, "maps": maps, "image": shown.image[0]}
            if predictions[-1].novelty is not None:
                content = reference.content["networks"][name]
                distance = reference.novelty(maps, shown.image[0], content)
                assert distance == pytest.approx(predictions[-1].novelty, rel=1e-3)
        result = combine_predictions(radiograph, predictions, Together.load(run))
        status, said = reference.answer(outputs)
        statuses.add(status)
        assert status == result.status
        for prediction in result.reported:
            assert said[prediction.model] == pytest.approx(prediction.probabilities, abs=1e-5)
    return statuses


@pytest.mark.parametrize("kind", FORMATS)
def test_other_formats_give_the_same(kind, trusted_run_root, tmp_path):
    pictures = [png(varied(label, number)) for number, label in enumerate(LABELS)] + [png(noise())]
    run = trusted_run_root / "trusted"
    folder = exported(run, kind, tmp_path / kind)
    assert "refused" in compare(run, kind, folder, pictures)


@pytest.mark.parametrize("kind", FORMATS)
def test_the_shipped_networks_give_the_same(kind, tmp_path):
    run = ROOT / "assets" / "runs" / "fifth"
    samples = sorted((ROOT / "assets" / "samples").glob("*.png"))
    pictures = [path.read_bytes() for path in samples]
    statuses = compare(run, kind, exported(run, kind, tmp_path / kind), pictures)
    assert statuses == {"ok", "uncertain", "refused"}


def test_what_cannot_be_exported_is_refused_with_the_reason(trusted_run_root, tmp_path, capsys):
    run = trusted_run_root / "trusted"
    given = ["export", str(run), "--format", "savedmodel", "--out"]
    assert cli.main([*given, str(run)]) == 2
    assert "already exists" in capsys.readouterr().err
    path = Path(run, "vgg16", "model.tflite")
    path.write_bytes(path.read_bytes()[:-1])
    assert cli.main([*given, str(tmp_path / "out")]) == 2
    assert "model.tflite" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_activations_that_the_file_keeps_in_8_bits_are_rounded_alike(tmp_path):
    """A network of integers alone, as converters write it: at most two of 255 steps apart."""
    import keras
    import tensorflow as tf

    from covid_model.cli.export.litert_graph import LiteRTGraph
    from covid_model.inference.interpreter import LiteRTModel, open_interpreter

    keras.utils.set_random_seed(0)
    layers = [keras.layers.Conv2D(8, 3, 2, activation="relu"), keras.layers.DepthwiseConv2D(3)]
    model = keras.Sequential([keras.Input((32, 32, 3)), *layers, keras.layers.Conv2D(4, 1)])
    images = np.random.default_rng(0).random((8, 1, 32, 32, 3), np.float32)
    function = tf.function(model, input_signature=[tf.TensorSpec((1, 32, 32, 3))])
    converter = tf.lite.TFLiteConverter.from_concrete_functions([function.get_concrete_function()])
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([image] for image in images)
    path = tmp_path / "model.tflite"
    path.write_bytes(converter.convert())
    litert, graph = LiteRTModel(lambda: open_interpreter(path)), LiteRTGraph(path)
    assert "QUANTIZE" in {graph._kind(one) for one in graph._graph.operators}
    for image in images:
        expected = litert.run(image)[4]
        (received,) = graph(image)
        step = np.ptp(expected) / 255
        assert np.abs(np.asarray(received) - expected).max() <= 2 * step


def test_without_its_packages_the_command_says_what_to_install(
    trusted_run_root, tmp_path, monkeypatch, capsys
):
    monkeypatch.setitem(sys.modules, "covid_model.cli.export.formats", None)
    run = str(trusted_run_root / "trusted")
    assert cli.main(["export", run, "--format", "onnx", "--out", str(tmp_path / "out")]) == 2
    assert 'pip install ".[export]"' in capsys.readouterr().err
