"""The shortcut audit: parts of the images hidden, on networks whose habits are known."""

import json
import logging
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from covid_model.common.classes import CLASS_NAMES
from covid_model.common.errors import RunError
from covid_model.data.dataset import read_dataset
from covid_model.evaluation.shortcut_audit import audit_metrics, condition_metrics, failed_checks
from covid_model.evaluation.tables import read_table
from covid_model.inference import network_input
from covid_model.inference.gradcam import Head
from covid_model.inference.lung_segmentation import LungSegmenter
from covid_model.inference.network_input import GRID
from covid_model.runs import ModelInfo, load_run, read_model_info, write_model_info
from covid_model.training.audit import randomization
from covid_model.training.audit import run as module
from covid_model.training.audit.map_agreement import map_agreement
from covid_model.training.audit.run import audit_network, audit_run
from covid_model.training.audit.subject import LEAST_MASKED, AuditedNetwork, with_masks
from tests.drawings import HEIGHT, WIDTH, drawing, drawn_rows, png, varied

SIZE = 64
LABELS = {"rows": [], "cramers_v": 0.0}


def lungs(shape):
    """Two ellipses, far from the border, bool ``shape``."""
    y, x = (np.arange(side) / side for side in shape)
    parts = [((x - c) / 0.15) ** 2 + ((y[:, None] - 0.5) / 0.25) ** 2 < 1 for c in (0.3, 0.7)]
    return parts[0] | parts[1]


def border(shape):
    """The outer tenth, bool ``shape``."""
    inside = np.zeros(shape, bool)
    top, left = (round(0.1 * side) for side in shape)
    inside[top:-top, left:-left] = True
    return ~inside


class Segmenter:
    """Finds the lungs where they were drawn, but for the first few images."""

    def __init__(self, blind=0):
        self.blind = blind

    def mask(self, pixels):
        self.blind -= 1
        return None if self.blind >= 0 else lungs(pixels.shape)


class Reader:
    """A network that names the class by the brightness of one region alone."""

    input_shape, maps_shape = (1, SIZE, SIZE, 3), (8, 8, 1)

    def __init__(self, region):
        self.region = region((SIZE, SIZE))

    def run(self, image):
        seen = image[0, :, :, 0]
        scores = np.exp(-200 * (seen[self.region].mean() - np.array([0.2, 0.5, 0.8])) ** 2)
        scores = (scores + 1e-6) / (scores + 1e-6).sum()
        maps = seen.reshape(8, 8, 8, 8).mean(axis=(1, 3))[..., None]
        return scores.astype(np.float32), maps.astype(np.float32)


HEAD = Head(
    pooled_weights=np.ones((1, 1), np.float32),
    pooled_bias=np.zeros(1, np.float32),
    class_weights=np.ones((1, 3), np.float32),
    class_bias=np.zeros(3, np.float32),
    average_pool=0,
)


def subject(region, path):
    return AuditedNetwork("vgg16", "VGG16", path / "model.tflite", Reader(region), HEAD)


def folder_of(root, region, count=60):
    """Pictures of noise whose one region is as bright as the class, three images a patient."""
    rng = np.random.default_rng(0)
    rows = []
    for i in range(count):
        picture = rng.normal(0.5, 0.02, (SIZE, SIZE))
        picture[region((SIZE, SIZE))] += 0.3 * (i % 3 - 1)
        (root / f"{i}.png").write_bytes(png(picture.clip(0, 1)))
        rows.append({"path": f"{i}.png", "label": CLASS_NAMES[i % 3], "patient_id": f"p{i // 3}"})
    pd.DataFrame(rows).to_csv(root / "metadata.csv", index=False)
    return read_dataset(root)


@pytest.fixture(autouse=True)
def no_last_block(monkeypatch):
    """It has tests of its own; building a real network takes seconds."""
    monkeypatch.setattr(randomization, "maps_with_random_block", lambda *_: None)


@pytest.fixture
def audited(tmp_path):
    """Audits a network that reads one region of pictures that have their class there."""

    def run(region, segmenter):
        out = tmp_path / "model"
        out.mkdir()
        write_model_info(out, ModelInfo("vgg16", CLASS_NAMES, (1, SIZE, SIZE, 3), "l", "none"))
        images = with_masks(folder_of(tmp_path, region), segmenter)
        audit_network(subject(region, out), out, images, LABELS)
        return json.loads((out / "audit.json").read_text()), read_table(out / "audit.csv")

    return run


def by_condition(audit):
    return {row["condition"]: row for row in audit["conditions"]}


def test_a_network_that_reads_the_border_fails(audited):
    audit, _ = audited(border, Segmenter())
    rows = by_condition(audit)
    assert audit["failed"] == ["lungs_hidden", "border_only"]
    assert rows["border_only"]["macro_recall"] == rows["lungs_hidden"]["unchanged"] == 1
    assert rows["lungs_only"]["macro_recall"] == pytest.approx(1 / 3, abs=1e-5)


def test_a_network_that_reads_the_lungs_loses_all_without_them(audited):
    audit, _ = audited(lungs, Segmenter())
    rows = by_condition(audit)
    assert audit["failed"] == []
    assert rows["untouched"]["macro_recall"] == rows["lungs_only"]["unchanged"] == 1
    for name in ("lungs_hidden", "border_only"):
        assert rows[name]["macro_recall"] == audit["chance"] == 0.333333
        assert rows[name]["macro_recall_interval"] is not None


def test_images_without_a_mask_are_left_out_and_counted(audited, caplog):
    caplog.set_level(logging.INFO)
    audit, table = audited(lungs, Segmenter(blind=6))
    assert (audit["images"], audit["without_mask"], audit["patients"]) == (54, 6, 18)
    assert table["condition"].value_counts().to_dict() == dict.fromkeys(by_condition(audit), 54)
    assert not set(table["path"]) & {f"{i}.png" for i in range(6)}
    assert "6 have no lung mask and are left out" in caplog.text


@pytest.mark.parametrize("segmenter", [None, Segmenter(blind=61 - LEAST_MASKED)])
def test_without_masks_the_border_is_tried_on_all_images(audited, caplog, segmenter):
    caplog.set_level(logging.INFO)
    audit, _ = audited(border, segmenter)
    assert list(by_condition(audit)) == ["untouched", "border_only"]
    assert audit["failed"] == ["border_only"]
    assert audit["images"] == 60
    assert audit["without_mask"] == (41 if segmenter else 0)
    assert audit["maps"]["inside_lungs"] is None
    assert "Audit without lungs" in caplog.text


def test_the_table_tells_all_conditions_again(audited):
    audit, table = audited(lungs, Segmenter(blind=1))
    assert condition_metrics(table) == audit["conditions"]
    figures = audit_metrics(table)
    assert figures == {name: audit[name] for name in figures}
    assert failed_checks(audit) == audit["failed"]
    shuffled = pd.concat([table[::2], table[1::2][::-1]])
    with pytest.raises(RunError, match="Expected the images of 'untouched' under"):
        condition_metrics(shuffled)


def audit_with(*, hidden=(0.34, [0.3, 0.4]), probe=(0.5, [0.4, 0.6]), v=0.0, whole=0.9):
    def row(name, value, interval):
        return {"condition": name, "macro_recall": value, "macro_recall_interval": interval}

    return {
        "conditions": [row("untouched", whole, [0.8, 1]), row("lungs_hidden", *hidden)],
        "chance": 1 / 3,
        "source_probe": {
            "balanced_accuracy": probe[0],
            "balanced_accuracy_interval": probe[1],
            "chance": 0.5,
        },
        "label_by_source": {"cramers_v": v},
    }


@pytest.mark.parametrize(
    ("values", "failed"),
    [
        ({}, []),
        ({"hidden": (0.61, [0.55, 0.7])}, []),  # (0.9 - 1/3) / 2 + 1/3 = 0.6167
        ({"hidden": (0.62, [0.55, 0.7])}, ["lungs_hidden"]),
        ({"hidden": (0.62, [0.33, 0.7])}, []),
        ({"hidden": (0.62, None)}, []),
        ({"probe": (0.74, [0.6, 0.8])}, []),
        ({"probe": (0.76, [0.6, 0.8])}, ["source_probe"]),
        ({"probe": (0.76, [0.5, 0.9])}, []),
        ({"v": 0.5}, []),
        ({"v": 0.51}, ["label_by_source"]),
    ],
)
def test_what_fails(values, failed):
    assert failed_checks(audit_with(**values)) == failed


@pytest.fixture(scope="module")
def drawings(tmp_path_factory):
    """Drawn radiographs as the trusted run knows them; test images of two sources."""
    root = tmp_path_factory.mktemp("drawings")
    frame = pd.concat([drawn_rows("train", 24), drawn_rows("test", 36)])
    for row in frame.itertuples():
        (root / row.original).write_bytes(png(varied(row.label, row.seed)))
    frame.assign(path=frame["original"]).to_csv(root / "metadata.csv", index=False)
    data = read_dataset(root)
    return data, data.frame["original"].str.split("-").str[0].rename("part")


@pytest.mark.tensorflow
def test_every_network_of_a_run_is_audited(trusted_run_root, drawings, tmp_path, monkeypatch):
    from tests.tiny_lungs import write_tiny_segmenter

    run = load_run(trusted_run_root / "trusted")
    segmenter = LungSegmenter.load(write_tiny_segmenter(tmp_path))
    found = segmenter.mask(drawing())
    assert found is not None
    assert found.shape == (HEIGHT, WIDTH)
    monkeypatch.setattr(module, "segmenter_available", lambda: True)
    monkeypatch.setattr(module.LungSegmenter, "load", lambda: segmenter)
    before = {name: run.model_info(name) for name in run.models}
    rows = audit_run(run.folder, *drawings, run.models)
    assert [row["networks"] for row in rows] == [
        ["xception", "resnet50v2"], ["xception", "vgg16"], ["resnet50v2", "vgg16"],
    ]  # fmt: skip
    for name in run.models:
        audit, info = run.audit(name), run.model_info(name)
        assert info.sha256.keys() - before[name].sha256.keys() == {"audit.csv", "audit.json"}
        assert info.temperature == before[name].temperature
        conditions = by_condition(audit)
        assert len(conditions) == 4
        assert conditions["untouched"]["macro_recall"] > 0.8
        assert conditions["lungs_hidden"]["macro_recall"] < 0.6
        assert audit["maps"]["images"] == audit["images"] == 36 - audit["without_mask"] > 20
        assert 0.2 < audit["maps"]["inside_lungs"]["lungs"] < 0.4
        assert audit["label_by_source"]["cramers_v"] == 0
        assert json.loads(json.dumps(audit, allow_nan=False)) == audit


@pytest.mark.tensorflow
def test_maps_of_networks_that_see_other_parts_are_compared_on_whole_pictures(
    trusted_run_root, drawings, tmp_path, monkeypatch
):
    from tests.tiny_lungs import write_tiny_segmenter

    run = load_run(trusted_run_root / "trusted")
    segmenter = LungSegmenter.load(write_tiny_segmenter(tmp_path))
    monkeypatch.setattr(module, "segmenter_available", lambda: True)
    monkeypatch.setattr(module.LungSegmenter, "load", lambda: segmenter)
    monkeypatch.setattr(network_input, "open_segmenter", lambda: segmenter)
    folder = run.model_folder("xception")
    lungs_alone = {"greys": "equalized", "view": "lungs"}
    write_model_info(folder, replace(read_model_info(folder), preprocessing=lungs_alone))
    compared = {}

    def kept(networks):
        compared.update(networks)
        return map_agreement(networks)

    monkeypatch.setattr(module, "map_agreement", kept)
    rows = audit_run(run.folder, *drawings, ["xception", "vgg16"])
    assert rows[0]["networks"] == ["xception", "vgg16"]
    assert run.audit("xception")["images"] == run.audit("vgg16")["images"]
    part, whole = (compared[name].heatmaps for name in ("xception", "vgg16"))
    assert part.shape == whole.shape == (len(whole), 3, GRID, GRID)
    edge = np.s_[:, :, :4]  # above the lungs: what the one never saw, the other did
    assert whole[edge].any()
    assert (part[edge].reshape(len(part), -1).max(axis=1) == 0).mean() > 0.5
    audit_run(run.folder, *drawings, ["vgg16", "resnet50v2"])
    assert compared["resnet50v2"].heatmaps.shape[2:] != (GRID, GRID), "as they are where alike"


def test_a_run_without_a_model_or_without_test_images_is_left_alone(
    reports_only_run_root, trusted_run_root, drawings
):
    data, part = drawings
    reports, trusted = reports_only_run_root / "reports", trusted_run_root / "trusted"
    assert audit_run(reports, data, part, ["vgg16"]) == []
    assert audit_run(trusted, data, part.replace("test", "validation"), ["vgg16"]) == []
    for folder in (reports, trusted):
        assert "audit.json" not in read_model_info(folder / "vgg16").sha256
