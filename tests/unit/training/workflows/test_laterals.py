"""A head for lateral views, from the command to a run that refuses them and verifies."""

import json
from dataclasses import replace

import pytest

import train_models
from covid_model.evaluation.verification.verify import verify_run
from covid_model.runs import load_run
from covid_model.serving import Classifier
from covid_model.training.export import lateral
from covid_model.training.workflows import paper as module
from tests.drawings import drawing, png, write_data_folder
from tests.tiny import SIZE, tiny_backbone

pytestmark = [pytest.mark.tensorflow, pytest.mark.usefixtures("few_replicates")]


def tiny(name, weights="random", size=None):
    return replace(tiny_backbone(name, size), origin="random weights, for tests")


@pytest.fixture(scope="module")
def trained(tmp_path_factory, few_replicates):
    """A run of one tiny network whose lateral views are drawings, unlike its radiographs."""
    work = tmp_path_factory.mktemp("work")
    (laterals := work / "laterals").mkdir()
    for i in range(10):
        (laterals / f"{i}.png").write_bytes(png(drawing(covid=i / 10)))
    (data := work / "data").mkdir()
    arguments = ["--data", str(write_data_folder(data, 150)), "--weights", "random"]
    arguments += ["--models", "vgg16", "--epochs", "1", "--laterals", str(laterals)]
    arguments += ["--cache", str(work / "cache"), "--weights-format", "float32"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "build_backbone", tiny)
        patch.setattr("covid_model.training.cli.check_size", lambda *_: None)
        patch.setattr(lateral, "LEAST_FRONTAL", 10)
        out = ["--out", str(work / "run"), "--set", f"size={SIZE}"]
        assert train_models.main([*arguments, *out]) == 0
    return load_run(work / "run")


def test_the_report_says_how_many_are_found_and_verifies(trained):
    found = trained.report("vgg16")["lateral"]
    assert found["found"]["images"] == 10
    assert found["frontal_refused"]["images"] >= 10
    assert {"lateral.npz", "laterals.csv"} <= set(trained.model_info("vgg16").sha256)
    assert [problem for one in verify_run(trained.folder) for problem in one.problems] == []
    report = trained.folder / "vgg16" / "report.json"
    written = report.read_text()
    changed = json.loads(written)
    changed["lateral"]["found"]["called"] += 1
    try:
        report.write_text(json.dumps(changed))
        problems = [problem for one in verify_run(trained.folder) for problem in one.problems]
    finally:
        report.write_text(written)
    assert any("lateral.found.called is" in problem for problem in problems)


def test_the_card_has_its_figures(trained):
    card = (trained.folder / "MODEL_CARD.md").read_text("utf-8")
    assert "Lateral views recognised, by fits that had not seen the patient: " in card


def test_the_run_is_served_with_it(trained):
    classifier = Classifier.load(trained.model_folder("vgg16"))
    assert classifier.input_size == SIZE
    assert classifier._reliability.lateral is not None
