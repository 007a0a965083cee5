"""Whether a network sees where an image is from."""

import numpy as np
import pandas as pd
import pytest

from covid_model.training.audit.source_probe import label_by_source, source_probe


def frame_of(sources, *, per_patient=2):
    patients = [f"p{i // per_patient}" for i in range(len(sources))]
    return pd.DataFrame({"source": sources, "group": patients}, index=range(5, 5 + len(sources)))


@pytest.fixture
def sources():
    return np.repeat(["a", "b", "c"], [60, 40, 20])


def test_a_source_that_shows_is_found(sources):
    rng = np.random.default_rng(0)
    features = rng.normal(size=(120, 30))
    features[:, 3] += 8 * (sources == "b")
    features[:, 4] += 8 * (sources == "c")
    probe = source_probe(features.astype(np.float32), frame_of(sources))
    assert probe["sources"] == ["a", "b", "c"]
    assert (probe["images"], probe["chance"]) == (120, 0.333333)
    assert probe["balanced_accuracy"] > 0.9
    low, high = probe["balanced_accuracy_interval"]
    assert 0.8 < low <= probe["balanced_accuracy"] <= high <= 1


def test_noise_is_at_chance(sources):
    features = np.random.default_rng(1).normal(size=(120, 30)).astype(np.float32)
    low, high = source_probe(features, frame_of(sources))["balanced_accuracy_interval"]
    assert low < 1 / 3 < high


def test_a_patient_known_by_its_other_image_gives_no_source_away():
    """Features that name the patient alone: whoever had seen its other image would know all."""
    rng = np.random.default_rng(2)
    sources = np.repeat(rng.permutation(np.repeat(["a", "b"], 30)), 4)
    frame = frame_of(sources, per_patient=4)
    names = pd.factorize(frame["group"])[0]
    features = 5 * np.eye(60)[names] + rng.normal(0, 0.01, (240, 60))
    rows = rng.permutation(240)
    probe = source_probe(features[rows].astype(np.float32), frame.iloc[rows])
    assert probe["balanced_accuracy"] < 0.65


def test_a_source_of_few_patients_is_left_out(sources):
    frame = frame_of(np.where(sources == "c", "b", sources))
    frame.loc[frame.index[:18], "source"] = "few"  # nine patients
    features = np.random.default_rng(3).normal(size=(120, 4)).astype(np.float32)
    probe = source_probe(features, frame)
    assert (probe["sources"], probe["images"]) == (["a", "b"], 102)
    assert source_probe(features, frame.assign(source="a")) is None


def test_cramers_v_by_hand():
    """A table of 20, 5 by 10, 15: chi squared is 50 (20 * 15 - 5 * 10)^2 / (25 * 25 * 30 * 20)."""
    cells = {("a", "covid"): 20, ("a", "normal"): 5, ("b", "covid"): 10, ("b", "normal"): 15}
    rows = [key for key, count in cells.items() for _ in range(count)]
    table = label_by_source(pd.DataFrame(rows, columns=["source", "label"]))
    assert table["rows"] == [
        {"source": "a", "covid": 20, "normal": 5, "infection": 0},
        {"source": "b", "covid": 10, "normal": 15, "infection": 0},
    ]
    assert table["cramers_v"] == pytest.approx((250**2 / (25 * 25 * 30 * 20)) ** 0.5, abs=1e-6)


@pytest.mark.parametrize(
    ("labels", "sources", "v"),
    [("cni", "aab", 1.0), ("cn" * 2, "aabb", 0.0), ("cni", "aaa", 0.0), ("nnn", "abc", 0.0)],
)
def test_cramers_v_where_the_source_tells_all_or_nothing(labels, sources, v):
    names = {"c": "covid", "n": "normal", "i": "infection"}
    frame = pd.DataFrame({"source": list(sources), "label": [names[x] for x in labels]})
    assert label_by_source(frame)["cramers_v"] == v
