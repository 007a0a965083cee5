"""A run with groups left out: written, verified, brought up to date, told in its card."""

import json
import shutil

import pytest

from covid_model.evaluation.tables import read_table, write_table
from covid_model.evaluation.verification.update import update_run
from covid_model.runs import load_run, read_model_info, write_json
from covid_model.runs.model_card.card import model_card
from covid_model.runs.model_card.facts import RunFacts
from covid_model.runs.model_card.left_out_section import HEADING, left_out_section
from covid_model.runs.model_card.markdown import percent, with_interval
from tests.computed_run import NETWORKS, edit, list_again, problems, write_run

pytestmark = pytest.mark.usefixtures("few_replicates")


@pytest.fixture(scope="module")
def written(tmp_path_factory, few_replicates):
    folder = tmp_path_factory.mktemp("runs") / "whole"
    write_run(folder, novelty=False, left_out=True)
    return folder


@pytest.fixture
def run(written, tmp_path):
    """A copy that a test may damage."""
    return shutil.copytree(written, tmp_path / "runs" / "whole")


def test_what_is_fitted_on_groups_left_out_is_in_the_run(run):
    assert problems(run) == []
    info, report = read_model_info(run / "vgg16"), load_run(run).report("vgg16")
    assert info.fitted_on == "left_out"
    assert set(info.sets) == set(info.classes)
    assert "left_out.csv" in info.sha256
    assert report["calibration"]["fitted_on"] == {"part": "left_out", "images": 240}
    assert report["answers"]["threshold"] == info.thresholds["probability"]
    assert report["left_out"]["fitted"]["threshold"] == info.thresholds["probability"]
    assert report["left_out"]["fitted"]["sets"] == info.sets


def test_a_run_without_them_says_nothing_of_them(tmp_path):
    write_run(tmp_path / "older", novelty=False)
    raw = json.loads((tmp_path / "older" / "vgg16" / "model.json").read_text())
    assert not {"sets", "fitted_on"} & set(raw)
    run = load_run(tmp_path / "older")
    assert "left_out" not in run.report("vgg16")
    assert left_out_section(RunFacts.of(run)) == ""
    assert HEADING not in model_card(run)


def test_a_changed_figure_is_found(run):
    edit(
        run / "vgg16" / "report.json",
        lambda report: report["left_out"]["cross_fitted"].update(right=0.999),
    )
    assert any(
        "vgg16: report.json: left_out.cross_fitted.right is 0.999, computed" in line
        for line in problems(run)
    )


def test_a_changed_set_is_found(run):
    edit(run / "vgg16" / "model.json", lambda info: info["sets"].update(covid=0.987))
    assert any("left_out.fitted.sets.covid is" in line for line in problems(run))


def test_a_changed_label_is_found(run):
    file = run / "vgg16" / "left_out.csv"
    table = read_table(file)
    table.loc[0, "label"] = "normal" if table.loc[0, "label"] != "normal" else "covid"
    write_table(table, file)
    assert "whole/vgg16: left_out.csv differs from the digest in model.json." in problems(run)
    list_again(run)
    assert any("left_out.per_class[covid].images is" in line for line in problems(run))


def test_a_report_that_lacks_them_is_brought_up_to_date(run):
    whole = load_run(run).report("vgg16")
    write_json(run / "vgg16" / "report.json", {k: v for k, v in whole.items() if k != "left_out"})
    list_again(run)
    assert any("report.json was written by an earlier version" in line for line in problems(run))
    assert "vgg16/report.json" in update_run(run)
    assert load_run(run).report("vgg16") == whole
    assert problems(run) == []


def test_the_card_has_them_before_every_other_figure(run):
    card = model_card(load_run(run))
    assert card.index(f"## {HEADING}") < card.index("## Evaluation")
    section = card.split(f"## {HEADING}")[1].split("\n## ")[0]
    assert "4 groups of images" in section
    assert "240 images of 120 patients" in section
    for name in NETWORKS:
        report = load_run(run).report(name)["left_out"]
        assert with_interval(report["cross_fitted"], "right") in section
        assert with_interval(report["per_class"][0], "auroc", share=False) in section
        assert f"{with_interval(report['per_class'][1], 'recall')} of 80 |" in section
        assert percent(report["fitted"]["answered"]) in section
        assert with_interval(report["by"]["source"][1], "answered") in section
    assert "fitted on 240 images of groups left out of training" in card
    assert "(for 95.0 % right on groups left out of training)" in card
