"""Intervals over patients, against distributions that are known."""

import numpy as np
import pytest
from scipy.stats import binom
from sklearn.metrics import average_precision_score, f1_score, recall_score, roc_auc_score

from covid_model.evaluation.bootstrap import PatientBootstrap
from covid_model.evaluation.metrics import macro_recall, per_class_metrics
from covid_model.evaluation.roc import weighted_ranking


def test_one_image_a_patient_gives_the_binomial():
    """The mean of a resample of 0 and 1 is binomial with the share that was seen."""
    values = np.arange(400) < 320
    expected = binom.ppf((0.025, 0.975), 400, 0.8) / 400
    found = PatientBootstrap(range(400), replicates=20000).mean_interval(values)
    assert found == pytest.approx(expected, abs=0.003)
    assert PatientBootstrap(range(400)).mean_interval(values) == pytest.approx(expected, abs=0.008)


def test_images_of_one_patient_count_as_one_answer():
    patients = np.arange(40)
    values = patients < 30
    one = PatientBootstrap(patients).mean_interval(values)
    ten = PatientBootstrap(np.repeat(patients, 10)).mean_interval(np.repeat(values, 10))
    assert one == ten
    low, high = PatientBootstrap(range(400)).mean_interval(np.repeat(values, 10))
    assert high - low < 0.4 * (one[1] - one[0])  # sqrt(1/10) of the width, were they independent


def test_patients_who_are_alike_leave_no_width():
    bootstrap = PatientBootstrap(["a", "a", "b", "c"])
    assert bootstrap.mean_interval([1, 1, 1, 1]) == [1.0, 1.0]
    assert bootstrap.mean_interval([0.5, 0.5, 0.5, 0.5]) == [0.5, 0.5]


def test_the_weights_are_draws_of_whole_patients():
    bootstrap = PatientBootstrap(["a", "b", "a", "c"], replicates=5000)
    weights = bootstrap.weights
    assert weights.shape == (5000, 4)
    np.testing.assert_array_equal(weights[:, 0], weights[:, 2])
    np.testing.assert_array_equal(weights[:, [0, 1, 3]].sum(axis=1), 3)
    assert weights.mean(axis=0) == pytest.approx([1, 1, 1, 1], abs=0.05)
    assert (weights[:, 1] == 0).mean() == pytest.approx((2 / 3) ** 3, abs=0.03)
    values = np.array([[1, 0.5], [2, 0], [3, 0], [4, 8]])
    np.testing.assert_allclose(bootstrap.sums(values), weights @ values)


def test_the_same_seed_draws_the_same():
    patients, values = [f"p{i // 2}" for i in range(60)], np.arange(60) % 7 < 3
    one, other = (PatientBootstrap(patients) for _ in range(2))
    np.testing.assert_array_equal(one.draws, other.draws)
    assert one.mean_interval(values) == other.mean_interval(values)
    assert (PatientBootstrap(patients, seed=1).draws != one.draws).any()


def test_what_is_not_known_does_not_count():
    bootstrap = PatientBootstrap(range(50))
    values = np.where(np.arange(50) < 40, np.arange(50) % 2, np.nan)
    weights = bootstrap.weights[:, :40]
    expected = (weights * values[:40]).sum(axis=1) / weights.sum(axis=1)
    np.testing.assert_allclose(bootstrap.means(values), expected)
    assert bootstrap.mean_interval(values) is not None
    assert bootstrap.mean_interval(np.full(50, np.nan)) is None


@pytest.mark.parametrize(("known", "given"), [(2, False), (6, True)])
def test_a_figure_that_many_replicates_lack_has_no_interval(known, given):
    """Of two patients among fifty a resample has none in 13 %, of six in 0.2 %."""
    values = np.where(np.arange(50) < known, 1.0, np.nan)
    assert (PatientBootstrap(range(50)).mean_interval(values) is not None) == given


@pytest.mark.parametrize("patients", [[], ["a"], ["a"] * 9])
def test_fewer_than_two_patients_have_no_interval(patients):
    assert PatientBootstrap(patients).mean_interval(np.arange(len(patients))) is None


@pytest.fixture(scope="module")
def drawn():
    """Truths with scores that often tie, of 90 images of 40 patients."""
    rng = np.random.default_rng(3)
    positive = rng.random(90) < 0.3
    score = np.round(0.3 * positive + 0.7 * rng.random(90), 1)
    assert len(set(score)) < 12
    return positive, score, PatientBootstrap(rng.integers(40, size=90), replicates=120)


@pytest.mark.parametrize(("column", "figure"), [(0, roc_auc_score), (1, average_precision_score)])
def test_weighted_ranking_is_scikit_learns(drawn, column, figure):
    positive, score, bootstrap = drawn
    found = weighted_ranking(positive, score, bootstrap.weights)[:, column]
    expected = [figure(positive, score, sample_weight=w) for w in bootstrap.weights]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


def test_a_ranking_of_one_kind_is_not_defined():
    weights = np.array([[1, 1, 0, 0], [0, 0, 2, 2], [1, 0, 0, 1]])
    found = weighted_ranking(np.array([True, True, False, False]), np.arange(4.0), weights)
    assert np.isnan(found[:2]).all()
    assert found[2].tolist() == [0.0, 0.5]


def test_rates_are_scikit_learns_in_every_replicate():
    """Each replicate of a rate is that of the images written out as often as they were drawn."""
    rng = np.random.default_rng(5)
    truth = rng.integers(3, size=120)
    predicted = np.where(rng.random(120) < 0.7, truth, rng.integers(3, size=120))
    bootstrap = PatientBootstrap(rng.integers(60, size=120), replicates=20)
    again = [np.repeat(np.arange(120), w.astype(int)) for w in bootstrap.weights]

    def interval(figure):
        values = [figure(truth[rows], predicted[rows]) for rows in again]
        return pytest.approx(np.quantile(values, (0.025, 0.975)), abs=1e-6)

    rows = per_class_metrics(truth, predicted, bootstrap)
    for c, row in enumerate(rows):
        assert row["f1_interval"] == interval(lambda t, p, c=c: f1_score(t == c, p == c))
        assert row["sensitivity_interval"] == interval(
            lambda t, p, c=c: recall_score(t == c, p == c)
        )
        assert row["specificity_interval"] == interval(
            lambda t, p, c=c: recall_score(t != c, p != c)
        )
        assert row["ppv_interval"] == interval(lambda t, p, c=c: recall_score(p == c, t == c))
        assert row["npv_interval"] == interval(lambda t, p, c=c: recall_score(p != c, t != c))
    _, found = macro_recall(truth, predicted, bootstrap)
    assert found == interval(lambda t, p: recall_score(t, p, average="macro"))
