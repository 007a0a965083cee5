"""Figures of a report, against numbers worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from covid_model.training.evaluation import evaluate, predictions_table

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
    assert normal["ppv"] == pytest.approx(2 / 3, abs=1e-6)
    assert infection["f1"] == pytest.approx(2 / 3, abs=1e-6)
    assert covid["auroc"] == pytest.approx(7 / 8, abs=1e-6)  # 7 of 8 pairs in order
    assert normal["auroc"] == pytest.approx(7 / 8, abs=1e-6)


def test_by_source_says_none_where_a_class_is_missing(report):
    x, y = report["by_source"]
    assert (x["source"], x["images"], x["accuracy"]) == ("x", 3, pytest.approx(2 / 3, abs=1e-6))
    assert x["recall"] == {"covid": 0.5, "normal": 1.0, "infection": None}
    assert y["recall"] == {"covid": None, "normal": 1.0, "infection": 0.5}


def test_a_class_without_images_leaves_no_number():
    report = evaluate(predictions_table(FRAME[:4], SCORES[:4]))
    infection = report["per_class"][2]
    assert infection["images"] == 0
    assert infection["sensitivity"] is None
    assert infection["auroc"] is None
    assert report["macro_recall"] == 0.75


def test_by_view_has_the_images_of_unknown_view_too():
    frame = FRAME.assign(view=["PA", "AP", "PA", None, "AP", "AP"])
    table = predictions_table(frame, SCORES)
    assert table["view"].tolist() == ["PA", "AP", "PA", "", "AP", "AP"]
    rows = {row["view"]: row for row in evaluate(table)["by_view"]}
    assert {view: row["images"] for view, row in rows.items()} == {"": 1, "AP": 3, "PA": 2}
    assert rows["PA"]["recall"] == {"covid": 1.0, "normal": 1.0, "infection": None}
    assert rows["AP"]["accuracy"] == pytest.approx(1 / 3, abs=1e-6)


def test_by_view_is_left_out_where_no_view_is_known(report):
    assert "by_view" not in report
    assert "by_view" not in evaluate(predictions_table(FRAME.assign(view=""), SCORES))


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
        }
    ]
