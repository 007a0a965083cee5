"""One network trained anew beside networks of another run of the same split."""

import json
from dataclasses import replace

import pandas as pd
import pytest

import train_models
from covid_model.data import leakage
from covid_model.evaluation.verification.verify import verify_run
from covid_model.runs import load_run, sha256_of
from covid_model.training.workflows import linear as module
from tests.drawings import write_data_folder
from tests.tiny import SIZE, tiny_backbone

pytestmark = [pytest.mark.tensorflow, pytest.mark.usefixtures("few_replicates")]
VALUES = ("strengths=1e-1,10", "variants=1", f"size={SIZE}", "validation=0.25")


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kept")
    (folder / "data").mkdir()
    write_data_folder(folder / "data", 60)
    return folder


@pytest.fixture(scope="module")
def train(work):
    """Fit linear heads by the command; return its exit code."""

    def tiny(name, weights="random", size=None, scaling="unit"):
        return replace(tiny_backbone(name, size), origin=f"{weights} weights, for tests")

    def fit(out, *extra, values=()):
        command = ["--data", str(work / "data"), "--recipe", "linear", "--weights", "random",
                   "--out", str(work / "runs" / out), "--cache", str(work / "cache"),
                   "--weights-format", "float32", *extra, "--set", *VALUES, *values]  # fmt: skip
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "build_backbone", tiny)
            patch.setattr("covid_model.training.cli.check_size", lambda *_: None)
            return train_models.main(command)

    return fit


@pytest.fixture(scope="module")
def runs(train, work, few_replicates):
    first, second = work / "runs" / "first", work / "runs" / "second"
    assert train("first", "--models", "xception", "vgg16") == 0
    options = ("--models", "vgg16", "--keep", str(first), "--title", "Second")
    assert train("second", *options, values=("strengths=1e-3",)) == 0
    return load_run(first), load_run(second)


def test_the_other_network_is_the_same_file_for_file(runs):
    first, second = runs
    assert second.models == ("xception", "vgg16")
    names = sorted(path.name for path in first.model_folder("xception").iterdir())
    assert names == sorted(path.name for path in second.model_folder("xception").iterdir())
    for name in names:
        pair = [sha256_of(run.model_folder("xception") / name) for run in runs]
        assert pair[0] == pair[1], name
    trained = [sha256_of(run.model_folder("vgg16") / "model.tflite") for run in runs]
    assert trained[0] != trained[1]


def test_the_run_says_where_it_comes_from(runs):
    first, second = runs
    kept = second.info["kept"]["xception"]
    assert kept["run"] == "first"
    assert kept["recipe"] == first.info["recipe"]
    (note,) = second.info["notes"]
    assert note.startswith("Xception was taken over from run first (recipe linear)")
    assert note in (second.folder / "MODEL_CARD.md").read_text("utf-8")
    assert [problem for one in verify_run(second.folder) for problem in one.problems] == []


def test_the_networks_are_compared_as_if_trained_together(runs, train, work):
    assert train("both", "--models", "xception", "vgg16", values=("strengths=1e-3",)) == 0
    assert train("mixed", "--models", "xception", "--keep", str(runs[1].folder),
                 values=("strengths=1e-3",)) == 0  # fmt: skip
    together, mixed = (load_run(work / "runs" / name).comparison() for name in ("both", "mixed"))
    assert together == mixed
    assert set(load_run(work / "runs" / "mixed").info["kept"]) == {"vgg16"}


def test_test_images_left_out_since_no_longer_count(runs, train, work):
    old = pd.read_csv(runs[0].folder / "xception" / "predictions.csv")
    gone = old["path"][0]

    def first_test_image(data, part):
        return (data.frame["path"] == gone).to_numpy()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(leakage, "leaked_patients", first_test_image)
        assert train("fewer", "--models", "vgg16", "--keep", str(runs[0].folder)) == 0
    run = load_run(work / "runs" / "fewer")
    assert run.info["data"]["left_out"] == [gone]
    for name in ("xception", "vgg16"):
        kept = pd.read_csv(run.model_folder(name) / "predictions.csv")
        assert kept["path"].tolist() == old["path"][1:].tolist()
        assert run.report(name)["images"] == len(old) - 1
        audited = pd.read_csv(run.model_folder(name) / "audit.csv")
        assert gone not in set(audited["path"])
    assert [problem for one in verify_run(run.folder) for problem in one.problems] == []
    assert "1 images were left out" in (run.folder / "MODEL_CARD.md").read_text("utf-8")


def test_a_run_of_another_split_is_refused(runs, train, capsys):
    options = ("--models", "vgg16", "--keep", str(runs[0].folder), "--seed", "7")
    assert train("refused", *options) == 2
    assert "Expected a run to keep whose images are split as these are" in capsys.readouterr().err


def test_a_damaged_network_is_refused(runs, train, work, capsys):
    folder = work / "damaged"
    folder.mkdir()
    for path in runs[0].folder.rglob("*"):
        if path.is_file():
            target = folder / path.relative_to(runs[0].folder)
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(path.read_bytes())
    report = json.loads((folder / "xception" / "report.json").read_text())
    (folder / "xception" / "report.json").write_text(json.dumps({**report, "accuracy": 1.0}))
    assert train("worse", "--models", "vgg16", "--keep", str(folder)) == 2
    assert "report.json" in capsys.readouterr().err
    assert not (work / "runs" / "worse").exists()
