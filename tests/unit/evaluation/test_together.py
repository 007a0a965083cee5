"""The mean of a run's calibrated networks: what it holds, what verify finds in it."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from covid_model import cli
from covid_model.common.classes import SCORE_COLUMNS
from covid_model.common.errors import RunError
from covid_model.evaluation.reliability.calibration import calibration_in
from covid_model.evaluation.tables import read_table, scores_of, write_table
from covid_model.evaluation.verification.together import mean_table, members_of
from covid_model.evaluation.verification.update import update_run
from covid_model.runs import load_run, read_model_info, write_model_info
from covid_model.runs.model_card.card import model_card
from covid_model.training.export.together import best_members, write_together
from tests.computed_run import NETWORKS, list_again, problems, write_run

pytestmark = pytest.mark.usefixtures("few_replicates")


@pytest.fixture(scope="module")
def written(tmp_path_factory, few_replicates):
    folder = tmp_path_factory.mktemp("runs") / "whole"
    write_run(folder)
    write_together(folder, NETWORKS)
    list_again(folder)
    return folder


@pytest.fixture
def run(written, tmp_path):
    """A copy that a test may damage."""
    return shutil.copytree(written, tmp_path / "runs" / "whole")


def rewritten(path, change):
    """Change a table, then give its run the digests that it has now."""
    write_table(change(read_table(path)), path)
    write_model_info(path.parent, read_model_info(path.parent))
    list_again(path.parents[1])


def raise_first(table):
    table.loc[0, list(SCORE_COLUMNS)] = np.float32([0.98, 0.01, 0.01])
    return table


def mean_calibrated(run, file):
    """The mean of what the members' own calibration makes of their scores in a table."""
    each = [
        calibration_in(read_model_info(run / name)).apply(scores_of(read_table(run / name / file)))
        for name in NETWORKS
    ]
    return np.mean(each, axis=0)


def test_its_predictions_are_the_calibrated_mean_of_the_members_probabilities(run):
    info = read_model_info(run / "together")
    assert info.members == NETWORKS
    each = [
        scores_of(read_table(run / name / "predictions.csv")).astype(float) for name in NETWORKS
    ]
    mean = (each[0] + each[1]) / 2
    stored = scores_of(read_table(run / "together" / "predictions.csv"))
    np.testing.assert_allclose(stored, calibration_in(info).apply(mean), atol=1e-6)
    assert np.abs(stored - mean).max() > 0.01  # or nothing was calibrated again


def test_its_validation_scores_are_the_mean_of_what_the_members_calibrate(run):
    stored = scores_of(read_table(run / "together" / "validation.csv"))
    np.testing.assert_allclose(stored, mean_calibrated(run, "validation.csv"), atol=1e-6)


def test_it_is_novel_where_at_least_half_of_the_members_are(run):
    each = [read_table(run / name / "predictions.csv")["novelty"] > 1 for name in NETWORKS]
    shared = read_table(run / "together" / "predictions.csv")["novelty"] > 1
    assert (shared == (each[0] | each[1])).all()  # one of two is half
    assert 0 < shared.sum() < len(shared)
    refused = load_run(run).report("together")["novelty"]["refused"]["images"]
    assert refused == shared.sum()


def test_of_three_two_make_it_novel(run):
    shutil.copytree(run / "vgg16", run / "resnet50v2")
    novelties = {"xception": 2.0, "vgg16": 3.0, "resnet50v2": 0.5}
    for name, value in novelties.items():
        path = run / name / "predictions.csv"
        write_table(read_table(path).assign(novelty=value), path)
    shared = mean_table(run, tuple(novelties), "predictions.csv")["novelty"]
    assert set(shared) == {2.0}


def test_a_run_with_it_verifies_and_has_nothing_to_write(run, capsys):
    assert problems(run) == []
    assert cli.main(["verify", str(run)]) == 0
    assert "whole/together: 3 files, " in capsys.readouterr().out
    assert "together/report.json" not in update_run(run)
    assert problems(run) == []


@pytest.mark.parametrize("file", ["predictions.csv", "validation.csv"])
@pytest.mark.parametrize("name", ["together", "vgg16"])
def test_a_number_that_was_changed_is_found(run, name, file):
    rewritten(run / name / file, raise_first)
    rows = len(read_table(run / name / file))
    sentence = f"whole/together: {file}: 1 of {rows} rows are not the members' mean."
    assert sentence in problems(run)
    with pytest.raises(RunError, match="1 of .* rows are not the members' mean"):
        update_run(run)


def test_an_image_that_was_left_out_is_found(run):
    rewritten(run / "together" / "predictions.csv", lambda table: table.drop(3))
    assert any("rows are not the members' mean" in problem for problem in problems(run))


def test_a_changed_figure_of_its_report_is_found_and_written_again(run):
    path = run / "together" / "report.json"
    report = json.loads(path.read_text())
    path.write_text(json.dumps({**report, "accuracy": 0.123}))
    assert any("accuracy is 0.123, computed" in problem for problem in problems(run))
    assert "together/report.json" in update_run(run)
    assert load_run(run).report("together")["accuracy"] == report["accuracy"]


def test_it_is_fitted_on_groups_left_out_where_every_member_has_them(tmp_path):
    run = tmp_path / "run"
    write_run(run, novelty=False, left_out=True)
    report = write_together(run, NETWORKS)["together"]
    list_again(run)
    info = read_model_info(run / "together")
    assert info.fitted_on == report["calibration"]["fitted_on"]["part"] == "left_out"
    assert set(info.sets) == set(info.classes)
    stored = scores_of(read_table(run / "together" / "left_out.csv"))
    np.testing.assert_allclose(stored, mean_calibrated(run, "left_out.csv"), atol=1e-6)
    assert problems(run) == []
    assert "### All together by group" in model_card(load_run(run))
    rewritten(run / "together" / "left_out.csv", raise_first)
    assert any(problem.startswith("run/together: left_out.csv: 1 of") for problem in problems(run))


def test_members_are_calibrated_on_the_same_images(run):
    assert members_of(run, NETWORKS) == NETWORKS
    info = read_model_info(run / "vgg16")
    write_model_info(run / "vgg16", replace(info, temperature=None))
    assert members_of(run, NETWORKS) == ()
    write_model_info(run / "vgg16", info)
    rewritten(run / "vgg16" / "validation.csv", lambda table: table.drop(0))
    assert members_of(run, NETWORKS) == ()


def test_one_network_has_no_mean(run):
    shutil.rmtree(run / "together")
    assert write_together(run, NETWORKS[:1]) == {}
    assert not (run / "together").exists()
    assert load_run(run).reported == NETWORKS


def test_it_is_reported_but_no_network(run):
    opened = load_run(run)
    assert opened.models == NETWORKS
    assert opened.reported == (*NETWORKS, "together")
    assert opened.model_info("together").title == "All together"
    assert not opened.model_info("together").servable


def test_the_card_has_its_figures_after_those_of_the_networks(run):
    card = model_card(load_run(run))
    assert card.index("### VGG16") < card.index("### All together")
    assert (
        "The mean of the calibrated probabilities of Xception and VGG16, calibrated again." in card
    )
    shutil.rmtree(run / "together")
    list_again(run)
    without = model_card(load_run(run))
    assert "All together" not in without
    said = "each network answers alone; where several are asked, they must agree"
    lines = {line for line in without.splitlines() if said not in line}
    assert said in without
    assert said not in card
    assert lines <= set(card.splitlines())


def test_a_network_lists_no_members(run):
    assert "members" not in json.loads((run / "vgg16" / "model.json").read_text())


def test_the_members_are_those_whose_mean_ranks_best_on_groups_left_out(tmp_path):
    folder = tmp_path / "runs" / "whole"
    write_run(folder, left_out=True)
    shutil.copytree(folder / NETWORKS[0], folder / "resnet50v2")
    three = (*NETWORKS, "resnet50v2")

    def confuse(table):
        columns = list(SCORE_COLUMNS)
        table[columns] = table[columns].to_numpy()[:, [1, 2, 0]]
        return table

    rewritten(folder / "resnet50v2" / "left_out.csv", confuse)
    assert best_members(folder, three) == NETWORKS
    rewritten(folder / NETWORKS[1] / "left_out.csv", confuse)
    assert NETWORKS[0] in best_members(folder, three)
    for _ in range(2):  # three turns are none
        rewritten(folder / "resnet50v2" / "left_out.csv", confuse)
    assert best_members(folder, three) == (NETWORKS[0], "resnet50v2")
    (folder / "resnet50v2" / "left_out.csv").unlink()
    assert best_members(folder, three) == three
    assert best_members(folder, ()) == ()
