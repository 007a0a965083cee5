import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from covid_model.common.architectures import ARCHITECTURES
from covid_model.common.classes import CLASS_NAMES
from covid_model.common.errors import ReportsOnlyError, RunError
from covid_model.imaging.preprocessing import to_input
from covid_model.imaging.radiograph import Radiograph
from covid_model.inference.gradcam import Head, gradcam
from covid_model.inference.interpreter import LiteRTModel
from covid_model.inference.lung_segmentation import LungSegmenter
from covid_model.inference.network import Network
from covid_model.runs import ModelInfo, read_model_info, write_model_info
from covid_model.serving.classifier import Classifier


@pytest.fixture
def folder(tiny_run_root):
    """One tiny model, which a test may damage."""
    return tiny_run_root / "tiny" / "vgg16"


def radiograph(seed=0):
    return Radiograph(np.random.default_rng(seed).random((90, 70), dtype=np.float32))


def seal(folder):
    """Write the digests anew, so that a later check has to find the fault."""
    write_model_info(folder, read_model_info(folder))


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_predict_is_the_bare_network_with_its_gradcam(tiny_run_root, name):
    folder = tiny_run_root / "tiny" / name
    classifier = Classifier.load(folder)
    bare = Interpreter(model_path=str(folder / "model.tflite"))
    bare.allocate_tensors()
    size = read_model_info(folder).input_shape[1]
    bare.set_tensor(bare.get_input_details()[0]["index"], to_input(radiograph(), size=size))
    bare.invoke()
    outputs = [bare.get_tensor(output["index"])[0] for output in bare.get_output_details()]
    probabilities, maps = sorted(outputs, key=np.ndim)

    prediction = classifier.predict(radiograph())

    assert prediction.model == classifier.info.architecture == name
    np.testing.assert_allclose(prediction.probabilities, probabilities, atol=1e-6)
    expected = gradcam(maps, Head.load(folder / "head.npz"))
    np.testing.assert_allclose(prediction.heatmaps, expected, atol=1e-5)
    assert prediction.predicted == CLASS_NAMES[probabilities.argmax()]
    assert prediction.score == pytest.approx(probabilities.max())
    assert prediction.seconds > 0


def test_heatmap_by_class_name(folder):
    prediction = Classifier.load(folder).predict(radiograph())
    for index, name in enumerate(CLASS_NAMES):
        np.testing.assert_array_equal(prediction.heatmap(name), prediction.heatmaps[index])
    with pytest.raises(ValueError, match="Expected a class of covid, normal, infection"):
        prediction.heatmap("flu")


def test_results_are_read_only_and_outlive_the_next_prediction(folder):
    classifier = Classifier.load(folder)
    first = classifier.predict(radiograph(0))
    before = first.probabilities.copy(), first.heatmaps.copy()
    classifier.predict(radiograph(1))
    np.testing.assert_array_equal(first.probabilities, before[0])
    np.testing.assert_array_equal(first.heatmaps, before[1])
    for array in (first.probabilities, first.heatmaps, first.heatmap("covid")):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


class SlowInterpreter:
    """Stands in for LiteRT: its answer is its last input's mean, after a moment."""

    def __init__(self, *, maps_first=False):
        outputs = [{"index": 1, "shape": (1, 3)}, {"index": 2, "shape": (1, 2, 2, 1)}]
        self.outputs = outputs[::-1] if maps_first else outputs

    def get_input_details(self):
        return [{"index": 0, "shape": np.array([1, 8, 8, 3])}]

    def get_output_details(self):
        return self.outputs

    def set_tensor(self, index, value):
        self.mean = value.mean()

    def invoke(self):
        time.sleep(0.002)

    def get_tensor(self, index):
        shape = (1, 3) if index == 1 else (1, 2, 2, 1)
        return np.full(shape, self.mean, np.float32)


def stand_in(*, copies=1, **options):
    info = ModelInfo("vgg16", CLASS_NAMES, (1, 8, 8, 3), "layer", "origin")
    head = Head(*(np.ones(shape, np.float32) for shape in ((1, 2), 2, (2, 3), 3)))
    opened = []

    def opening():
        opened.append(SlowInterpreter(**options))
        return opened[-1]

    classifier = Classifier(info, Network(LiteRTModel(opening, copies=copies)), head)
    classifier.opened = opened
    return classifier


@pytest.mark.parametrize("copies", [1, 3])
def test_threads_do_not_mix_their_answers(copies):
    classifier = stand_in(copies=copies)
    classifier.predict(radiograph())
    assert len(classifier.opened) == 1, "one is enough while passes do not coincide"
    levels = np.linspace(0, 1, 40, dtype=np.float32)
    pictures = [Radiograph(np.full((8, 8), level)) for level in levels]
    with ThreadPoolExecutor(8) as pool:
        predictions = list(pool.map(classifier.predict, pictures))
    confident = [prediction.probabilities[0] for prediction in predictions]
    np.testing.assert_allclose(confident, levels, atol=1e-6)
    assert len(classifier.opened) == copies


@pytest.mark.parametrize("maps_first", [False, True])
def test_outputs_are_told_by_rank(maps_first):
    prediction = stand_in(maps_first=maps_first).predict(radiograph())
    assert prediction.probabilities.shape == (3,)
    assert prediction.heatmaps.shape == (3, 2, 2)


@pytest.mark.parametrize("name", ["model.tflite", "head.npz"])
def test_a_changed_file_is_refused_by_name(folder, name):
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(RunError, match=f"{name} differs from the digest"):
        Classifier.load(folder)


@pytest.mark.parametrize("keep", [0, 500])
def test_a_model_cut_short_before_its_digest_is_refused(folder, keep):
    path = folder / "model.tflite"
    path.write_bytes(path.read_bytes()[:keep])
    seal(folder)
    with pytest.raises(RunError, match=r"model\.tflite is no network that this version can run"):
        Classifier.load(folder)


def test_another_networks_head_is_refused(folder):
    head = Head.load(folder / "head.npz")
    np.savez(folder / "head.npz", **{**vars(head), "pooled_weights": head.pooled_weights[:-1]})
    seal(folder)
    with pytest.raises(RunError, match=r"head\.npz is not the head of the model\.tflite"):
        Classifier.load(folder)


def test_another_order_of_classes_is_refused(folder):
    write_model_info(folder, replace(read_model_info(folder), classes=CLASS_NAMES[::-1]))
    with pytest.raises(RunError, match="Received: infection, normal, covid"):
        Classifier.load(folder)


def test_a_reports_only_model_cannot_be_loaded(reports_only_run_root):
    folder = next(reports_only_run_root.glob("*/*/model.json")).parent
    with pytest.raises(ReportsOnlyError, match="holds reports only"):
        Classifier.load(folder)


@pytest.mark.parametrize(
    "preprocessing", [{"greys": "bright"}, {"view": "heart"}, {"shape": "round"}]
)
def test_a_preprocessing_of_a_later_version_is_refused_when_loaded(folder, preprocessing):
    write_model_info(folder, replace(read_model_info(folder), preprocessing=preprocessing))
    with pytest.raises(RunError, match="model.json asks for a preprocessing that this version"):
        Classifier.load(folder)


def test_a_network_of_lungs_is_refused_without_a_segmenter(folder, tmp_path, monkeypatch):
    opened = "covid_model.serving.classifier.open_segmenter"
    monkeypatch.setattr(opened, lambda: LungSegmenter.load(tmp_path))
    Classifier.load(folder)
    write_model_info(folder, replace(read_model_info(folder), preprocessing={"view": "lungs"}))
    with pytest.raises(RunError, match="Expected lungs.tflite with lungs.json"):
        Classifier.load(folder)
