"""Damaged, unfinished and hand-edited runs: each is told, none takes others away."""

import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from covid_model import cli, runs
from covid_model.common.errors import RunError
from covid_model.evaluation.verification.verify import verify_run
from covid_model.inference.novelty import NoveltyModel
from covid_model.serving.classifier import Classifier
from tests import stored_reports
from tests.computed_run import edit, list_again, problems, write_run

ROOT = Path(runs.__file__).parents[2]
BROKEN_OFF = """
import os, sys
from pathlib import Path
from covid_model.runs import new_run, write_json
with new_run(Path(sys.argv[1])) as folder:
    write_json(folder / "run.json", {"schema": 1, "created": "9999"})
    print(folder.name, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def run(tmp_path):
    """A run of three networks whose files list each other."""
    folder = tmp_path / "runs" / "run"
    stored_reports.write_evidence_run(folder)
    info = runs.read_json(folder / "run.json")
    runs.write_run_file(folder, info, runs.run_digests(folder))
    return folder


@pytest.fixture(scope="module")
def computed(tmp_path_factory):
    """A run whose figures follow from its tables."""
    folder = tmp_path_factory.mktemp("runs") / "computed"
    write_run(folder)
    return folder


def test_run_json_lists_every_file_and_holds_its_own_digest(run):
    info = runs.read_json(run / "run.json")
    models = {f"{name}/model.json" for name in ("xception", "resnet50v2", "vgg16")}
    assert info["sha256"].keys() == models | {"comparison.json"}
    assert info["own_sha256"] == runs.own_digest(dict(reversed(info.items())))
    assert info["own_sha256"] != runs.own_digest({**info, "title": "Other"})


@pytest.mark.parametrize("field", ["novelty", "probability"])
def test_a_threshold_that_was_set_by_hand_is_found(computed, tmp_path, field):
    run = shutil.copytree(computed, tmp_path / "computed")
    edit(run / "xception" / "model.json", lambda info: info["thresholds"].update({field: 0.99}))
    listed = [one for one in problems(run) if one.startswith("computed: ")]
    assert listed == ["computed: xception/model.json differs from the digest in run.json."]
    list_again(run)  # whoever gives it a digest again does not get past the tables
    found = [one for one in problems(run) if f"thresholds.{field} is 0.99, computed" in one]
    assert len(found) == 1


@pytest.mark.parametrize("field", ["temperature", "offsets"])
def test_a_calibration_that_was_set_by_hand_is_found(computed, tmp_path, field):
    run = shutil.copytree(computed, tmp_path / "computed")
    value = {"temperature": 3.0, "offsets": [1.0, 0.0, -1.0]}[field]
    edit(run / "xception" / "model.json", lambda info: info.update({field: value}))
    list_again(run)
    assert any(f"xception: model.json: {field}" in one for one in problems(run))


def test_an_edited_run_json_is_found_and_not_blessed(computed, tmp_path, capsys):
    run = shutil.copytree(computed, tmp_path / "computed")
    edit(run / "run.json", lambda info: info.update(title="Better"))
    assert problems(run) == ["computed: run.json differs from its own digest."]
    assert cli.main(["report", str(run)]) == 2
    assert "run.json differs from its own digest" in capsys.readouterr().err


def test_a_run_of_an_earlier_version_verifies_and_says_what_is_not_covered(computed, tmp_path):
    run = shutil.copytree(computed, tmp_path / "computed")
    info = runs.read_json(run / "run.json")
    digests = {name: value for name, value in info["sha256"].items() if "/" not in name}
    runs.write_json(run / "run.json", {"schema": 1, "sha256": digests})
    assert problems(run) == []
    assert ["no digest covers run.json" in note for note in verify_run(run)[0].notes] == [True]
    assert cli.main(["report", str(run)]) == 0
    assert [checked.notes for checked in verify_run(run)] == [()] * 3
    assert problems(run) == []


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda file: file.unlink(), "model.json is missing"),
        (lambda file: file.write_text("{"), "differs from the digest in run.json"),
    ],
)
@pytest.mark.parametrize("listed", [True, False], ids=["listed", "earlier"])
def test_a_network_without_model_json_is_named_and_takes_no_other_away(run, damage, why, listed):
    if not listed:
        edit(run / "run.json", lambda info: [info.pop("sha256"), info.pop("own_sha256")])
        why = why.replace("differs from the digest in run.json", "cannot be read as JSON")
    damage(run / "vgg16" / "model.json")
    shelf = runs.open_shelf(run.parent)
    assert shelf.newest.servable_models == ("xception", "resnet50v2")
    assert len(shelf.damaged) == 1
    assert shelf.damaged[0].startswith("VGG16 is left out: ")
    assert why in shelf.damaged[0]
    with pytest.raises(RunError, match="VGG16 is left out"):
        shelf.newest.model_folder("vgg16")
    with pytest.raises(RunError):
        Classifier.load(run / "vgg16")
    assert any(checked.problems for checked in verify_run(run) if checked.name == "run/vgg16")


def test_what_a_killed_training_left_is_never_served_and_goes_with_the_next(tmp_path):
    command = [sys.executable, "-c", BROKEN_OFF, str(tmp_path / "run")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": ROOT}
    with subprocess.Popen(command, **pipes) as training:
        left = tmp_path / training.stdout.readline().strip()
        assert runs.open_shelf(tmp_path).runs == ()
        with runs.new_run(tmp_path / "meanwhile"):
            assert left.is_dir(), "a training that goes on lost its folder"
        training.kill()
    assert left.is_dir()
    assert runs.open_shelf(tmp_path).damaged == ()
    (tmp_path / ".other-work").mkdir()
    with runs.new_run(tmp_path / "next"):
        assert not left.exists()
    assert {path.name for path in tmp_path.iterdir()} == {"meanwhile", "next", ".other-work"}


def test_a_place_that_takes_nothing_is_refused_before_a_training(tmp_path, monkeypatch):
    runs.refuse_unwritable(tmp_path / "new" / "run")
    assert list(tmp_path.iterdir()) == []

    def full(handle):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RunError, match=r"run cannot be written \(No space left on device\): make"):
        runs.refuse_unwritable(tmp_path / "run")


@pytest.mark.parametrize(
    ("file", "change", "wrong"),
    [
        ("vgg16/report.json", {"images": "7"}, "images is text"),
        ("vgg16/report.json", {"accuracy": True}, "accuracy is true or false"),
        ("vgg16/report.json", {"accuracy_interval": [0.1]}, "accuracy_interval has 1 values"),
        ("vgg16/report.json", {"confusion_matrix": [[1]]}, r"confusion_matrix\[0\] has 1 values"),
        ("vgg16/report.json", {"groups": {"source": [{}]}}, r"groups.source\[0\].* is missing"),
        ("vgg16/audit.json", {"failed": ["luck"]}, r"failed\[0\] is an unknown word"),
        ("vgg16/audit.json", {"conditions": 3}, "conditions is a number"),
        ("run.json", {"notes": "one"}, "notes is text"),
        ("run.json", {"data": {"counts": [{"part": "x"}]}}, r"counts\[0\].part is an unknown word"),
    ],
)
def test_json_that_was_edited_by_hand_is_refused_in_a_sentence(run, file, change, wrong):
    edit(run / file, lambda value: value.update(change))
    runs.write_model_info(run / "vgg16", runs.read_model_info(run / "vgg16"))
    info = json.loads((run / "run.json").read_text("utf-8"))
    runs.write_run_file(run, info, runs.run_digests(run))
    with pytest.raises(RunError, match=f"{file} does not have the shape .*{wrong}"):
        [runs.load_run(run).report("vgg16"), runs.load_run(run).audit("vgg16")]


def test_a_plain_array_is_no_novelty_model(tmp_path):
    with (tmp_path / "novelty.npz").open("wb") as file:
        np.save(file, np.zeros(3, np.float32))
    with pytest.raises(RunError, match="does not hold what novelty is measured with"):
        NoveltyModel.load(tmp_path / "novelty.npz")
