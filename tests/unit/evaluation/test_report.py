"""Figures of a report, against numbers worked out by hand."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import auc, precision_recall_curve, roc_auc_score, roc_curve

from covid_model.common.classes import CLASS_NAMES, SCORE_COLUMNS
from covid_model.evaluation.report import evaluate, predictions_table
from covid_model.evaluation.roc import roc_and_pr_curves

RANKED = ("auroc", "average_precision")
FRAME = pd.DataFrame(
    {
        "original": list("abcdef"),
        "source": ["x", "x", "x", "y", "y", "y"],
        "patient_id": ["1", "1", "2", "3", "4", "5"],
        "label": ["covid", "covid", "normal", "normal", "infection", "infection"],
    }
)
SCORES = np.array(
    [
        [0.8, 0.1, 0.1],
        [0.2, 0.7, 0.1],
        [0.1, 0.8, 0.1],
        [0.1, 0.6, 0.3],
        [0.1, 0.3, 0.6],
        [0.5, 0.1, 0.4],
    ],
    np.float32,
)


@pytest.fixture
def report():
    return evaluate(predictions_table(FRAME, SCORES))


def test_confusion_matrix_has_the_truth_in_rows(report):
    assert report["confusion_matrix"] == [[1, 1, 0], [0, 2, 0], [1, 0, 1]]


def test_figures_by_hand(report):
    assert report["images"] == 6
    assert report["patients"] == 5
    assert report["accuracy"] == pytest.approx(4 / 6, abs=1e-6)
    assert report["macro_recall"] == pytest.approx((0.5 + 1 + 0.5) / 3, abs=1e-6)
    covid, normal, infection = report["per_class"]
    assert covid["sensitivity"] == 0.5
    assert covid["specificity"] == 0.75
    assert covid["ppv"] == 0.5
    assert covid["npv"] == 0.75
    assert normal["ppv"] == pytest.approx(2 / 3, abs=1e-6)
    assert infection["f1"] == pytest.approx(2 / 3, abs=1e-6)
    assert covid["auroc"] == pytest.approx(7 / 8, abs=1e-6)  # 7 of 8 pairs in order
    assert normal["auroc"] == pytest.approx(7 / 8, abs=1e-6)
    # covid's two images are the first and third of the ranking: precision 1, then 2/3
    assert covid["average_precision"] == pytest.approx((1 + 2 / 3) / 2, abs=1e-6)
    means = [np.mean([row[key] for row in report["per_class"]]) for key in RANKED]
    assert [report[f"{key}_macro"] for key in RANKED] == pytest.approx(means, abs=1e-6)


def test_a_group_says_none_where_a_class_is_missing(report):
    x, y = report["groups"]["source"]
    assert (x["group"], x["images"], x["accuracy"]) == ("x", 3, pytest.approx(2 / 3, abs=1e-6))
    assert x["recall"] == {"covid": 0.5, "normal": 1.0, "infection": None}
    assert y["recall"] == {"covid": None, "normal": 1.0, "infection": 0.5}


def test_a_class_without_images_leaves_no_number():
    report = evaluate(predictions_table(FRAME[:4], SCORES[:4]))
    infection = report["per_class"][2]
    assert infection["images"] == 0
    assert infection["sensitivity"] is None
    undefined = {"auroc", "average_precision", "sensitivity", "ppv", "f1"}
    assert {key for key, value in infection.items() if value is None} == undefined | {
        f"{key}_interval" for key in undefined
    }
    assert report["macro_recall"] == 0.75
    curve = report["curves"][2]
    assert curve == {"class": "infection", "prevalence": 0.0, "roc": None, "pr": None}


def test_within_a_source_only_its_two_classes_compete():
    frame = pd.DataFrame(
        {
            "original": "a",
            "source": ["x"] * 12 + ["y"] * 9,
            "patient_id": "1",
            "label": ["covid"] * 5
            + ["infection"] * 6
            + ["normal"]
            + ["covid"] * 5
            + ["normal"] * 4,
        }
    )
    scores = np.tile([0.3, 0.5, 0.2], (21, 1))  # normal leads; between the two, covid does
    scores[5:8] = (0.1, 0.7, 0.2)  # half of x's infections: between the two, infection does
    rows = evaluate(predictions_table(frame, scores))["within_source"]
    assert rows == [
        {
            "source": "x",
            "classes": ["covid", "infection"],
            "images": 11,
            "balanced_accuracy": 0.75,
            "balanced_accuracy_interval": None,  # of one patient nothing can be resampled
            "auroc": 0.75,
            "auroc_interval": None,
        }
    ]
    frame["patient_id"] = [str(row) for row in range(21)]
    (row,) = evaluate(predictions_table(frame, scores))["within_source"]
    for name in ("balanced_accuracy", "auroc"):
        low, high = row[f"{name}_interval"]
        assert 0.5 <= low < 0.75 < high <= 1


def test_the_area_within_a_source_asks_for_neither_threshold_nor_third_class():
    frame = pd.DataFrame(
        {
            "original": "a",
            "source": "x",
            "patient_id": [str(row) for row in range(10)],
            "label": ["covid"] * 5 + ["infection"] * 5,
        }
    )
    of_two = np.array([0.7, 0.8, 0.9, 0.9, 0.9, 0.6, 0.75, 0.65, 0.65, 0.65])
    normal = np.repeat([0.8, 0.1], 5)  # so that covid alone has the lower scores
    scores = np.stack([of_two * (1 - normal), normal, (1 - of_two) * (1 - normal)], axis=1)
    (row,) = evaluate(predictions_table(frame, scores))["within_source"]
    assert row["balanced_accuracy"] == 0.5
    assert row["auroc"] == 0.96  # of 25 pairs, the one of 0.7 with 0.75 is the wrong way round


def drawn(patients, each, *, seed=0):
    """A table of patients whose images are alike: the label, mostly named rightly."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(3, size=patients)
    logits = rng.normal(size=(patients, 3)) + 2 * np.eye(3)[labels]
    scores = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    frame = pd.DataFrame(
        {
            "original": [f"{i}.png" for i in range(patients * each)],
            "source": "here",
            "patient_id": np.repeat([f"p{i}" for i in range(patients)], each),
            "label": np.repeat(np.array(CLASS_NAMES)[labels], each),
        }
    )
    return predictions_table(frame, np.repeat(scores, each, axis=0).astype(np.float32))


def test_more_images_of_the_same_patients_say_nothing_more():
    once, thrice = evaluate(drawn(60, 1)), evaluate(drawn(60, 3))
    keys = [key for key in once if key.endswith("_interval")]
    assert len(keys) == 4
    assert [once[key] for key in keys] == [thrice[key] for key in keys]
    for one, other in zip(once["per_class"], thrice["per_class"], strict=True):
        assert {**one, "images": 0} == {**other, "images": 0}
    by_image = evaluate(drawn(60, 3).assign(patient_id=[str(i) for i in range(180)]))
    for key in keys:
        narrow, wide = by_image[key], thrice[key]
        assert narrow[1] - narrow[0] < 0.75 * (wide[1] - wide[0]), key


def test_every_interval_holds_its_figure():
    report = evaluate(drawn(80, 2))
    assert report["intervals"] == {
        "level": 0.95,
        "method": "percentile bootstrap over patients",
        "replicates": 1000,
        "seed": 0,
    }
    found = 0
    for row in (report, *report["per_class"], *report["groups"]["source"]):
        for key in row:
            if key.endswith("_interval"):
                low, high = row[key]
                assert low < row[key.removesuffix("_interval")] < high, key
                found += 1
    assert found == 4 + 3 * 7 + 2


def test_the_curves_are_scikit_learns():
    table = drawn(400, 1)
    truth = table["label"].map(CLASS_NAMES.index)
    for c, curve in enumerate(evaluate(table)["curves"]):
        positive, score = truth == c, table[SCORE_COLUMNS[c]]
        assert curve["class"] == CLASS_NAMES[c]
        assert curve["prevalence"] == pytest.approx(positive.mean(), abs=1e-6)
        precision, recall, _ = precision_recall_curve(positive, score)
        fpr, tpr, _ = roc_curve(positive, score, drop_intermediate=False)
        for thin, whole in (
            (curve["roc"].values(), (fpr, tpr)),
            (curve["pr"].values(), (recall, precision)),
        ):
            points = set(zip(*thin, strict=True))
            known = set(zip(*(np.round(axis, 6) for axis in whole), strict=True))
            assert 20 < len(points) <= 101
            assert points <= known
        fpr, tpr = curve["roc"].values()
        assert ((fpr[0], tpr[0]), (fpr[-1], tpr[-1])) == ((0, 0), (1, 1))
        assert curve["pr"]["recall"] == sorted(curve["pr"]["recall"])
        assert auc(fpr, tpr) == pytest.approx(roc_auc_score(positive, score), abs=0.002)


def test_a_curve_of_many_points_is_thinned_evenly():
    rng = np.random.default_rng(0)
    positive = rng.random(20000) < 0.5
    score = rng.random(20000)  # as good as guessing, so that every point is a corner
    scores = np.stack([score, 1 - score, np.zeros(20000)], axis=1)
    (first, *_) = roc_and_pr_curves(np.where(positive, 0, 1), scores)
    for one in (first["roc"], first["pr"]):
        x = list(one.values())[0]
        assert 90 < len(x) <= 101
        assert (x[0], x[-1]) == (0, 1)
    fpr, tpr = first["roc"].values()
    assert np.max(np.diff(fpr) + np.diff(tpr)) < 0.03
