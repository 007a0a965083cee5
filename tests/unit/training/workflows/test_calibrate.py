"""A run judged when it is written, then judged again from its files alone."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from covid_model.common.classes import CLASS_NAMES, SCORE_COLUMNS
from covid_model.common.errors import DataError, ReportsOnlyError, RunError
from covid_model.evaluation.tables import read_table, write_table
from covid_model.evaluation.verification.verify import verify_run
from covid_model.imaging.reader import read_radiograph
from covid_model.inference.network import Network
from covid_model.runs import SCHEMA, load_run, read_model_info, write_model_info
from covid_model.runs.model_card.card import CARD_FILE, model_card
from covid_model.training.audit import randomization
from covid_model.training.job import Job
from covid_model.training.workflows.calibrate import run_calibrate
from tests.drawings import drawn_rows
from tests.drawn_run import COUNTS, drawn_split, write_drawn_data, write_drawn_run
from tests.tiny import fit_to_drawings, inputs_of, tiny_backbone, tiny_history

pytestmark = [pytest.mark.tensorflow, pytest.mark.usefixtures("few_replicates")]
FITTED_FILES = ("novelty.npz", "predictions.csv", "validation.csv", "report.json")
AUDIT_FILES = ("audit.csv", "audit.json")
COPIED_FILES = ("model.tflite", "head.npz", "history.csv")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_drawn_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def fitted():
    """A tiny network that tells the drawings apart."""
    rows = drawn_rows("train", COUNTS["train"])
    return fit_to_drawings(tiny_backbone("vgg16"), rows, inputs_of(rows))


@pytest.fixture(scope="module", autouse=True)
def no_last_block():
    """It has tests of its own; building a real network takes seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(randomization, "maps_with_random_block", lambda *_: None)
        yield


@pytest.fixture(scope="module")
def split(folder):
    return drawn_split(folder)


@pytest.fixture(scope="module")
def written(folder, fitted, no_last_block, tmp_path_factory, few_replicates):
    """A run as training writes it."""
    return write_drawn_run(tmp_path_factory.mktemp("runs") / "written", folder, {"vgg16": fitted})


@pytest.fixture
def old(written, tmp_path):
    """The same run as a version wrote it that knew of no calibration."""
    run = shutil.copytree(written, tmp_path / "old")
    for name in ("novelty.npz", "validation.csv", *AUDIT_FILES):
        (run / "vgg16" / name).unlink()
    (run / "comparison.json").unlink()
    info = replace(read_model_info(run / "vgg16"), temperature=None, thresholds={})
    write_model_info(run / "vgg16", info)
    uncovered(run)
    return run


def uncovered(run):
    """Let run.json cover no model.json, nor itself, as earlier versions wrote it."""
    info = json.loads((run / "run.json").read_text("utf-8"))
    del info["own_sha256"], info["sha256"]["vgg16/model.json"]
    (run / "run.json").write_text(json.dumps(info), "utf-8")


@pytest.fixture
def run_count(monkeypatch):
    """Counts the passes of networks."""
    passes = []
    real = Network.run

    def counted(self, image):
        passes.append(image.shape)
        return real(self, image)

    monkeypatch.setattr(Network, "run", counted)
    return passes


def test_a_written_run_has_what_serving_needs(written, folder):
    from covid_model.serving import Classifier

    run = load_run(written)
    info = run.model_info("vgg16")
    assert info.temperature > 1  # the network was made too sure
    assert set(info.thresholds) == {"probability", "novelty"}
    assert set(info.sha256) == {*FITTED_FILES, *COPIED_FILES, *AUDIT_FILES}
    classifier = Classifier.load(run.model_folder("vgg16"))
    for row in run.table("vgg16", "predictions.csv")[:6]:
        file = folder / row["original"]
        prediction = classifier.predict(read_radiograph(file.read_bytes()))
        expected = [float(row[name]) for name in SCORE_COLUMNS]
        np.testing.assert_allclose(prediction.probabilities, expected, atol=2e-6)
        assert prediction.novelty == pytest.approx(float(row["novelty"]), abs=2e-5)


def test_a_written_run_tells_of_its_split(written):
    info = load_run(written).info
    assert info["schema"] == SCHEMA
    assert (info["name"], info["title"], info["notes"]) == ("written", "Drawn", ["Drawings."])
    assert info["data"]["shared_patients"] == 0
    assert {"keras", "numpy"} <= info["versions"].keys()
    parts = pd.read_csv(written / "split.csv")["part"].value_counts()
    assert parts.to_dict() == COUNTS
    listed = {"split.csv", "comparison.json", CARD_FILE, "vgg16/model.json"}
    assert set(info["sha256"]) == listed
    assert (written / CARD_FILE).read_text("utf-8") == model_card(load_run(written))


def test_calibrating_an_old_run_gives_what_writing_it_now_would(old, written, folder, tmp_path):
    out = tmp_path / "new"
    table = run_calibrate(old, folder, out, cache=tmp_path / "cache")
    for name in (*COPIED_FILES, *FITTED_FILES, *AUDIT_FILES, "model.json"):
        assert (out / "vgg16" / name).read_bytes() == (written / "vgg16" / name).read_bytes(), name
    assert (out / "split.csv").read_bytes() == (old / "split.csv").read_bytes()
    assert [problem for one in verify_run(out) for problem in one.problems] == []
    before, info = json.loads((old / "run.json").read_text()), load_run(out).info
    assert info["calibrated"] > before["created"][:10]
    assert (out / CARD_FILE).read_text("utf-8") == model_card(load_run(out))
    assert before["sha256"].pop(CARD_FILE) != info["sha256"].pop(CARD_FILE)
    assert info["sha256"].pop("vgg16/model.json")
    changed = {"name", "calibrated", "own_sha256"}
    assert {k: v for k, v in info.items() if k not in changed} == {
        k: v for k, v in before.items() if k not in changed
    }
    row, report = table.iloc[0], load_run(out).report("vgg16")
    assert row["temperature"] == read_model_info(written / "vgg16").temperature
    assert row["ECE after"] == report["calibration"]["ece_after"] < row["ECE before"]
    assert row["refused"] == report["novelty"]["refused"]["share"]
    assert 0 <= row["covid against infection in one source"] <= 1


def test_a_broken_calibration_goes_on_where_it_was(old, folder, tmp_path, run_count, monkeypatch):
    counted = Network.run

    def broken(self, image):
        if len(run_count) == 100:
            raise KeyboardInterrupt
        return counted(self, image)

    monkeypatch.setattr("covid_model.training.workflows.calibrate.audit_run", lambda *_: [])
    monkeypatch.setattr(Network, "run", broken)
    with pytest.raises(KeyboardInterrupt):
        run_calibrate(old, folder, tmp_path / "new", cache=tmp_path / "cache")
    assert not (tmp_path / "new").exists()
    monkeypatch.setattr(Network, "run", counted)
    run_calibrate(old, folder, tmp_path / "new", cache=tmp_path / "cache")
    assert len(run_count) == sum(COUNTS.values())
    run_calibrate(old, folder, tmp_path / "again", cache=tmp_path / "cache")
    assert len(run_count) == sum(COUNTS.values())


def edit(folder, change):
    """A copy of a data folder's table, changed, with the pictures of the original."""
    table = pd.read_csv(folder / "metadata.csv", keep_default_na=False)
    change(table)
    table.to_csv(folder / "metadata.csv", index=False)


def other_file(folder):
    (folder / "test-0.png").write_bytes((folder / "test-5.png").read_bytes()[:-1])


def one_person(folder):
    """A picture outside the split shows that a test patient is a training patient."""
    shutil.copyfile(folder / "test-0.png", folder / "same.png")
    table = pd.read_csv(folder / "metadata.csv", keep_default_na=False)
    row = table[table["original"] == "test-0.png"].assign(path="same.png", patient_id="train3")
    pd.concat([table, row]).to_csv(folder / "metadata.csv", index=False)


def less(folder):
    table = pd.read_csv(folder / "metadata.csv", keep_default_na=False)
    table.iloc[:-2].to_csv(folder / "metadata.csv", index=False)


def set_first(column, value):
    return lambda folder: edit(folder, lambda t: t.__setitem__(column, [value, *t[column][1:]]))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (less, "Missing: 2, the first is test-46.png"),
        (other_file, "The files of .* are not those that old was trained on"),
        (set_first("label", "normal"), "Expected the label 'covid' of train-0.png"),
        (set_first("patient_id", "x"), "Expected the patient_id 'train0' of train-0.png"),
        (one_person, "Expected each patient in one part .* 1 in several"),
    ],
)
def test_other_radiographs_are_refused(old, folder, tmp_path, run_count, change, sentence):
    data = shutil.copytree(folder, tmp_path / "data")
    change(data)
    with pytest.raises(DataError, match=sentence):
        run_calibrate(old, data, tmp_path / "new", cache=tmp_path)
    assert not run_count
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", ["model.tflite", "head.npz", "history.csv"])
def test_a_damaged_run_is_refused(old, folder, tmp_path, name):
    with (old / "vgg16" / name).open("ab") as stream:
        stream.write(b"x")
    with pytest.raises(RunError, match=f"{name} differs from the digest"):
        run_calibrate(old, folder, tmp_path / "new", cache=tmp_path)


def test_another_split_is_refused(old, folder, tmp_path):
    text = (old / "split.csv").read_text()
    (old / "split.csv").write_text(text.replace(",test\n", ",train\n"))
    with pytest.raises(RunError, match="split.csv differs from the digest"):
        run_calibrate(old, folder, tmp_path / "new", cache=tmp_path)
    (old / "split.csv").unlink()
    with pytest.raises(RunError, match="split.csv is missing"):
        run_calibrate(old, folder, tmp_path / "new", cache=tmp_path)


def test_a_run_of_reports_is_refused(reports_only_run_root, folder, tmp_path):
    with pytest.raises(ReportsOnlyError, match="reports only"):
        run_calibrate(reports_only_run_root / "reports", folder, tmp_path / "new")


def test_calibration_needs_neither_keras_nor_tensorflow():
    code = (
        "import sys, covid_model.training.workflows.calibrate\n"
        "print([n for n in ('keras', 'tensorflow', 'torch', 'jax') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def material(split, scores):
    """Fewer images, with the rows that Keras was asked for."""
    from covid_model.training.export.model_folder import EvaluationData

    asked = []

    def asking(rows):
        asked.append(rows)
        return scores(rows)

    return EvaluationData(*split, asking), asked


def test_int8_is_judged_by_the_validation_part(fitted, split, tmp_path):
    from covid_model.training.export.model_folder import write_evaluated

    def wrong(rows):
        return np.eye(3, dtype=np.float32)[(split[0].labels[rows].argmax(axis=1) + 1) % 3]

    given, asked = material(split, wrong)
    write_evaluated(tmp_path, fitted, given, weights_format="auto")
    assert read_model_info(tmp_path).weights_format == "float16"
    assert [set(split[1].iloc[rows]) for rows in asked] == [{"validation"}]


def test_int8_is_taken_where_it_predicts_alike(split, tmp_path):
    from covid_model.training.export.litert import Fitted
    from covid_model.training.export.model_folder import write_model
    from covid_model.training.heads.paper_head import full_model
    from covid_model.training.recipes.paper import PaperRecipe

    backbone = tiny_backbone("vgg16")  # untrained, it calls every drawing alike
    data, part = split
    few = (part != "train").to_numpy()
    fitted = Fitted(backbone, full_model(backbone, PaperRecipe(size=32)), tiny_history())
    part = part[few].reset_index(drop=True)
    write_model(tmp_path, fitted, (data.rows(few), part), Job(["vgg16"], tmp_path))
    info = read_model_info(tmp_path)
    assert info.weights_format == "int8"
    assert "novelty.npz" not in info.sha256  # there is nothing to draw from


def test_a_run_of_reports_is_judged_by_keras(fitted, split, tmp_path, run_count):
    from covid_model.training.export.model_folder import write_evaluated

    def scores(rows):
        truth = split[0].labels[rows].argmax(axis=1)
        said = np.where(rows % 7 == 0, (truth + 1 + rows % 2) % 3, truth)  # each for each
        return 0.05 + 0.85 * np.eye(3, dtype=np.float32)[said]

    given, _ = material(split, scores)
    report = write_evaluated(tmp_path, fitted, given, weights_format="")
    info = read_model_info(tmp_path)
    assert not run_count
    assert not info.servable
    assert info.temperature == report["calibration"]["temperature"]
    assert set(info.sha256) == {"history.csv", "predictions.csv", "validation.csv", "report.json"}
    test = pd.read_csv(tmp_path / "predictions.csv", keep_default_na=False)
    assert test["original"].str.startswith("test-").all()
    assert set(test["label"]) == set(CLASS_NAMES)
    assert set(test["view"]) == {"PA", "AP", ""}


def test_two_networks_get_their_mean_which_is_served_as_it_was_judged(written, folder, tmp_path):
    from covid_model.serving import Classifier, Together, classify_case

    two = shutil.copytree(written, tmp_path / "two")
    shutil.copytree(two / "vgg16", two / "xception")
    info = replace(read_model_info(two / "xception"), architecture="xception")
    write_model_info(two / "xception", info)
    table = run_calibrate(two, folder, tmp_path / "out", cache=tmp_path / "cache")
    assert list(table["network"]) == ["Xception", "VGG16", "All together"]
    run = load_run(tmp_path / "out")
    assert run.model_info("together").members == run.models == ("xception", "vgg16")
    assert [checked.problems for checked in verify_run(run.folder)] == [()] * 4
    classifiers = [Classifier.load(run.model_folder(name)) for name in run.models]
    together = Together.load(run)
    for row in run.table("together", "predictions.csv")[:6]:
        data = (folder / row["original"]).read_bytes()
        result = classify_case(data, row["original"], classifiers, together)
        expected = [float(row[name]) for name in SCORE_COLUMNS]
        np.testing.assert_allclose(result.together.probabilities, expected, atol=5e-6)
        assert (result.status == "refused") == (float(row["novelty"]) > 1)


def test_what_was_fitted_on_groups_left_out_is_so_again(written, folder, tmp_path):
    run = shutil.copytree(written, tmp_path / "runs" / "left")
    table = read_table(run / "vgg16" / "validation.csv").drop(columns="novelty", errors="ignore")
    groups = [str(row % 2) for row in range(len(table))]
    write_table(table.assign(left_out=groups), run / "vgg16" / "left_out.csv")
    write_model_info(run / "vgg16", read_model_info(run / "vgg16"))
    uncovered(run)
    run_calibrate(run, folder, tmp_path / "runs" / "again", cache=tmp_path / "cache")
    info = read_model_info(tmp_path / "runs" / "again" / "vgg16")
    assert info.fitted_on == "left_out"
    assert set(info.sets) == set(CLASS_NAMES)
    checked = verify_run(tmp_path / "runs" / "again")
    assert [problem for one in checked for problem in one.problems] == []
