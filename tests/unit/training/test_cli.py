"""train_models.py, from a folder of radiographs to a run that predicts."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import train_models
from covid_model.common.classes import CLASS_NAMES
from covid_model.evaluation.verification.verify import verify_run
from covid_model.imaging.reader import read_radiograph
from covid_model.runs import load_run, open_shelf
from covid_model.serving import Classifier
from covid_model.training.cli import commands
from tests.drawings import write_data_folder

pytestmark = pytest.mark.tensorflow


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """36 drawn radiographs of 18 patients, with metadata.csv."""
    return write_data_folder(tmp_path_factory.mktemp("data"), 36)


@pytest.fixture(scope="module")
def trained(folder, tmp_path_factory):
    """A run of one real network, two epochs from random weights, on small images."""
    work = tmp_path_factory.mktemp("work")
    code = train_models.main(
        ["--data", str(folder), "--models", "vgg16", "--weights", "random", "--epochs", "2",
         "--out", str(work / "runs" / "first"), "--cache", str(work / "cache"),
         "--title", "Drawn", "--note", "Drawings.", "--set", "size=64"]
    )  # fmt: skip
    assert code == 0
    return load_run(work / "runs" / "first")


def test_the_run_predicts_what_its_report_says(trained, folder):
    classifier = Classifier.load(trained.model_folder("vgg16"))
    rows = trained.table("vgg16", "predictions.csv")
    assert len(rows) == trained.report("vgg16")["images"] >= 6
    for row in rows[:3]:
        radiograph = read_radiograph((folder / row["original"]).read_bytes())
        served = classifier.predict(radiograph).probabilities
        np.testing.assert_allclose(served, [float(row[f"p_{c}"]) for c in CLASS_NAMES], atol=2e-6)


def test_the_run_says_what_it_is(trained):
    info = trained.info
    assert info["title"] == "Drawn"
    assert info["notes"] == ["Drawings."]
    assert info["recipe"]["epochs"] == 2
    assert info["data"]["shared_patients"] == 0
    assert sum(row["images"] for row in info["data"]["counts"]) == 36
    assert "random weights" in trained.model_info("vgg16").backbone_origin
    history = trained.table("vgg16", "history.csv")
    assert [row["epoch"] for row in history] == ["1", "2"]
    split = pd.read_csv(trained.folder / "split.csv")
    assert split.groupby("patient_id")["part"].nunique().eq(1).all()
    assert [run.name for run in open_shelf(trained.folder.parent).servable] == ["first"]
    assert trained.audit("vgg16")["maps"] is None  # so few images tell nothing of maps
    assert trained.comparison()["pairs"] == []
    assert [problem for one in verify_run(trained.folder) for problem in one.problems] == []


def test_an_existing_run_is_kept(trained, folder, capsys):
    before = (trained.folder / "run.json").read_bytes()
    arguments = ["--data", str(folder), "--weights", "random", "--out", str(trained.folder)]
    assert train_models.main(arguments) == 2
    assert "never overwritten" in capsys.readouterr().err
    assert (trained.folder / "run.json").read_bytes() == before


def test_save_split_shows_the_table_and_trains_nothing(folder, tmp_path, capsys):
    file = tmp_path / "split.csv"
    assert train_models.main(["--data", str(folder), "--save-split", str(file)]) == 0
    shown = capsys.readouterr().out
    assert "36 radiographs by source, label and part" in shown
    assert "Patient leak check: 0 patients" in shown
    assert pd.read_csv(file)["part"].value_counts()["test"] >= 6
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--weights", "nowhere.h5"], "Expected --weights imagenet, random"),
        (["--recipe", "pretrain"], "Expected --out DIR"),
        (["--only", "paper=1"], "Expected --only COLUMN=VALUE"),
        (["--set", "epoch=3"], "no value 'epoch': it has epochs, batch"),
        (["--epochs", "few"], "Expected a whole number for epochs"),
        (["--recipe", "pretrain", "--devices", "2"], "Expected KERAS_BACKEND=jax for --devices 2"),
        (["--recipe", "pretrain", "--precision", "half"], "Expected a precision of float32"),
        (["--recipe", "finetune", "--set", "vgg16.unfrozen=some"], "Expected unfrozen=all"),
        (["--recipe", "calibrate"], "Expected --run DIR"),
        (["--recipe", "quantize"], "Expected --run DIR"),
    ],
)
def test_wrong_use_ends_with_2_and_a_sentence(folder, tmp_path, arguments, sentence, capsys):
    if "--recipe" not in arguments or "finetune" in arguments:
        arguments = [*arguments, "--out", str(tmp_path / "run"), "--cache", str(tmp_path)]
    assert train_models.main(["--data", str(folder), *arguments]) == 2
    assert sentence in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_a_folder_that_is_not_there_ends_with_2(tmp_path, capsys):
    assert train_models.main(["--data", str(tmp_path / "gone"), "--weights", "random"]) == 2
    assert "metadata.csv" in capsys.readouterr().err


def test_an_interrupted_pretraining_wants_resume(folder, tmp_path, capsys):
    (tmp_path / "vgg16").mkdir()
    (tmp_path / "vgg16" / "state.json").touch()
    arguments = ["--data", str(folder), "--recipe", "pretrain", "--out", str(tmp_path)]
    assert train_models.main(arguments) == 2
    assert "go on with --resume" in capsys.readouterr().err


def test_resuming_a_finetuning_wants_to_know_which(folder, capsys):
    assert train_models.main(["--data", str(folder), "--recipe", "finetune", "--resume"]) == 2
    assert "Expected --out DIR with --resume or --work" in capsys.readouterr().err


def test_pretraining_writes_backbones_that_held_out_patients_never_saw(
    folder, tmp_path, monkeypatch
):
    from covid_model.training.workflows import pretrain
    from tests.tiny import tiny_backbone

    monkeypatch.setattr(pretrain, "build_backbone", lambda name, **_: tiny_backbone(name, None))
    split = tmp_path / "split.csv"
    assert train_models.main(["--data", str(folder), "--save-split", str(split)]) == 0
    code = train_models.main(
        ["--data", str(folder), "--recipe", "pretrain", "--models", "resnet50v2",
         "--hold-out", str(split), "--out", str(tmp_path / "backbones"),
         "--set", "stages=16:32:0.9", "batch=8", "watched=16", "monitor=0.5", "output_sum=20"]
    )  # fmt: skip
    assert code == 0
    files = sorted(path.name for path in (tmp_path / "backbones").iterdir())
    assert files == ["resnet50v2", "resnet50v2.json", "resnet50v2.weights.h5"]
    note = json.loads((tmp_path / "backbones" / "resnet50v2.json").read_text())
    assert note["recipe"]["output_sum"] == 20
    assert "no ImageNet weights" in note["origin"]
    rest = (pd.read_csv(split)["part"] == "train").sum()
    assert int(note["origin"].split(" radiographs")[0].split()[-1]) < rest
    history = pd.read_csv(tmp_path / "backbones" / "resnet50v2" / "history.csv")
    assert history["step"].tolist() == [2, 4]


@pytest.mark.parametrize("recipe", ["calibrate", "quantize"])
def test_a_run_again_is_handed_what_it_was_given(recipe, folder, monkeypatch, capsys):
    asked = []

    def run_again(run, data, out, *, cache, title):
        asked.append((run, data, out, cache, title))
        return pd.DataFrame([{"network": "VGG16"}])

    workflow = f"covid_model.training.workflows.{recipe}.run_{recipe}"
    monkeypatch.setattr(workflow, run_again)
    monkeypatch.setattr(commands, "_quantized", lambda out: "")
    arguments = ["--recipe", recipe, "--run", "old", "--out", "new", "--cache", "kept"]
    arguments += ["--title", "Another"]
    assert train_models.main(["--data", str(folder), *arguments]) == 0
    assert asked == [(Path("old"), folder, Path("new"), Path("kept"), "Another")]
    assert "VGG16" in capsys.readouterr().out
