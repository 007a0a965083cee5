"""Temperature, thresholds and novelty: read from a run, each with what it needs, or refused."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from covid_model.common.errors import RunError
from covid_model.imaging.preprocessing import to_input
from covid_model.imaging.radiograph import Radiograph
from covid_model.inference.calibration import apply_temperature
from covid_model.inference.lateral import LateralHead
from covid_model.inference.network import Network
from covid_model.inference.novelty import NoveltyModel
from covid_model.runs import read_model_info, write_model_info
from covid_model.serving.classifier import Classifier
from covid_model.serving.decision import decide
from tests.drawings import drawing


@pytest.fixture
def folder(trusted_run_root):
    """One calibrated model, which a test may damage."""
    return trusted_run_root / "trusted" / "vgg16"


def change(folder, **values):
    """Write other values into model.json, with digests of what is there."""
    write_model_info(folder, replace(read_model_info(folder), **values))


def refusal(folder):
    with pytest.raises(RunError) as caught:
        Classifier.load(folder)
    return str(caught.value)


def test_a_prediction_is_calibrated_with_novelty_and_threshold(folder):
    info, network = read_model_info(folder), Network.load(folder / "model.tflite")
    image = to_input(Radiograph(drawing()), size=network.input_shape[1])
    scores, maps = network.run(image)
    distance = NoveltyModel.load(folder / "novelty.npz").distance(maps, image[0])

    prediction = Classifier.load(folder).predict(Radiograph(drawing()))

    assert info.temperature > 1.5, "nothing is compared"
    assert max(map(abs, info.offsets)) > 0.01, "nothing is compared"
    np.testing.assert_allclose(
        prediction.probabilities,
        apply_temperature(scores, info.temperature, info.offsets),
        atol=1e-6,
    )
    assert prediction.novelty == pytest.approx(distance / info.thresholds["novelty"], rel=1e-4)
    assert prediction.threshold == info.thresholds["probability"]
    assert (prediction.calibrated, prediction.measure) == (True, "calibrated probability")
    with pytest.raises(ValueError, match="read-only"):
        prediction.probabilities[0] = 1


def test_an_uncalibrated_run_gives_scores(tiny_run_root):
    classifier = Classifier.load(tiny_run_root / "tiny" / "vgg16")
    prediction = classifier.predict(Radiograph(drawing()))
    assert (prediction.calibrated, prediction.measure) == (False, "score")
    assert (prediction.novelty, prediction.threshold) == (None, None)


def test_the_heatmaps_do_not_depend_on_the_temperature(folder):
    before = Classifier.load(folder).predict(Radiograph(drawing()))
    change(folder, temperature=1.0)
    after = Classifier.load(folder).predict(Radiograph(drawing()))
    assert after.score > before.score
    np.testing.assert_array_equal(before.heatmaps, after.heatmaps)


@pytest.mark.parametrize("temperature", [0, -1.0, math.inf, math.nan])
def test_a_temperature_out_of_range_is_refused(folder, temperature):
    change(folder, temperature=temperature)
    assert "Expected a temperature that is a finite number above 0" in refusal(folder)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("temperature", value) for value in ("2", True, [2])),
        ("offsets", ("a", 0, 0)),
        *(("thresholds", value) for value in ([0.7], {"novelty": None}, {"probability": "0.7"})),
        ("sets", {"covid": 0.5, "normal": 0.5, "infection": "a"}),
        ("members", ["vgg16", 2]),
        ("input_shape", (1, 32, 32)),
        ("backbone_origin", 7),
    ],
)
def test_a_value_of_another_type_is_refused(folder, name, value):
    change(folder, **{name: value})
    assert f"does not have this version's fields ({name}" in refusal(folder)


@pytest.mark.parametrize("offsets", [(0.1, 0.2), (math.nan, 0, 0)])
def test_offsets_of_another_kind_are_refused(folder, offsets):
    change(folder, offsets=offsets)
    assert "Expected 3 finite offsets" in refusal(folder)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("probability", value) for value in (0, 1.01, math.nan)),
        *(("novelty", value) for value in (0, -2, math.inf, math.nan)),
    ],
)
def test_a_threshold_out_of_range_is_refused(folder, name, value):
    change(folder, thresholds={**read_model_info(folder).thresholds, name: value})
    message = refusal(folder)
    assert f"Expected a {name} threshold that is a finite number above 0" in message
    assert str(folder / "model.json") in message


@pytest.mark.parametrize(
    ("thresholds", "reason"),
    [
        ([0.7], "thresholds is a list"),
        ({"certainty": 0.7}, "Expected thresholds named probability or novelty"),
    ],
)
def test_thresholds_of_another_kind_are_refused(folder, thresholds, reason):
    model = json.loads((folder / "model.json").read_text("utf-8"))
    (folder / "model.json").write_text(json.dumps({**model, "thresholds": thresholds}))
    assert reason in refusal(folder)


def test_a_probability_threshold_without_temperature_is_refused(folder):
    change(folder, temperature=None)
    assert "no temperature to calibrate them with" in refusal(folder)


def test_a_novelty_threshold_without_its_file_is_refused(folder):
    (folder / "novelty.npz").unlink()
    assert "novelty.npz is missing" in refusal(folder)
    change(folder)
    message = refusal(folder)
    assert "lists a novelty threshold without novelty.npz" in message
    assert str(folder / "model.json") in message


def test_a_novelty_file_without_threshold_is_refused(folder):
    thresholds = {"probability": read_model_info(folder).thresholds["probability"]}
    change(folder, thresholds=thresholds)
    assert "lists novelty.npz without a novelty threshold" in refusal(folder)


def test_a_changed_novelty_file_is_refused_by_name(folder):
    content = bytearray((folder / "novelty.npz").read_bytes())
    content[len(content) // 2] ^= 1
    (folder / "novelty.npz").write_bytes(content)
    assert "novelty.npz differs from the digest" in refusal(folder)


def test_another_networks_novelty_is_refused_when_loading(folder):
    model = NoveltyModel.load(folder / "novelty.npz")
    fewer = {"mean": model.mean[1:], "pooled_components": model.pooled_components[:, 1:]}
    replace(model, **fewer).save(folder / "novelty.npz")
    change(folder)
    assert "novelty.npz belongs to another network" in refusal(folder)


def test_the_classes_that_stay_open_are_those_above_their_limits(folder):
    before = Classifier.load(folder).predict(Radiograph(drawing()))
    assert before.plausible == ()
    change(folder, sets={"covid": 0.0, "normal": 1.0, "infection": 1.0})
    prediction = Classifier.load(folder).predict(Radiograph(drawing()))
    assert set(prediction.plausible) == {"covid", prediction.predicted}


@pytest.mark.parametrize(
    "values",
    [
        {"sets": {"covid": 0.1}},
        {"sets": {"covid": 0.1, "normal": 0.1, "infection": 1.5}},
        {"sets": {"covid": 0.1, "normal": 0.1, "infection": float("nan")}},
        {
            "sets": {"covid": 0.1, "normal": 0.1, "infection": 0.1},
            "temperature": None,
            "thresholds": {},
        },
    ],
)
def test_sets_that_are_none_are_refused(folder, values):
    if "thresholds" in values:
        values = {**values, "thresholds": {"novelty": 1.0}}
    change(folder, **values)
    assert "Expected sets with a share of [0, 1] for each of covid" in refusal(folder)


def lateral_head(folder, threshold):
    """Write a head that gives every picture the score 0.5; list it."""
    maps = Network.load(folder / "model.tflite").maps_shape
    LateralHead(np.zeros(maps[-1], np.float32), 0.0, threshold).save(folder / "lateral.npz")
    write_model_info(folder, read_model_info(folder))


@pytest.mark.parametrize(("threshold", "refused"), [(0.5, True), (0.75, False)])
def test_a_lateral_view_is_recognised_where_the_run_has_a_head_for_it(folder, threshold, refused):
    before = Classifier.load(folder).predict(Radiograph(drawing()))
    assert (before.lateral, before.lateral_threshold, before.looks_lateral) == (None, None, None)
    lateral_head(folder, threshold)
    after = Classifier.load(folder).predict(Radiograph(drawing()))
    assert (after.lateral, after.lateral_threshold) == (0.5, threshold)
    assert after.looks_lateral == refused
    assert (decide([after]).cause == "lateral") == refused
    np.testing.assert_array_equal(after.probabilities, before.probabilities)


def test_a_head_of_another_network_or_a_damaged_one_is_refused(folder):
    LateralHead(np.zeros(3, np.float32), 0.0, 0.5).save(folder / "lateral.npz")
    write_model_info(folder, read_model_info(folder))
    assert "lateral.npz belongs to another network" in refusal(folder)
    (folder / "lateral.npz").write_bytes(b"changed")
    assert "lateral.npz differs from the digest" in refusal(folder)
