"""A reader beside a network, counted by hand."""

import numpy as np
import pandas as pd
import pytest

from covid_model.evaluation.comparison.readings import readings_compared
from tests.unit.evaluation.comparison.test_samples import sample


def test_reader_network_and_both_by_hand():
    truth = [0, 0, 0, 1, 1, 1, 2, 2, 2, 0]
    network = [0, 0, 1, 1, 1, 0, 2, 1, 1, 2]  # 5 right
    reader = ["covid", "covid", "covid", "normal", "covid", "covid", "infection", "infection"]
    rows = [(f"{i}.png", name) for i, name in enumerate([*reader, "unsure"])]
    readings = pd.DataFrame(rows, columns=["path", "reader_class"])
    table = sample(truth, network).table
    content = readings_compared(readings, {"vgg16": table, "together": table})
    assert (content["readings"], content["unsure"], content["images"]) == (9, 1, 8)
    assert content["accuracy"] == 0.75  # wrong on 4 and 5
    assert content["recall"] == {
        "covid": 1.0,
        "normal": pytest.approx(1 / 3, abs=1e-6),
        "infection": 1,
    }
    row = content["networks"][0]
    assert row["network"] == "vgg16"
    assert row["accuracy"] == 0.625
    assert (row["only_first"], row["only_second"]) == (2, 1)
    assert (row["both_right"], row["both_wrong"]) == (4, 1)
    assert row["accuracy_difference"] == 0.125
    assert row["p_value"] == 1.0
    assert row["agree"] == 0.625  # 4 rightly, one wrongly
    assert row["right_if_agreed"] == 0.8
    assert np.diff(row["accuracy_difference_interval"])[0] > 0
    assert content["networks"][1]["network"] == "together"
