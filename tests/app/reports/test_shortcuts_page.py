"""Shortcuts: which checks fail, what is left with parts hidden, maps under test."""

import json

import pytest

from covid_model.common.architectures import ARCHITECTURES
from covid_model.common.audit_checks import CHECKS, CONDITIONS
from covid_model.runs import AUDIT_FILE, read_model_info, write_json, write_model_info
from dashboard.reports.shortcuts import map_text as shortcuts_map_text
from dashboard.reports.shortcuts import text as shortcuts_text
from tests.app.conftest import shown_tables, words
from tests.stored_reports import audit, write_evidence_run


def read(at):
    """What the page says, with plain spaces."""
    return words(at).replace("\u00a0", " ").replace("\u2011", "-")


def test_failed_checks_are_named_first_in_plain_words(open_app, tmp_path):
    write_evidence_run(tmp_path / "run", failed=("lungs_hidden", "label_by_source"))
    at = open_app(tmp_path, "shortcuts")
    assert not at.exception
    assert at.title[0].value == "Shortcuts"
    assert at.error[0].proto.title == "2 of 4 checks failed: this network may use shortcuts"
    said = read(at)
    assert "**With the lungs hidden** it still reaches a macro recall of 41.0 % (36.0-46.0)" in said
    assert "untouched 80.0 %, chance 33.3 %" in said
    assert "(Cramér's V 0.44)" in said
    assert "From the border alone" not in said
    assert not at.success


def test_without_a_failed_check_there_is_no_alarm_and_no_all_clear(open_app, tmp_path):
    write_evidence_run(tmp_path / "run")
    at = open_app(tmp_path, "shortcuts")
    assert not at.error
    assert "No check failed" in at.success[0].value
    assert "no proof" in at.success[0].value


@pytest.mark.parametrize("check", CHECKS)
def test_every_check_that_can_fail_has_its_words(check):
    assert shortcuts_text.failures(audit(check)).startswith("- **")


def test_every_condition_that_must_fall_is_a_check():
    assert {row.name for row in CONDITIONS.values() if row.must_fall} == set(CHECKS) - {
        "source_probe",
        "label_by_source",
    }


def test_a_network_that_always_says_the_same_cannot_be_audited(open_app, tmp_path):
    write_evidence_run(tmp_path / "run")
    found = audit()
    found["conditions"][0] |= {
        "macro_recall": 0.333333,
        "macro_recall_interval": [0.333333, 0.333333],
    }
    rewrite(tmp_path / "run", found)
    at = open_app(tmp_path, "shortcuts")
    assert not at.success
    assert at.error[0].proto.title == "This network cannot be audited: no better than guessing"
    said = read(at)
    assert "macro recall is 33.3 % (33.3-33.3), guessing reaches 33.3 %" in said
    assert "AUROC on the test images is 0.700 (0.650-0.750), guessing reaches 0.5" in said


def test_charts_and_tables_of_an_audit(open_app, tmp_path):
    write_evidence_run(tmp_path / "run")
    at = open_app(tmp_path, "shortcuts")
    charts = at.get("plotly_chart")
    assert [json.loads(c.proto.spec)["layout"]["title"]["text"] for c in charts] == [
        "What is left with parts hidden (%)",
        "The source, read off the network (%)",
        "Deletion: probability of the named class (%)",
        "Insertion: probability of the named class (%)",
        "Maps inside the lungs (%)",
    ]
    assert all(chart.proto.alt for chart in charts)
    hidden, sources, randomised, agreement = shown_tables(at)
    assert list(hidden["Shown"]) == ["Untouched", "Lungs hidden", "Lungs only", "Border only"]
    assert list(hidden["Unchanged"])[0] == "–"
    assert list(sources["COVID-19"]) == ["1,200"]
    assert list(randomised["Drawn anew"]) == ["Head"]
    assert list(agreement["Networks"]) == ["Xception and VGG16"]
    assert len(at.download_button) == 4
    said = read(at)
    assert "40 test images of 22 patients. 3 more are left out" in said
    assert said.count("limited quality on children's radiographs") == 2  # where masks are used
    assert "The maps favour the lungs." in said
    assert "difference -0.200 to -0.100): better than random." in said  # deletion
    assert "difference -0.200 to -0.100): worse than random." in said  # insertion


def test_an_audit_without_lungs_probe_or_maps_says_so(open_app, tmp_path):
    write_evidence_run(tmp_path / "run")
    found = audit()
    found |= {"source_probe": None, "maps": None}
    found["conditions"] = [row for row in found["conditions"] if "lungs" not in row["condition"]]
    rewrite(tmp_path / "run", found)
    at = open_app(tmp_path, "shortcuts")
    assert not at.exception
    said = read(at)
    assert "No outlines of lungs were at hand" in said
    assert "children's radiographs" not in said
    assert shortcuts_text.NO_PROBE in said
    assert shortcuts_map_text.NO_MAPS in said
    made = "No check failed: the border alone and the labels by source."
    assert at.success[0].value.startswith(made)


def test_maps_that_say_nothing_of_the_lungs_leave_the_rest(open_app, tmp_path):
    write_evidence_run(tmp_path / "run")
    found = audit()
    found["maps"] |= {"inside_lungs": None, "randomised": []}
    found["maps"]["deletion"] = {**found["maps"]["deletion"], "difference_interval": None}
    rewrite(tmp_path / "run", found)
    at = open_app(tmp_path, "shortcuts")
    assert not at.exception
    assert "too few patients for an interval" in read(at)
    assert shortcuts_map_text.RANDOMISED not in read(at)


def rewrite(folder, found):
    """Give a run's first network another audit, digest included."""
    network = folder / next(iter(ARCHITECTURES))
    write_json(network / AUDIT_FILE, found)
    write_model_info(network, read_model_info(network))


@pytest.mark.parametrize(
    ("lacking", "said"),
    [
        ((AUDIT_FILE,), "made before networks were audited: `python train_models.py"),
        ((AUDIT_FILE, "model.tflite"), "This run holds reports only"),
    ],
)
def test_a_run_without_audit_says_why_and_what_to_do(open_app, tmp_path, lacking, said):
    write_evidence_run(tmp_path / "old", but=lacking)
    at = open_app(tmp_path, "shortcuts")
    assert not at.exception
    assert at.info[0].proto.title == "This network was not audited"
    assert said in at.info[0].value
    assert not at.get("plotly_chart")


def test_a_damaged_audit_is_refused_by_name(open_app, tmp_path):
    write_evidence_run(tmp_path / "run")
    (tmp_path / "run" / "xception" / AUDIT_FILE).write_text("{}")
    at = open_app(tmp_path, "shortcuts")
    assert not at.exception
    assert "audit.json differs from the digest" in at.error[0].value
