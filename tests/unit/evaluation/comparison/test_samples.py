"""Figures of two hospitals and their difference, against what is known beforehand."""

import numpy as np
import pandas as pd
import pytest

from covid_model.common.classes import CLASS_NAMES
from covid_model.evaluation.comparison.samples import (
    OTHER_SEED,
    Sample,
    differences,
    predictive_values,
    replicated,
)
from covid_model.evaluation.report import predictions_table


def sample(truth, predicted, *, top=0.8, each=1, seed=0, threshold=None, novelty=None):
    """Images that get a class with some probability, so many a patient."""
    truth, predicted = np.asarray(truth), np.asarray(predicted)
    frame = pd.DataFrame(
        {
            "path": [f"{i}.png" for i in range(len(truth))],
            "original": "x",
            "source": "here",
            "patient_id": [f"p{i // each}" for i in range(len(truth))],
            "label": np.array(CLASS_NAMES)[truth],
        }
    )
    scores = np.full((len(truth), 3), (1 - top) / 2, np.float32)
    scores[np.arange(len(truth)), predicted] = top
    table = predictions_table(frame, scores)
    return Sample(table if novelty is None else table.assign(novelty=novelty), threshold, seed)


TRUTH = [0] * 4 + [1] * 4 + [2] * 2
NAMED = [0, 0, 0, 1, 1, 1, 2, 2, 2, 2]  # recalls 3/4, 2/4, 2/2


def test_figures_by_hand():
    values = {key: float(value[0]) for key, value in replicated(sample(TRUTH, NAMED)).items()}
    assert values["recall_covid"] == 0.75
    assert values["macro_recall"] == pytest.approx((0.75 + 0.5 + 1) / 3)
    assert values["answered"] == 1
    assert values["right"] == pytest.approx(0.75)  # every class the same, though 7 of 10 are right
    assert values["ece"] == pytest.approx(0.05, abs=1e-6)  # 0.8 promised, 0.75 kept
    assert values["auroc_infection"] == pytest.approx(7 / 8)


def test_what_is_novel_or_unsure_is_not_answered():
    novelty = [0.5] * 8 + [1.5, 0.5]
    figures = replicated(sample(TRUTH, NAMED, threshold=0.7, novelty=novelty))
    assert figures["answered"][0] == pytest.approx((1 + 1 + 0.5) / 3)
    unsure = replicated(sample(TRUTH, NAMED, threshold=0.9))
    assert unsure["answered"][0] == 0
    assert np.isnan(unsure["right"][0])


def test_a_class_without_images_leaves_out_what_is_of_all_classes():
    figures = replicated(sample([0, 0, 1, 1], [0, 1, 1, 1]))
    assert set(figures) == {"recall_covid", "recall_normal", "auroc_covid", "auroc_normal"}
    assert set(replicated(sample([0, 0], [0, 1]))) == {"recall_covid"}


def drawn(rng, recall, patients, **options):
    truth = np.repeat(np.arange(patients) % 3, 2)  # two images a patient
    right = np.repeat(rng.random(patients) < recall, 2)  # alike within a patient
    return sample(truth, np.where(right, truth, (truth + 1) % 3), each=2, **options)


def test_the_interval_covers_the_difference_that_was_made():
    """Of 95 % intervals over patients nearly all hold the truth, far fewer of those over images."""
    rng = np.random.default_rng(3)
    held, narrow, runs = 0, 0, 60
    for _ in range(runs):
        own, other = drawn(rng, 0.6, 90), drawn(rng, 0.8, 120, seed=OTHER_SEED)
        (row,) = (row for row in differences(own, other) if row["figure"] == "macro_recall")
        low, high = row["difference_interval"]
        held += low <= -0.2 <= high
        narrow += high - low < 0.15
    assert held >= 0.87 * runs
    assert narrow < 0.1 * runs  # 0.22 by theory, 0.16 where images counted as patients


def test_a_difference_is_the_first_less_the_second():
    rows = {row["figure"]: row for row in differences(sample(TRUTH, NAMED), sample(TRUTH, TRUTH))}
    assert rows["recall_normal"]["difference"] == -0.5
    assert rows["recall_normal"]["own"] == 0.5
    assert rows["recall_normal"]["other_interval"] == [1.0, 1.0]
    assert rows["ece"]["difference"] is None


def test_predictive_values_at_another_mix_by_hand():
    mix = {"covid": 0.1, "normal": 0.6, "infection": 0.3}
    covid, normal, infection = predictive_values(sample(TRUTH * 4, NAMED * 4), mix)
    assert covid["ppv"] == 1.0  # only covid is called covid
    assert covid["npv"] == pytest.approx(0.9 / (0.9 + 0.025), abs=1e-6)
    assert normal["ppv"] == pytest.approx(0.3 / (0.3 + 0.025), abs=1e-6)
    assert infection["ppv"] == pytest.approx(0.3 / (0.3 + 0.3), abs=1e-6)
    assert infection["ppv_interval"][0] < 0.5 < infection["ppv_interval"][1]
    assert predictive_values(sample([0, 1], [0, 1]), mix)[0]["ppv"] is None
