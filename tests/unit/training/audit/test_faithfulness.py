"""Maps of attention put to the test, on networks whose attention is known."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from covid_model.common.classes import CLASS_NAMES
from covid_model.data.dataset import Dataset
from covid_model.inference.gradcam import Head, gradcam
from covid_model.inference.map_similarity import similarity
from covid_model.training.audit import randomization
from covid_model.training.audit.faithfulness import (
    FRACTIONS,
    deletion_insertion_curves,
    map_metrics,
    random_map,
)
from covid_model.training.audit.map_agreement import map_agreement
from covid_model.training.audit.randomization import random_head, randomization_test
from covid_model.training.audit.subject import AuditedNetwork, AuditImages, Maps

SIZE, CELLS, CHANNELS = 64, 8, 24
SPOT = np.zeros((CELLS, CELLS), np.float32)
SPOT[2:4, 5:7] = 1  # 1 / 16 of the picture


class Striped:
    """A network that is the surer of its class the stronger the stripes of one spot are."""

    input_shape = (1, SIZE, SIZE, 3)

    def run(self, image):
        spot = np.kron(SPOT, np.ones((8, 8))) > 0
        sure = min(1.0, 4 * float(image[0, :, :, 0][spot].std()))
        scores = np.array([sure, 1 - sure, 0], np.float32) * 0.98 + 0.0067
        return scores, np.zeros((CELLS, CELLS, CHANNELS), np.float32)


def head(seed=0):
    """A head whose first class looks at the first channel alone."""
    weights = np.zeros((CHANNELS, 4), np.float32)
    weights[0, 0] = 1
    return Head(weights, np.zeros(4), np.eye(4, 3, dtype=np.float32), np.zeros(3), average_pool=0)


def feature_maps(count=24):
    """Smooth non-negative maps of many channels, the first of which has the spot."""
    rng = np.random.default_rng(0)
    maps = np.abs(rng.normal(size=(count, CELLS, CELLS, CHANNELS))).astype(np.float32)
    maps[..., 0] = SPOT + 0.01 * maps[..., 0]
    return maps


class Pictures(AuditImages):
    """Stripes all over, in memory."""

    def image(self, row, size):
        stripes = np.where(np.arange(size) // 2 % 2, 0.9, 0.1)[:, None]
        return np.broadcast_to(stripes, (size, size, 3)).astype(np.float32)


@pytest.fixture
def network(tmp_path):
    return AuditedNetwork("vgg16", "VGG16", tmp_path / "model.tflite", Striped(), head())


@pytest.fixture
def images(tmp_path, monkeypatch):
    monkeypatch.setattr(Dataset, "inputs", lambda self, rows, size: np.zeros((len(rows), size)))
    frame = pd.DataFrame({"path": [f"{i}.png" for i in range(24)], "source": "s", "label": "covid"})
    mask = np.kron(SPOT, np.ones((8, 8))) > 0
    mask[:, : SIZE // 2] = True
    return Pictures(Dataset(tmp_path, frame, True), np.stack([mask] * 24))


def maps_of(features, head, first=0):
    """What a network says that is sure of one class."""
    probabilities = np.tile(np.roll([0.8, 0.15, 0.05], first), (len(features), 1))
    heatmaps = np.stack([gradcam(one, head) for one in features])
    patients = np.array([f"p{i // 2}" for i in range(len(features))])
    return Maps(patients, probabilities.astype(np.float32), heatmaps)


@pytest.fixture
def no_last_block(monkeypatch):
    monkeypatch.setattr(randomization, "maps_with_random_block", lambda *_: None)


def test_a_perfect_map_falls_and_rises_faster_than_a_random_one(network, images):
    rng = np.random.default_rng(1)
    chance, ties = random_map(SPOT.shape, rng), random_map(SPOT.shape, rng)
    image = images.image(0, SIZE)
    curves = deletion_insertion_curves(network, image, (SPOT, chance, -SPOT), ties=ties, target=0)
    perfect, random, wrong = curves
    assert curves.shape == (3, 2, len(FRACTIONS))
    deletion, insertion = 0, 1
    assert perfect[deletion].sum() < random[deletion].sum() < wrong[deletion].sum()
    assert perfect[insertion].sum() > random[insertion].sum() > wrong[insertion].sum()
    assert np.ptp(curves[:, :, 0], axis=0).max() == np.ptp(curves[:, :, -1], axis=0).max() == 0
    whole, gone = perfect[deletion][[0, -1]]
    assert whole > 0.9 > 0.3 > gone
    assert perfect[insertion][[0, -1]].tolist() == [gone, whole]
    assert perfect[deletion][3] == pytest.approx(gone, abs=0.1), "the spot is gone, all is lost"


def test_where_a_map_says_nothing_the_order_is_random(network, images):
    image, flat = images.image(0, SIZE), np.zeros_like(SPOT)
    ties = random_map(SPOT.shape, np.random.default_rng(2))
    curves = deletion_insertion_curves(network, image, (flat, ties), ties=ties, target=0)
    np.testing.assert_array_equal(curves[0], curves[1])


def test_the_figures_of_a_network_that_looks_where_its_map_says(network, images, no_last_block):
    features = feature_maps()
    figures = map_metrics(network, images, maps_of(features, network.head), list(features))
    assert figures["images"] == 24
    deletion, insertion = figures["deletion"], figures["insertion"]
    assert deletion["fractions"] == list(FRACTIONS)
    assert deletion["map_area"] < deletion["random_area"]
    assert deletion["difference_interval"][1] < 0
    assert insertion["map_area"] > insertion["random_area"]
    assert insertion["difference_interval"][0] > 0
    assert np.trapezoid(deletion["map"], FRACTIONS) == pytest.approx(deletion["map_area"], abs=1e-5)
    inside = figures["inside_lungs"]
    assert inside["lungs"] == pytest.approx(1 / 2 + 1 / 16)
    assert inside["share"] > 0.7
    assert [row["what"] for row in figures["randomised"]] == ["head"]


def test_an_empty_map_has_no_share_inside_the_lungs(network, images, no_last_block):
    features = feature_maps()
    features[0, :, :, 0] = 0
    maps = maps_of(features, network.head)
    assert not maps.of_predicted[0].any()
    inside = map_metrics(network, images, maps, list(features))["inside_lungs"]
    rest = map_metrics(network, images, maps_of(feature_maps(), network.head), list(features))
    assert inside["share"] == pytest.approx(rest["inside_lungs"]["share"], rel=0.01)


def test_a_random_head_lowers_the_similarity(network, images, no_last_block, monkeypatch):
    features = feature_maps()
    maps = maps_of(features, network.head)
    (row,) = randomization_test(network, images, maps, list(features))
    assert row["similarity"] < 0.5
    assert row["similarity_interval"][0] <= row["similarity"] <= row["similarity_interval"][1]
    assert randomization_test(network, images, maps, list(features)) == [row]
    monkeypatch.setattr(randomization, "random_head", lambda head, rng: head)
    assert randomization_test(network, images, maps, list(features))[0]["similarity"] == 1


def test_a_fresh_head_is_drawn_as_glorot_has_it():
    drawn = random_head(replace(head(), pooled_bias=np.ones(4)), np.random.default_rng(0))
    limit = (6 / (CHANNELS + 4)) ** 0.5
    assert 0.9 * limit < np.abs(drawn.pooled_weights).max() <= limit
    assert drawn.pooled_weights.std() == pytest.approx(limit / 3**0.5, rel=0.2)
    assert not drawn.pooled_bias.any()
    assert drawn.average_pool == 0


def test_the_last_block_joins_where_it_can_be_drawn_anew(network, images, monkeypatch):
    features = feature_maps()
    maps = maps_of(features, network.head)
    asked = []

    def anew(subject, inputs, served):
        asked.append((inputs.shape, served.shape))
        return served[::-1]

    monkeypatch.setattr(randomization, "maps_with_random_block", anew)
    head_row, block = randomization_test(network, images, maps, list(features))
    assert block["what"] == "last_block"
    assert block["images"] == randomization.MOST_REBUILT == asked[0][0][0] == asked[0][1][0]
    assert 0 < block["similarity"] < 1


def network_maps(predicted, heat):
    """Maps of a network that has ``heat`` for covid and stripes for all else."""
    stripes = np.tile(np.float32([0, 1]), (CELLS, CELLS // 2))
    heatmaps = np.stack([np.stack([heat, stripes, stripes])] * len(predicted))
    probabilities = 0.3 + 0.1 * np.eye(3, dtype=np.float32)[predicted]
    return Maps(np.array([f"p{i}" for i in range(len(predicted))]), probabilities, heatmaps)


def test_agreement_is_of_the_class_that_most_networks_name():
    covid, normal = CLASS_NAMES.index("covid"), CLASS_NAMES.index("normal")
    most_covid = [covid] * 6
    networks = {
        "a": network_maps(most_covid, SPOT),
        "b": network_maps(most_covid, SPOT.T),
        "c": replace(network_maps([normal] * 6, SPOT), probabilities=np.float32([[0, 1, 0]] * 6)),
    }
    assert sum(one.probabilities for one in networks.values())[0].argmax() == normal
    rows = map_agreement(networks)
    assert [row["networks"] for row in rows] == [["a", "b"], ["a", "c"], ["b", "c"]]
    similar = [row["similarity"] for row in rows]
    assert similar[1] == 1  # their maps for covid, though the third is sure of another class
    assert similar[0] == similar[2] == round(similarity(SPOT, SPOT.T), 6) < 0.1
    assert rows[0]["images"] == 6
    assert rows[0]["similarity_interval"] == [similar[0]] * 2


def test_of_as_many_votes_the_mean_probability_decides():
    one = network_maps([0], SPOT)
    other = network_maps([1], SPOT.T)
    sure = replace(other, probabilities=np.float32([[0.05, 0.9, 0.05]]))
    assert map_agreement({"a": one, "b": sure})[0]["similarity"] == 1  # the stripes
    sure = replace(one, probabilities=np.float32([[0.9, 0.05, 0.05]]))
    assert map_agreement({"a": sure, "b": other})[0]["similarity"] < 0.1
    assert map_agreement({"a": one}) == []
