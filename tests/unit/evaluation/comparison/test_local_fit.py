"""An adjustment is fitted on half of the patients, helps the others, and never on too few."""

import numpy as np
import pandas as pd
import pytest

from covid_model.common.classes import CLASS_NAMES
from covid_model.common.errors import DataError
from covid_model.evaluation.comparison.before_after import before_and_after, weights_of
from covid_model.evaluation.comparison.local_fit import (
    LEAST_FOR_MIX,
    LEAST_PATIENTS,
    estimated_mix,
    fit_adjustment,
    mix_adjustment,
    require_enough,
    require_for_mix,
    to_fit_on,
)
from covid_model.evaluation.comparison.report.sections import _mix_held_to_truth, worth
from covid_model.evaluation.report import predictions_table
from covid_model.inference.calibration import apply_temperature
from tests.unit.evaluation.test_label_shift import drawn

MIX = (0.1, 0.6, 0.3)


def table(mix=MIX, patients=600, *, seed=0, temperature=1.0):
    """Two images a patient; probabilities for equally frequent classes, as sure as asked for."""
    probabilities, truth = drawn(mix, 2 * patients, seed=seed)
    truth = np.repeat(truth[::2], 2)
    rng = np.random.default_rng(seed)
    signs = rng.normal(size=(2 * patients, 3)) + 2 * np.eye(3)[truth]
    powers = np.exp(2 * signs)
    probabilities = apply_temperature(powers / powers.sum(axis=1, keepdims=True), temperature)
    frame = pd.DataFrame(
        {
            "path": [f"{seed}/{i}.png" for i in range(2 * patients)],
            "original": "x",
            "source": "here",
            "patient_id": [f"p{i // 2}" for i in range(2 * patients)],
            "label": np.array(CLASS_NAMES)[truth],
        }
    )
    return predictions_table(frame, probabilities)


def test_the_halves_share_no_patient_and_are_alike():
    whole = table()
    half = to_fit_on(whole)
    assert not set(whole["patient_id"][half]) & set(whole["patient_id"][~half])
    counts = [whole["label"][rows].value_counts()[list(CLASS_NAMES)] for rows in (half, ~half)]
    assert np.abs(counts[0] - counts[1]).max() <= 2


def test_mix_and_temperature_that_were_made_are_undone_and_it_is_shown():
    whole = table(temperature=0.4)  # too sure, and for classes that are equally frequent
    half = to_fit_on(whole)
    adjustment = fit_adjustment(whole[half], mix=None, belongs_to="x")
    assert adjustment.temperature == pytest.approx(2.5, rel=0.2)
    expected = np.log(np.array(MIX)) - np.log(MIX).mean()
    np.testing.assert_allclose(adjustment.offsets, expected, atol=0.35)
    assert set(adjustment.sets) == set(CLASS_NAMES)
    rows = {
        row["figure"]: row
        for row in before_and_after(whole[~half], adjustment, threshold=0.9, mix=None)
    }
    for figure in ("log_loss", "ece"):
        assert rows[figure]["after"] < rows[figure]["before"]
        assert rows[figure]["difference_interval"][1] < 0
    assert rows["right"]["after"] == pytest.approx(0.95, abs=0.04)
    told = worth(list(rows.values()))
    assert told.startswith("The probabilities are better by it. Of the answers 9")
    assert told.endswith("are right with it, where 95.0 % are wanted.")


@pytest.mark.parametrize(
    ("interval", "words"), [([-0.1, 0.2], "No gain is shown"), ([0.1, 0.2], "makes them worse")]
)
def test_an_adjustment_that_does_not_help_is_to_be_left_alone(interval, words):
    loss = {"figure": "log_loss", "difference": 0.1, "difference_interval": interval}
    told = worth([loss, {"figure": "right", "after": None, "after_interval": None}])
    assert f"{words}: leave it" in told.replace("It makes", "makes")


def test_a_mix_that_is_asked_for_counts_instead():
    whole = table()
    even = dict.fromkeys(CLASS_NAMES, 1 / 3)
    weights = pd.Series(weights_of(whole, even)).groupby(whole["label"]).sum()
    np.testing.assert_allclose(weights, weights.mean())
    adjustment = fit_adjustment(whole, mix=even, belongs_to="x")
    np.testing.assert_allclose(adjustment.offsets, 0, atol=0.35)


def test_the_mix_alone_is_estimated_without_labels():
    whole = table()
    mix = estimated_mix(whole[["p_covid", "p_normal", "p_infection"]].to_numpy(), whole.patient_id)
    for name, share in zip(CLASS_NAMES, MIX, strict=True):
        assert mix[name]["share"] == pytest.approx(share, abs=0.05)
        low, high = mix[name]["share_interval"]
        assert low - 0.02 < share < high + 0.02
    adjustment = mix_adjustment({name: row["share"] for name, row in mix.items()}, belongs_to="x")
    assert (adjustment.temperature, adjustment.threshold, adjustment.sets) == (1.0, None, {})
    assert np.argmax(adjustment.offsets) == 1


def test_a_mix_that_is_not_that_of_the_truth_is_told():
    shares = {name: {"share": 0.3, "share_interval": [0.2, 0.4]} for name in CLASS_NAMES}
    assert "nothing here tells" in _mix_held_to_truth(_with(shares, None, None, None))
    told = _mix_held_to_truth(_with(shares, 0.1, 0.6, 0.3))
    assert told.endswith("the estimate misses COVID-19, Normal: do not use it.")
    assert _mix_held_to_truth(_with(shares, 0.3, 0.35, 0.35)).endswith("; it fits.")


def _with(shares, *judged):
    pairs = zip(shares.items(), judged, strict=True)
    return {name: {**row, "of_judged": share} for (name, row), share in pairs}


def test_too_few_are_refused_with_the_number_needed():
    whole = table((1 / 3, 1 / 3, 1 / 3), 90)
    with pytest.raises(DataError, match=f"{LEAST_PATIENTS} labelled patients of each class"):
        require_enough(whole)
    few = whole[whole["label"] != "covid"]
    with pytest.raises(DataError, match="Received: covid 0"):
        require_enough(pd.concat([table(seed=1), few])[lambda rows: rows["label"] != "covid"])
    require_enough(table((1 / 3, 1 / 3, 1 / 3)))


def test_those_that_judge_do_not_count_for_the_mix():
    whole = table(patients=2 * LEAST_FOR_MIX)
    require_for_mix(whole)
    require_for_mix(whole.assign(label="")[: 2 * LEAST_FOR_MIX])
    with pytest.raises(DataError, match=f"{LEAST_FOR_MIX} patients are needed.*99 with a truth, 0"):
        require_for_mix(whole[: 2 * LEAST_FOR_MIX - 2])
    with pytest.raises(DataError, match="150 with a truth, 20 without"):
        rest = whole[300:340].assign(label=None)
        require_for_mix(pd.concat([whole[:300], rest]))
