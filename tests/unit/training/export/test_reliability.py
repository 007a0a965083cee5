"""From a network's outputs to temperature, thresholds, novelty, tables."""

import json

import numpy as np
import pandas as pd
import pytest

from covid_model.common.classes import CLASS_NAMES, SCORE_COLUMNS
from covid_model.data.dataset import Dataset
from covid_model.evaluation.reliability.calibration import calibration_in
from covid_model.evaluation.reliability.left_out_fit import fit_left_out
from covid_model.evaluation.report import predictions_table, read_and_report
from covid_model.evaluation.tables import as_stored, read_table
from covid_model.inference.calibration import apply_temperature
from covid_model.inference.novelty import NoveltyModel
from covid_model.runs import ModelInfo, check_file, read_model_info
from covid_model.training.export.reliability import fit_reliability, training_draw
from covid_model.training.export.served_outputs import ServedOutputs


def outputs(images, *, seed, view=None):
    """What an overconfident network might say of images whose features are normal noise."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 1.5, (images, 3))
    right = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    truth = (rng.random((images, 1)) > right.cumsum(axis=1)).sum(axis=1)
    frame = pd.DataFrame(
        {
            "original": [f"{i}.png" for i in range(images)],
            "source": "here",
            "patient_id": [f"p{i}" for i in range(images)],
            "label": np.array(CLASS_NAMES)[truth],
            **({"view": view} if view else {}),
        }
    )
    features = rng.normal(size=(images, 70)).astype(np.float32)
    return ServedOutputs(frame, apply_temperature(right, 0.4), features)


@pytest.fixture(scope="module")
def parts():
    return {
        p: outputs(n, seed=n, view="PA") for p, n in (("v", 400), ("test", 300), ("train", 250))
    }


@pytest.fixture(scope="module")
def judgement(parts):
    parts["test"].features[:3] += 50  # nothing like the others
    return fit_reliability(parts["v"], parts["test"], train=parts["train"])


def test_what_is_served_is_what_is_judged(judgement, parts):
    assert judgement.calibration.temperature == pytest.approx(2.5, rel=0.2)
    served = judgement.predictions[list(SCORE_COLUMNS)].to_numpy()
    expected = judgement.calibration.apply(parts["test"].scores)
    np.testing.assert_array_equal(served, expected)
    report = judgement.report
    assert report["calibration"]["ece_after"] < report["calibration"]["ece_before"]
    assert report["calibration"]["fitted_on"]["images"] == 400
    assert report["answers"]["threshold"] == judgement.thresholds["probability"]
    assert [row["group"] for row in report["groups"]["view"]] == ["PA"]


def test_validation_keeps_the_scores_before_calibration(judgement, parts):
    scores = judgement.validation[list(SCORE_COLUMNS)].to_numpy(np.float32)
    np.testing.assert_array_equal(scores, parts["v"].scores)


def test_the_novelty_column_is_the_distance_over_the_threshold(judgement, parts):
    ratio = judgement.novelty.distance_of(parts["test"].features) / judgement.thresholds["novelty"]
    np.testing.assert_allclose(judgement.predictions["novelty"], ratio, atol=1e-5)
    kept = (judgement.validation["novelty"] <= 1).mean()
    assert kept >= 0.99
    assert judgement.report["novelty"]["kept_on_validation"] == pytest.approx(kept)
    refused = int((judgement.predictions["novelty"] > 1).sum())
    assert judgement.report["novelty"]["refused"]["images"] == refused >= 3
    assert (judgement.predictions["novelty"][:3] > 1).all()


def test_the_threshold_is_judged_on_images_that_are_not_refused(parts):
    """21 of 400 are wrong, too many, but the three farthest of them are refused."""
    truth = np.arange(400) % 3
    names = np.array(CLASS_NAMES)[truth]
    scores = np.full((400, 3), 0.05, np.float32)
    scores[np.arange(400), truth] = 0.9
    scores[np.arange(21), truth[:21]] = 0.2
    scores[np.arange(21), (truth[:21] + 1) % 3] = 0.75
    features = parts["v"].features.copy()
    validation = ServedOutputs(parts["v"].frame.assign(label=names), scores, features)
    assert (
        fit_reliability(validation, parts["test"], train=parts["train"]).thresholds["probability"]
        > 0.33
    )
    features[:4] += 50
    changed = fit_reliability(validation, parts["test"], train=parts["train"])
    assert (changed.validation["novelty"] > 1).sum() == 3
    assert changed.thresholds["probability"] == 0.33


def test_what_is_written_is_read_again(judgement, parts, tmp_path):
    info = ModelInfo("vgg16", CLASS_NAMES, (1, 32, 32, 3), "layer", "no origin")
    judgement.write(tmp_path, info)
    info = read_model_info(tmp_path)
    assert calibration_in(info) == judgement.calibration
    assert info.offsets is not None
    assert info.thresholds == judgement.thresholds
    for name in ("novelty.npz", "validation.csv", "predictions.csv", "report.json"):
        check_file(tmp_path, name, info)
    scores = pd.read_csv(tmp_path / "validation.csv", dtype=dict.fromkeys(SCORE_COLUMNS, "float32"))
    np.testing.assert_array_equal(scores[list(SCORE_COLUMNS)], parts["v"].scores)
    tables = [read_table(tmp_path / name) for name in ("predictions.csv", "validation.csv")]
    fitted = {"calibration": calibration_in(info), "thresholds": info.thresholds}
    written = json.loads((tmp_path / "report.json").read_text())
    assert read_and_report(*tables, **fitted) == written == judgement.report
    features = parts["test"].features
    again = NoveltyModel.load(tmp_path / "novelty.npz").distance_of(features)
    np.testing.assert_array_equal(again, judgement.novelty.distance_of(features))


def test_too_few_images_leave_scores_as_they_are(parts, tmp_path):
    few, test = outputs(10, seed=1), parts["test"]
    judgement = fit_reliability(few, test)
    assert (judgement.calibration, judgement.thresholds, judgement.novelty) == (None, {}, None)
    np.testing.assert_allclose(judgement.predictions[list(SCORE_COLUMNS)], test.scores, atol=1e-6)
    assert "novelty" not in judgement.predictions
    judgement.write(tmp_path, ModelInfo("vgg16", CLASS_NAMES, (1, 32, 32, 3), "layer", "none"))
    assert sorted(read_model_info(tmp_path).sha256) == [
        "predictions.csv",
        "report.json",
        "validation.csv",
    ]


def drawn_from(train, validation):
    """The draw of a data set of a large source with a small one."""
    part = pd.Series(["validation"] * validation + ["train"] * train)
    source = ["large"] * (validation + train - 50) + ["small"] * 50
    frame = pd.DataFrame({"source": source, "label": "covid", "path": range(len(part))})
    return frame.iloc[training_draw(Dataset(".", frame, True), part)], part


def test_the_draw_is_of_training_images_with_sources_as_even_as_can_be():
    draw, part = drawn_from(2000, 100)
    assert len(draw) == 1500
    assert (part[draw.index] == "train").all()
    assert draw["source"].value_counts().to_dict() == {"large": 1450, "small": 50}


@pytest.mark.parametrize(("train", "validation"), [(199, 100), (200, 99)])
def test_too_few_images_draw_none(train, validation, caplog):
    assert drawn_from(train, validation)[0].empty
    assert f"{train} training, {validation} validation images" in caplog.text


def test_just_enough_images_draw_all():
    assert len(drawn_from(200, 100)[0]) == 200


def test_groups_left_out_are_fitted_on_and_the_validation_part_keeps_novelty(judgement, parts):
    rows = outputs(500, seed=5).frame.assign(left_out=["a", "b", "c", "d", "e"] * 100)
    left_out = predictions_table(rows, outputs(500, seed=5).scores).assign(
        left_out=rows["left_out"]
    )
    fitted = fit_reliability(parts["v"], parts["test"], train=parts["train"], left_out=left_out)
    expected = fit_left_out(as_stored(left_out))
    assert (fitted.calibration, fitted.sets) == (expected.calibration, expected.sets)
    assert fitted.thresholds["probability"] == expected.threshold
    assert fitted.calibration != judgement.calibration
    assert fitted.thresholds["novelty"] == judgement.thresholds["novelty"]
    pd.testing.assert_frame_equal(fitted.validation, judgement.validation)
    served = fitted.predictions[list(SCORE_COLUMNS)].to_numpy()
    np.testing.assert_array_equal(served, expected.calibration.apply(parts["test"].scores))


def test_too_few_left_out_leave_the_fit_to_the_validation_part(judgement, parts, tmp_path):
    few = predictions_table(outputs(12, seed=5).frame, outputs(12, seed=5).scores)
    left_out = few.assign(left_out="a")
    fitted = fit_reliability(parts["v"], parts["test"], train=parts["train"], left_out=left_out)
    assert (fitted.calibration, fitted.sets) == (judgement.calibration, {})
    assert fitted.report["calibration"]["fitted_on"]["part"] == "validation"
    assert fitted.report["left_out"]["images"] == 12
    fitted.write(tmp_path, ModelInfo("vgg16", CLASS_NAMES, (1, 32, 32, 3), "layer", "none"))
    assert read_model_info(tmp_path).fitted_on == ""
