"""Groups left out of training: what is fitted on them, how each is judged by the others."""

import numpy as np
import pandas as pd
import pytest

from covid_model.common.classes import CLASS_NAMES, SCORE_COLUMNS
from covid_model.evaluation.left_out import LeftOut, left_out_metrics
from covid_model.evaluation.reliability.cross_fit import Judged
from covid_model.evaluation.reliability.left_out_fit import (
    conformal_limit,
    even_weights,
    fit_left_out,
    patient_weights,
)
from covid_model.evaluation.reliability.selective_prediction import fit_threshold
from covid_model.inference.calibration import prediction_sets
from tests.computed_run import left_out_rows

pytestmark = pytest.mark.usefixtures("few_replicates")


def metrics(table):
    fit = fit_left_out(table)
    thresholds = {"probability": fit.threshold}
    return left_out_metrics(LeftOut(table, fit.sets), fit.calibration, thresholds)


def table_of(labels, patients):
    return pd.DataFrame({"label": labels, "patient_id": patients})


@pytest.mark.parametrize("count", [1, 18, 19, 38, 39, 100, 399])
def test_the_limit_is_the_corrected_quantile(count):
    values = np.random.default_rng(count).random(count)
    place = int(np.floor(0.05 * (count + 1)))  # from below; each new image has count + 1 places
    expected = 0.0 if place == 0 else np.sort(values)[place - 1]
    limit = conformal_limit(values, np.ones(count))
    assert limit <= expected
    assert limit == pytest.approx(expected, abs=1e-6)


def test_of_exchangeable_images_95_in_100_keep_their_class():
    """Each of 60 in turn is the new one: by definition 5 % of the places may be missed."""
    values = np.random.default_rng(0).permutation(60) / 60
    kept = [
        value >= conformal_limit(np.delete(values, i), np.ones(59))
        for i, value in enumerate(values)
    ]
    assert sum(kept) == 57


def test_a_patients_images_share_one_weight():
    values = np.random.default_rng(1).random(80)
    once = conformal_limit(values, np.ones(80))
    thrice = np.repeat(values, 3)
    assert conformal_limit(thrice, np.full(240, 1 / 3)) == once
    assert conformal_limit(thrice[:54], np.full(54, 1 / 3)) == 0  # 18 patients are too few


def test_weights_count_classes_alike_and_a_patient_once_in_its_class():
    table = table_of(["covid", "covid", "covid", "normal", "infection"], ["a", "a", "b", "a", "c"])
    np.testing.assert_allclose(patient_weights(table), [0.5, 0.5, 1, 1, 1])
    np.testing.assert_allclose(even_weights(table), np.array([5, 5, 10, 20, 20]) / 12)


def test_the_threshold_is_the_lowest_that_keeps_the_promise_by_weight():
    """The wrong are 2 of 40 images at 0.5, but one of them is a patient of much weight."""
    top = np.repeat([0.5, 0.8], 40)
    probabilities = np.stack([top, (1 - top) * 0.6, (1 - top) * 0.4], axis=1)
    truth = np.zeros(80, int)
    truth[:2] = 1
    assert fit_threshold(probabilities, truth) == 0.33
    weights = np.where(truth == 1, 5.0, 1.0)
    assert fit_threshold(probabilities, truth, weights=weights) == 0.51


def test_where_no_threshold_keeps_the_promise_the_best_with_enough_answers_is_taken(caplog):
    top = np.repeat([0.5, 0.8, 0.95], [50, 46, 4])
    probabilities = np.stack([top, (1 - top) * 0.6, (1 - top) * 0.4], axis=1)
    truth = np.r_[np.ones(50, int), np.zeros(40, int), np.ones(6, int), np.zeros(4, int)]
    assert fit_threshold(probabilities, truth, part="the images left out") == 0.51
    assert "No threshold gives 95 % right answers on the images left out: 0.51" in caplog.text


def test_no_set_is_empty():
    probabilities = np.array([[0.4, 0.35, 0.25], [0.9, 0.06, 0.04]], np.float32)
    sets = prediction_sets(probabilities, [0.5, 0.3, 0.25])
    assert sets.tolist() == [[True, True, True], [True, False, False]]
    assert prediction_sets(probabilities, [1, 1, 1]).sum(axis=1).tolist() == [1, 1]


def test_the_report_counts_groups_and_sources_with_what_is_fitted_on_the_others():
    table = left_out_rows(240, seed=0)
    report = metrics(table)
    assert (report["images"], report["patients"], report["groups"]) == (240, 120, 4)
    kinds = {kind: [row["group"] for row in rows] for kind, rows in report["by"].items()}
    assert kinds == {
        "left_out": [f"hospital {i}" for i in range(4)],
        "source": ["here", "there"],
        "label_quality": ["PCR", "report"],
    }
    assert report["fitted"]["right"] >= 0.95
    low, high = report["cross_fitted"]["right_interval"]
    assert low <= report["cross_fitted"]["right"] <= high
    assert report["cross_fitted"]["images"] == 240
    assert 1 <= report["cross_fitted"]["size"] <= 3
    rows = report["by"]["left_out"]
    assert [row["images"] for row in rows] == [60] * 4
    assert all(entry["auroc"] > 0.5 for row in rows for entry in row["per_class"])


def test_each_group_is_judged_by_the_fit_on_the_others():
    table = left_out_rows(240, seed=0)
    here = (table["left_out"] == "hospital 2").to_numpy()
    crossed, alone = Judged.crossed(table), Judged.by(fit_left_out(table[~here]), table[here])
    for key, values in vars(alone).items():
        np.testing.assert_array_equal(getattr(crossed, key)[here], values)


def test_a_group_with_wrong_labels_is_found_out():
    """Its own wrong labels cannot teach the fit that it is judged by."""
    table = left_out_rows(240, seed=0)
    flipped = table["left_out"] == "hospital 1"
    turned = {name: CLASS_NAMES[(i + 1) % 3] for i, name in enumerate(CLASS_NAMES)}
    wrong = table.assign(label=table["label"].where(~flipped, table["label"].map(turned)))
    before, after = metrics(table), metrics(wrong)
    assert after["cross_fitted"]["right"] < before["cross_fitted"]["right"] - 0.1
    assert after["cross_fitted"]["coverage"] < before["cross_fitted"]["coverage"]
    assert after["by"]["left_out"][1]["right"] < 0.3 < before["by"]["left_out"][1]["right"]
    assert after["by"]["left_out"][1]["right"] < after["by"]["left_out"][0]["right"]


def test_a_class_that_a_group_lacks_has_no_figure():
    table = left_out_rows(240, seed=0)
    table = table[(table["left_out"] != "hospital 3") | (table["label"] != "covid")]
    covid, normal, _ = metrics(table)["by"]["left_out"][3]["per_class"]
    assert (covid["images"], covid["auroc"], covid["recall"]) == (0, None, None)
    assert normal["auroc"] is not None


def test_a_class_that_one_group_alone_has_leaves_that_group_unjudged(caplog):
    table = left_out_rows(240, seed=0)
    table = table[(table["left_out"] == "hospital 3") | (table["label"] != "covid")]
    report = metrics(table)
    assert report["cross_fitted"]["images"] == (table["left_out"] != "hospital 3").sum()
    assert report["by"]["left_out"][3]["answered"] is None
    assert "no covid among them" in caplog.text


def test_too_few_images_fit_nothing(caplog):
    assert fit_left_out(left_out_rows(12, seed=0)) is None
    assert "12 left-out images, 20 needed" in caplog.text


def test_scores_without_calibration_have_no_answers():
    table = left_out_rows(240, seed=0)
    report = left_out_metrics(LeftOut(table), None, {})
    assert "fitted" not in report
    right = table[list(SCORE_COLUMNS)].to_numpy().argmax(axis=1) == table["label"].map(
        CLASS_NAMES.index
    )
    recall = [right[table["label"] == name].mean() for name in CLASS_NAMES]
    assert report["macro_recall"] == pytest.approx(np.mean(recall), abs=1e-6)
