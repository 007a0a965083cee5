"""Temperature, reliability, thresholds, against numbers known beforehand."""

import numpy as np
import pandas as pd
import pytest

from covid_model.evaluation.reliability.calibration import (
    Calibration,
    calibration_error,
    class_weights,
    fit_calibration,
    reliability_bins,
)
from covid_model.evaluation.reliability.selective_prediction import (
    THRESHOLDS,
    ThresholdFit,
    coverage_accuracy_curve,
    fit_threshold,
)
from covid_model.evaluation.report import evaluate, predictions_table
from covid_model.inference.calibration import apply_temperature


def drawn(images, *, seed=0, spread=2.0):
    """Probabilities (n, 3), and truths drawn from these very probabilities."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, spread, (images, 3))
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    truth = (rng.random((images, 1)) > probabilities.cumsum(axis=1)).sum(axis=1)
    return probabilities.astype(np.float32), truth


def rare(probabilities, truth, share=0.05):
    """The same images with most of class 0 left out, as sources hold few of it."""
    kept = np.flatnonzero((truth > 0) | (np.random.default_rng(1).random(len(truth)) < share))
    return probabilities[kept], truth[kept]


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.5])
def test_a_known_temperature_is_found(temperature):
    right, truth = drawn(20000)
    scores = apply_temperature(right, 1 / temperature)
    fit = fit_calibration(scores, truth)
    assert fit.temperature == pytest.approx(temperature, rel=0.05)
    np.testing.assert_allclose(fit.offsets, 0, atol=0.1)
    np.testing.assert_allclose(fit.undo(fit.apply(scores)), scores, atol=1e-5)


def test_probabilities_hold_for_a_mix_of_equally_frequent_classes():
    """A class that is rare among the images is no less probable for it."""
    right, truth = rare(*drawn(60000))
    prior = np.bincount(truth) / len(truth)
    scores = right * prior  # what a network trained on such a mix says
    scores = apply_temperature(scores / scores.sum(axis=1, keepdims=True), 0.5)  # and too surely
    fit = fit_calibration(scores, truth)
    assert fit.temperature == pytest.approx(2.0, rel=0.05)
    expected = -np.log(prior)
    np.testing.assert_allclose(fit.offsets, expected - expected.mean(), atol=0.15)
    assert sum(fit.offsets) == pytest.approx(0, abs=1e-5)
    np.testing.assert_allclose(fit.apply(scores), right, atol=0.05)
    weights = fit.weights(truth)
    before, after = (
        calibration_error(reliability_bins(p, truth, weights)) for p in (scores, fit.apply(scores))
    )
    assert after < 0.03 < before
    recalls = [
        np.mean([(p.argmax(axis=1) == truth)[truth == c].mean() for c in range(3)])
        for p in (scores, fit.apply(scores))
    ]
    assert recalls[1] > recalls[0] + 0.05


def test_every_class_counts_the_same():
    truth = np.array([0, 1, 1, 1, 2, 2])
    weights = class_weights(truth)
    assert weights.mean() == pytest.approx(1)
    assert [weights[truth == c].sum() for c in range(3)] == pytest.approx([2, 2, 2])
    assert class_weights(np.array([1, 1])).tolist() == [1, 1]
    assert Calibration(1.5).weights(truth).tolist() == [1] * 6  # of an older run


def test_weighted_calibration_error_by_hand():
    probabilities = np.array([[0.95, 0.05, 0], [0.85, 0.15, 0], [0.3, 0.7, 0]])
    bins = reliability_bins(probabilities, np.array([0, 1, 1]), np.array([2.0, 0.5, 0.5]))
    assert [row["weight"] for row in bins if row["images"]] == pytest.approx(
        [1 / 6, 1 / 6, 2 / 3], abs=1e-6
    )
    assert calibration_error(bins) == pytest.approx((0.3 + 0.85 + 4 * 0.05) / 6, abs=1e-5)


def test_a_score_of_zero_leaves_a_finite_temperature():
    scores, truth = drawn(300)
    scores[0] = (0, 1, 0)
    truth[0] = 0
    assert 1 < fit_calibration(scores, truth).temperature < 10


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda p, t: (p[:19], t[:19]), "19 validation images, 20 needed"),
        (lambda p, t: (p[t > 0], t[t > 0]), "no covid among them"),
        (lambda p, t: (p, p.argmax(axis=1)), "fit no temperature"),  # all right: T would be 0
        (lambda p, t: (p[:0], t[:0]), "0 validation images"),
    ],
)
def test_without_enough_to_go_by_there_is_no_temperature(change, reason, caplog):
    assert fit_calibration(*change(*drawn(60))) is None
    assert reason in caplog.text


def test_calibration_error_by_hand():
    probabilities = np.array(
        [[0.95, 0.05, 0], [0.92, 0.08, 0], [0.1, 0.3, 0.6], [0.25, 0.55, 0.2], [0.4, 0.3, 0.3]]
    )
    truth = np.array([0, 1, 2, 1, 0])  # right, wrong, right, right, right
    bins = reliability_bins(probabilities, truth)
    assert [row["images"] for row in bins] == [0, 0, 0, 1, 0, 2, 0, 0, 0, 2]
    assert [row["low"] for row in bins] == [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
    assert bins[0]["mean_probability"] is bins[0]["share_right"] is None
    assert (bins[9]["mean_probability"], bins[9]["share_right"]) == (0.935, 0.5)
    # |0.4 - 1| * 1/5 + |0.575 - 1| * 2/5 + |0.935 - 0.5| * 2/5; 0.6 lies in (0.5, 0.6]
    assert calibration_error(bins) == pytest.approx(0.12 + 0.17 + 0.174)


def test_tempering_by_the_fit_lowers_the_calibration_error():
    right, truth = drawn(5000)
    scores = apply_temperature(right, 0.4)
    served = fit_calibration(scores, truth).apply(scores)
    before, after = (calibration_error(reliability_bins(p, truth)) for p in (scores, served))
    assert after < 0.02 < before


def answers(tops, right):
    """Probabilities whose highest is ``tops``, of class 0; truths that make them right or not."""
    tops = np.asarray(tops)
    rest = (1 - tops) / 2
    return np.stack([tops, rest, rest], axis=1), np.where(right, 0, 1)


def test_the_threshold_is_the_lowest_that_is_right_often_enough():
    tops = [0.6] * 10 + [0.8] * 20 + [0.9] * 20
    right = [True] * 5 + [False] * 5 + [True] * 19 + [False] + [True] * 19 + [False]
    assert fit_threshold(*answers(tops, right)) == 0.61  # 38 of 40; with the first 43 of 50


def test_a_network_that_is_always_right_answers_everything():
    assert fit_threshold(*answers([0.34, 0.5, 0.9], [True] * 3)) == THRESHOLDS[0] < 1 / 3


def test_where_no_threshold_will_do_the_most_accurate_with_answers_enough_is_taken(caplog):
    tops = [0.5] * 60 + [0.7] * 60 + [0.95]  # the one above is right, yet a single image
    right = [True] * 30 + [False] * 30 + [True] * 50 + [False] * 10 + [True]
    assert fit_threshold(*answers(tops, right)) == 0.51
    assert "0.51 gives 83.6 %" in caplog.text


def test_the_curve_counts_refused_images_as_unanswered():
    probabilities, truth = answers([0.5, 0.7, 0.9, 0.9], [False, True, True, False])
    known = np.array([True, True, True, False])
    rows = {
        row["threshold"]: row
        for row in coverage_accuracy_curve(probabilities, truth, not_novel=known)
    }
    assert rows[0.5] == {"threshold": 0.5, "answered": 0.75, "accuracy": round(2 / 3, 6)}
    assert rows[0.51]["answered"] == 0.5
    assert rows[0.91] == {"threshold": 0.91, "answered": 0.0, "accuracy": None}


def test_the_report_tells_of_what_was_fitted():
    probabilities, truth = answers([0.5, 0.7, 0.9, 0.95], [False, True, True, False])
    names = np.array(["covid", "normal"])[truth]
    frame = pd.DataFrame({"original": "a", "source": "s", "patient_id": "p", "label": names})
    table = predictions_table(frame, probabilities).assign(novelty=[0.2, 1.0, 0.4, 1.2])
    scores = apply_temperature(probabilities, 0.5)
    report = evaluate(table, fit=ThresholdFit(50, Calibration(2.0), 0.7, kept=0.99))
    assert report["novelty"] == {
        "kept_on_validation": 0.99,
        "refused": {"images": 1, "share": 0.25},
    }
    told = report["answers"]
    assert (told["answered"], told["accuracy"], told["refused"]) == (0.5, 1.0, 0.25)
    assert told["curve"][0] == {"threshold": 0.33, "answered": 0.75, "accuracy": round(2 / 3, 6)}
    calibration = report["calibration"]
    assert calibration["fitted_on"] == {"part": "validation", "images": 50}
    assert calibration["bins_before"] == reliability_bins(scores, truth)
    assert calibration["ece_after"] == calibration_error(reliability_bins(probabilities, truth))


def test_the_report_is_silent_on_what_was_not_fitted():
    probabilities, truth = answers([0.5, 0.7], [True, True])
    frame = pd.DataFrame(
        {"original": "a", "source": "s", "patient_id": "p", "label": ["covid"] * 2}
    )
    report = evaluate(predictions_table(frame, probabilities), fit=ThresholdFit(0, None, None))
    assert not {"calibration", "answers", "novelty"} & set(report)
    assert set(report["groups"]) == {"source"}
