"""Reports: intervals, curves, prevalence, groups, comparisons, what an older run lacks."""

import json

import pytest

from covid_model.runs import COMPARISON_FILE
from dashboard.components import formatting
from dashboard.reports.performance import text as performance_text
from tests.app.conftest import shown_tables, words
from tests.stored_reports import write_evidence_run


@pytest.fixture
def root(tmp_path):
    """A folder with one run, ``whole``."""
    write_evidence_run(tmp_path / "whole")
    return tmp_path


def titles(at):
    """Titles of the page's charts."""
    return [json.loads(c.proto.spec)["layout"]["title"]["text"] for c in at.get("plotly_chart")]


def table(at, column):
    """The first table that has a column."""
    return next(each for each in shown_tables(at) if column in each)


def test_figures_stand_with_their_intervals(open_app, root):
    at = open_app(root, "reports")
    assert not at.exception
    [accuracy] = [one for one in at.metric if one.label == "Accuracy"]
    said = accuracy.value.replace("\u00a0", " ").replace(formatting.TO, "-")
    assert said == "60.0 % (55.0-65.0)"
    assert {"NPV", "AUROC", "AP"} <= set(table(at, "Sensitivity"))
    assert titles(at)[:3] == [
        "Confusion matrix: images, share of the row",
        "ROC, with the area under it",
        "Precision-recall, with average precision",
    ]
    assert "COVID-19 AUROC 0.740" in at.get("plotly_chart")[1].proto.alt
    assert "95\u00a0% intervals (bootstrap, 1,000 replicates)" in words(at)
    assert "was made before" not in words(at)


def test_the_slider_changes_the_predictive_values(open_app, root):
    at = open_app(root, "reports")
    before = table(at, "Rightly so")
    assert list(before["PPV"])[0].startswith("47.1")
    at.slider(key="prevalence").set_value(50).run()
    after = table(at, "Rightly so")
    assert list(after["PPV"])[0].startswith("88.9")
    assert list(after["NPV"]) != list(before["NPV"])


def test_groups_are_chosen_and_small_ones_warned_of(open_app, root):
    at = open_app(root, "reports")
    assert list(table(at, "Patients")["Source"]) == ["here_and_there"]
    assert not at.warning
    control = at.segmented_control(key="grouped_by")
    assert control.options == ["Source", "View"]  # nothing is known of sex, age or size
    control.set_value("view").run()
    assert list(table(at, "Patients")["View"]) == ["PA", "not on record *"]
    assert "Too few images or patients to say anything of: not on record" in at.warning[0].value
    assert "View: accuracy, recall (%)" in titles(at)


def test_networks_are_compared_on_the_same_images(open_app, root):
    at = open_app(root, "reports")
    assert list(table(at, "McNemar's p")["Both right"]) == ["15", "15"]
    assert performance_text.MCNEMAR in words(at)


def test_tables_can_be_had_as_files(open_app, root):
    at = open_app(root, "reports")
    assert len(shown_tables(at)) == len(at.download_button)
    assert len({button.key for button in at.download_button}) == len(shown_tables(at))


def test_an_older_run_says_what_it_lacks_and_what_writes_it(open_app, tmp_path):
    lacking = ("intervals", "curves", "groups", COMPARISON_FILE)
    write_evidence_run(tmp_path / "old", but=lacking)
    at = open_app(tmp_path, "reports")
    assert not at.exception
    said = words(at)
    assert (
        "This run was made before intervals, ROC with precision-recall curves, groups of images "
        "and comparisons of networks were reported: `python train_models.py --data DIR "
        "--recipe calibrate --run old --out NEW` writes it anew." in said
    )
    assert "ROC, with the area under it" not in titles(at)
    assert "Groups of images" not in said
    assert performance_text.PREVALENCE in said
    assert performance_text.CARRIED not in said


def test_an_older_run_without_models_has_to_be_trained_again(open_app, tmp_path):
    write_evidence_run(tmp_path / "old", but=("curves", "model.tflite"))
    said = words(open_app(tmp_path, "reports"))
    assert (
        "This run was made before ROC with precision-recall curves were reported: it keeps no"
        in said
    )
    assert "--recipe calibrate" not in said


def test_a_damaged_comparison_leaves_the_rest(open_app, root):
    (root / "whole" / COMPARISON_FILE).write_text("{}")
    at = open_app(root, "reports")
    assert not at.exception
    assert "comparison.json differs from the digest" in at.error[0].value
    assert at.metric
