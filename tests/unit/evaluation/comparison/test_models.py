"""Two networks on the same images, against figures worked out by hand."""

import json

import numpy as np
import pandas as pd
import pytest

from covid_model.common.errors import RunError
from covid_model.evaluation.comparison.models import compare_pairs, write_comparison
from covid_model.evaluation.report import predictions_table
from covid_model.evaluation.tables import write_table


def table(right, *, each=1):
    """Images of covid, each rightly named or called normal."""
    frame = pd.DataFrame(
        {
            "original": [f"{i}.png" for i in range(len(right))],
            "source": "here",
            "patient_id": [f"p{i // each}" for i in range(len(right))],
            "label": "covid",
        }
    )
    scores = np.where(np.array(right, bool)[:, None], (0.8, 0.1, 0.1), (0.1, 0.8, 0.1))
    return predictions_table(frame, scores.astype(np.float32))


FIRST = [1] * 20 + [1] * 9 + [0] * 2 + [0] * 4
SECOND = [1] * 20 + [0] * 9 + [1] * 2 + [0] * 4


def test_a_pair_by_hand():
    (row,) = compare_pairs({"one": table(FIRST), "two": table(SECOND)})
    low, high = row.pop("accuracy_difference_interval")
    assert row == {
        "networks": ["one", "two"],
        "images": 35,
        "both_right": 20,
        "only_first": 9,
        "only_second": 2,
        "both_wrong": 4,
        # 9 or more, or 2 or fewer, heads of 11: 2 * (1 + 11 + 55) / 2048
        "p_value": round(134 / 2048, 6),
        "accuracy_difference": 0.2,
    }
    assert low < 0.2 < high
    spread = np.sqrt((11 / 35 - 0.2**2) / 35)  # of a mean of -1, 0 and 1
    assert (high - low) / 2 == pytest.approx(1.96 * spread, rel=0.1)


def test_the_interval_is_paired():
    """Networks that err on the same images are told apart better than by two intervals."""
    first, second = [1] * 50 + [0] * 50, [1] * 48 + [0] * 52
    (row,) = compare_pairs({"one": table(first), "two": table(second)})
    low, high = row["accuracy_difference_interval"]
    assert high - low < 0.07  # of either accuracy alone it is 0.2


def test_images_of_one_patient_are_drawn_together():
    (one,) = compare_pairs({"a": table(FIRST), "b": table(SECOND)})
    thrice = [np.repeat(right, 3) for right in (FIRST, SECOND)]
    (three,) = compare_pairs({"a": table(thrice[0], each=3), "b": table(thrice[1], each=3)})
    key = "accuracy_difference_interval"
    assert one[key] == three[key]


def test_networks_that_say_the_same_do_not_differ():
    (row,) = compare_pairs({"one": table(FIRST), "two": table(FIRST)})
    assert (row["p_value"], row["accuracy_difference"]) == (1.0, 0.0)


def test_each_two_of_three_are_compared():
    tables = {name: table(FIRST) for name in ("a", "b", "c")}
    assert [row["networks"] for row in compare_pairs(tables)] == [
        ["a", "b"],
        ["a", "c"],
        ["b", "c"],
    ]


def test_other_images_are_refused():
    other = table(SECOND).assign(original="other.png")
    with pytest.raises(RunError, match="Expected one and two to be judged on the same images"):
        compare_pairs({"one": table(FIRST), "two": other})


def test_a_run_of_one_network_has_no_pairs(tmp_path):
    (tmp_path / "vgg16").mkdir()
    write_table(table(FIRST), tmp_path / "vgg16" / "predictions.csv")
    write_comparison(tmp_path, ["vgg16"])
    assert json.loads((tmp_path / "comparison.json").read_text()) == {"schema": 1, "pairs": []}


def test_what_is_said_of_maps_goes_along(tmp_path):
    for name, right in (("xception", FIRST), ("vgg16", SECOND)):
        (tmp_path / name).mkdir()
        write_table(table(right), tmp_path / name / "predictions.csv")
    rows = [{"networks": ["xception", "vgg16"], "similarity": 0.4}]
    write_comparison(tmp_path, ("xception", "vgg16"), map_agreement=rows)
    written = json.loads((tmp_path / "comparison.json").read_text())
    assert written["map_agreement"] == rows
    assert written["pairs"][0]["only_first"] == 9
