"""What the viewer gets: small pictures, one palette, words for each class, how alike maps are."""

import base64
import json
import zlib
from dataclasses import replace

import cv2
import numpy as np
import pytest

from covid_model.common.classes import CLASS_NAMES
from covid_model.imaging.dicom.levels import Levels, Spacing
from covid_model.imaging.radiograph import Radiograph
from covid_model.inference.overlay import palette
from covid_model.serving import CaseResult
from covid_model.serving.classifier import Prediction
from dashboard.cases import outcome_tables
from dashboard.cases.viewer import encoding, panels, scene, whole_film
from tests.drawings import drawing, noise

# Linear RGB as eyes without one kind of cone see it (Machado et al. 2009, severity 1).
EYES = {
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
               [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
               [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
               [0.004733, 0.691367, 0.303900]],
    "usual": np.eye(3).tolist(),
}  # fmt: skip


def prediction(model="xception", probabilities=(0.2, 0.7, 0.1), **more):
    rng = np.random.default_rng(len(model))
    heatmaps = rng.random((3, 7, 7), np.float32)
    return Prediction(model, np.array(probabilities, np.float32), heatmaps, 0.1, **more)


def case_result(*predictions):
    radiograph = Radiograph(drawing(), name="a.png", details={"View": "PA"})
    return CaseResult("a.png", "ok", radiograph=radiograph, predictions=predictions)


def lightness(rgb, eyes):
    """CIE L* of uint8 (n, 3) as some eyes see it."""
    linear = (rgb / 255.0) ** 2.2
    seen = np.clip(linear @ np.array(EYES[eyes]).T, 0, 1) @ [0.2126, 0.7152, 0.0722]
    return 116 * np.cbrt(seen) - 16


@pytest.mark.parametrize("eyes", EYES)
def test_hotter_is_brighter_for_any_eyes(eyes):
    light = lightness(palette(), eyes)
    assert (np.diff(light[::8]) > 0).all()
    assert light[-1] - light[0] > 60


def test_the_hottest_colour_is_yellow():
    red, green, blue = palette()[-1].astype(int)
    assert min(red, green) > 200
    assert blue < 100


def test_a_radiograph_travels_without_loss():
    pixels = drawing()
    sent = encoding.picture(pixels)
    data = np.frombuffer(base64.b64decode(sent["src"].split(",")[1]), np.uint8)
    received = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(received, np.rint(255 * pixels).astype(np.uint8))
    assert (sent["height"], sent["width"]) == pixels.shape


def test_a_map_is_one_byte_a_cell():
    heatmap = np.linspace(0, 1, 42, dtype=np.float32).reshape(6, 7)
    sent = encoding.heat(heatmap)
    assert (sent["height"], sent["width"]) == (6, 7)
    cells = np.frombuffer(base64.b64decode(sent["data"]), np.uint8).reshape(6, 7)
    np.testing.assert_allclose(cells / 255, heatmap, atol=0.002)


def test_an_outline_is_short_and_follows_the_mask():
    mask = drawing() < 0.5
    lines = encoding.outline(mask)["lines"]
    assert len(lines) == 2
    assert max(map(len, lines)) < 120
    drawn = np.zeros(mask.shape, np.uint8)
    cv2.fillPoly(drawn, [np.array(line).reshape(-1, 2) for line in lines], 1)
    assert (drawn.astype(bool) ^ mask).mean() < 0.02


def test_the_maps_of_three_networks_are_small():
    three = case_result(*(prediction(name) for name in ("xception", "resnet50v2", "vgg16")))
    sent = scene.side_by_side(three)
    assert len(json.dumps(sent["networks"])) < 5_000
    assert len(json.dumps(sent | {"films": ""})) < 40_000


def test_the_radiograph_stands_once_beside_three_networks():
    three = case_result(*(prediction(name) for name in ("xception", "resnet50v2", "vgg16")))
    sent = scene.side_by_side(three)
    kinds = [[panel["kind"] for panel in column["panels"]] for column in sent["columns"]]
    assert kinds == [["radiograph"], *[["overlay", "map"]] * 3]
    assert len(sent["films"]) == 1


def test_each_class_has_its_words_and_an_empty_map_says_so():
    network = prediction()
    network.heatmaps[0] = 0
    texts = panels.of_network(
        case_result(network), panels.OVERLAY, 0, notes={"normal": "Half of it.", "covid": "Unused."}
    )["texts"]
    assert list(texts) == list(CLASS_NAMES)
    assert texts["normal"]["caption"] == ["Xception, Normal: score 70.0\u00a0%", "Half of it."]
    assert "for Normal" in texts["normal"]["alt"]
    empty = "Nothing in this image speaks for COVID-19: the map is empty."
    assert texts["covid"]["caption"][1:] == [empty]
    assert texts["covid"]["alt"].endswith(empty)


def test_a_calibrated_network_gives_a_probability():
    result = case_result(prediction(calibrated=True))
    caption = panels.of_network(result, panels.MAP, 0)["texts"]["normal"]["caption"]
    assert caption == ["Xception, Normal: calibrated probability 70.0\u00a0%"]


def test_a_radiograph_alone_names_no_class():
    sent = scene.alone(case_result(prediction()))
    assert not sent["networks"]
    assert not sent["choices"]
    [column] = sent["columns"]
    [panel] = column["panels"]
    assert panel["plain"]["caption"] == ["Radiograph · View: PA"]
    assert "texts" not in panel


def test_a_film_says_what_its_file_has():
    spacing = Spacing(down=0.14, across=0.15, at_detector=True)
    more = {"sha256": "ab", "size": (3000, 2600), "bits": 12, "spacing": spacing, "window": 1}
    sent = encoding.film(Radiograph(drawing(), **more))
    assert (sent["rows"], sent["columns"], sent["bits"]) == (3000, 2600, 12)
    assert sent["spacing"] == {"down": 0.14, "across": 0.15, "detector": True}
    assert (sent["file"], sent["id"]) == ("ab", "ab-1")
    assert (sent["height"], sent["width"]) == drawing().shape


def test_another_film_stands_beside_the_first_without_its_maps():
    pair = scene.pair(case_result(prediction()))
    other = Radiograph(noise(), name="earlier.png")
    sent = scene.with_beside(pair, other)
    assert [column["title"] for column in sent["columns"]] == ["This file", "earlier.png", ""]
    assert [column["panels"][0]["film"] for column in sent["columns"]] == [0, 1, 0]
    assert sent["films"][1]["src"] != sent["films"][0]["src"]
    assert scene.with_beside(pair, None) is pair


@pytest.mark.parametrize("levels", [200, 4096, 2**16 + 1])
def test_every_level_travels_without_loss(levels):
    places = np.arange(levels, dtype=np.min_scalar_type(levels - 1)).reshape(1, -1)
    shown = np.linspace(-0.5, 1.5, levels, dtype=np.float32)
    sent = whole_film.encoded(Levels(places, shown), "ab-0")
    start = 4 + int.from_bytes(sent[:4], "little")
    header = json.loads(sent[4:start])
    assert header == {"id": "ab-0", "width": levels, "height": 1, "levels": min(levels, 2**16)}
    body = zlib.decompress(sent[start:])
    received = np.frombuffer(body, "<f4", header["levels"])
    np.testing.assert_array_equal(received, shown[: 2**16])
    pixels = np.frombuffer(body, np.uint8, offset=4 * header["levels"])
    if levels > 256:
        higher, lower = pixels.reshape(2, -1).astype(int)
        pixels = 256 * higher + lower
    np.testing.assert_array_equal(pixels, places[0].clip(0, 2**16 - 1))


def test_pairs_compare_each_two_for_each_choice():
    first, second = prediction(), prediction("vgg16", (0.6, 0.3, 0.1))
    second.heatmaps[:] = first.heatmaps
    second.heatmaps[2] = 0
    rows = scene.pairs([first, second])
    assert list(rows) == ["predicted", *CLASS_NAMES]
    assert rows["covid"] == [["Xception – VGG16", "1.00", "100\u00a0%"]]
    assert rows["infection"] == [["Xception – VGG16", "–", "–"]]
    [[names, *_]] = rows["predicted"]
    assert names == "Xception (Normal) – VGG16 (COVID-19)"
    assert len(scene.pairs([first, second, replace(first, model="resnet50v2")])["normal"]) == 3


def test_the_spread_of_the_probabilities_by_class():
    three = case_result(
        prediction(probabilities=(0.2, 0.7, 0.1)),
        prediction("vgg16", probabilities=(0.5, 0.3, 0.2)),
    )
    rows = outcome_tables.spread(three)
    assert [row["Class"] for row in rows] == ["COVID-19", "Normal", "Other infection"]
    assert rows[0]["Range of the score"].replace("\u00a0", " ") == "20.0 % – 50.0 %"
    assert [row["Difference"] for row in rows] == ["30.0 points", "40.0 points", "10.0 points"]


def test_networks_of_two_kinds_are_not_called_by_one():
    mixed = case_result(prediction(calibrated=True), prediction("vgg16"))
    assert "Range of the probability or score" in outcome_tables.spread(mixed)[0]
