"""What Reports opens with: one sentence, four figures, contents whose links lead somewhere."""

import re
from dataclasses import replace

import pytest

from covid_model.common.architectures import ARCHITECTURES
from covid_model.runs import load_run, read_model_info, write_json, write_model_info
from dashboard.components.formatting import TO
from dashboard.components.text import percent
from dashboard.reports import opening
from dashboard.reports.opening import Opening
from tests.app.conftest import words
from tests.app.reports.test_left_out_section import leave_out
from tests.stored_reports import report, write_evidence_run

pytestmark = pytest.mark.usefixtures("few_replicates")


def left_out(recalls, *, answered=0.6, right=0.96, macro=(0.8, 0.7, 0.9)):
    """A report with figures on groups left out."""
    names = ("covid", "normal", "infection")
    rows = [
        {"class": name, "images": 100, "recall": recall, "recall_interval": [recall, recall]}
        for name, recall in zip(names, recalls, strict=True)
    ]
    value, *ends = macro
    crossed = {"answered": answered, "right": right, "right_interval": None}
    figures = {
        **{"images": 300, "patients": 250, "groups": 4},
        **{"macro_recall": value, "macro_recall_interval": ends, "auroc_macro": 0.9},
    }
    known = {**figures, "per_class": rows, "cross_fitted": crossed}
    return {**report(), "answers": {"wanted_accuracy": 0.95}, "left_out": known}


def said(found):
    return opening.sentence(Opening.of(found), network="VGG16")


def test_the_sentence_is_on_hospitals_not_seen_and_says_plainly_that_they_are_poor():
    assert said(left_out((0.7, 0.79, 0.652), answered=0.18, right=0.91)) == (
        "Poor on hospitals that it has not seen: of 100 images of Other infection, its weakest "
        "class, VGG16 misses 35; it answers 18 of 100 images, and of 100 answers 9 are wrong."
    )


@pytest.mark.parametrize(
    ("changed", "poor"),
    [
        ({}, False),
        ({"recalls": (0.9, 0.79, 0.9)}, True),
        ({"answered": 0.49}, True),
        ({"right": 0.94}, True),
    ],
)
def test_any_poor_figure_makes_it_poor(changed, poor):
    found = left_out(**{"recalls": (0.9, 0.8, 0.9), **changed})
    assert Opening.of(found).poor is poor
    assert said(found).startswith("Poor on" if poor else "On hospitals that it has not seen: of")


def test_a_network_that_guesses_gets_no_figure_of_its_own_in_the_sentence():
    always = left_out((1, 0, 0), macro=(0.333333, 0.333333, 0.333333))
    assert said(always) == "On hospitals that it has not seen: VGG16 is no better than guessing."


def test_a_run_that_nobody_tried_elsewhere_says_so(open_app, tmp_path):
    write_evidence_run(tmp_path / "run")
    at = open_app(tmp_path, "reports")
    assert not at.exception
    assert at.info[0].value == (
        "Tried only on images like those it was trained on: of 100 images of COVID-19, its "
        "weakest class, Xception misses 20; it names a class for whatever it is shown."
    )
    assert "no figures on hospitals that its networks have not seen" in words(at)
    assert [(one.label, one.value.replace("\u00a0", " ")) for one in at.metric[:4]] == [
        ("COVID-19 found", "80.0 %"),
        ("Normal found", "81.0 %"),
        ("Other infection found", "82.0 %"),
        ("Right of all images", "60.0 %"),
    ]
    assert at.metric[0].delta.replace("\u00a0", " ").replace(TO, "-") == "75.0-85.0 %"


def test_hospitals_not_seen_come_before_the_own_test_part(open_app, trusted_run_root):
    run = leave_out(trusted_run_root / "trusted")
    at = open_app(trusted_run_root, "reports")
    figures = run.report("xception")["left_out"]
    recalls = [percent(row["recall"]) for row in figures["per_class"]]
    right = percent(figures["cross_fitted"]["right"])
    assert [one.value for one in at.metric[:4]] == [*recalls, right]
    assert "hospitals that it has not seen" in (at.warning or at.info)[0].value
    assert "240 images of 120 patients in 4 groups" in words(at)


def test_every_link_of_the_contents_leads_to_a_section(open_app, trusted_run_root):
    leave_out(trusted_run_root / "trusted")
    at = open_app(trusted_run_root, "reports")
    [contents] = [one.value for one in at.markdown if "On this page" in one.value]
    anchors = re.findall(r"\(#([a-z-]+)\)", contents)
    assert anchors == [heading.anchor for heading in at.subheader if heading.anchor]
    expected = ["hospitals", "test-part", "prevalence", "groups", "answers", "training", "paper"]
    assert anchors == expected


def test_notes_that_name_the_network_are_not_folded(open_app, tmp_path):
    write_evidence_run(tmp_path / "run")
    run = load_run(tmp_path / "run")
    origin = "VGG16 was taken over from run first (recipe linear), which has the same split."
    notes = ["VGG16 knows these images.", "Made on a Monday.", origin]
    write_json(tmp_path / "run" / "run.json", {**run.info, "notes": notes})
    at = open_app(tmp_path, "reports")
    assert notes[0] not in [one.value for one in at.caption]
    assert all(note in at.expander[0].markdown[0].value for note in notes)
    at.segmented_control(key="report_model").set_value("vgg16").run()
    shown = [one.value for one in at.caption]
    assert notes[0] in shown
    assert origin not in shown  # where it comes from weakens no figure


def test_a_training_of_one_step_is_a_sentence(open_app, tmp_path):
    write_evidence_run(tmp_path / "run")
    folder = tmp_path / "run" / next(iter(ARCHITECTURES))
    head, first, *_ = (folder / "history.csv").read_text().splitlines()
    (folder / "history.csv").write_text(f"{head}\n{first}\n")
    write_model_info(folder, read_model_info(folder))
    at = open_app(tmp_path, "reports")
    assert not at.exception
    assert "Fitted in one step: accuracy" in words(at)


def test_a_network_in_int8_says_what_it_was_accepted_by(open_app, tmp_path):
    write_evidence_run(tmp_path / "run")
    folder = tmp_path / "run" / next(iter(ARCHITECTURES))
    figures = {"agreement": 0.9948, "macro_recall": 0.72, "map_correlation": 0.981}
    record = {"run": "older", "sha256": "0" * 64, "way": "dynamic", "taken": True, **figures}
    record |= {"images": 194, "recall_before": 0.721}
    write_model_info(folder, replace(read_model_info(folder), quantized=record))
    at = open_app(tmp_path, "reports")
    said = at.expander[0].markdown[0].value
    assert "int8, made from run older. On 194 validation images the class is the same" in said
    assert "there on 99.5%, the macro recall 72.0% (there 72.1%)" in said


def test_a_section_that_cannot_be_shown_leaves_the_others(open_app, tmp_path):
    write_evidence_run(tmp_path / "run")
    folder = tmp_path / "run" / next(iter(ARCHITECTURES))
    (folder / "history.csv").write_text("no table")
    at = open_app(tmp_path, "reports")
    assert not at.exception
    assert at.error[0].proto.title == "This section cannot be shown"
    assert "history.csv differs from the digest" in at.error[0].value
    assert at.subheader[-1].value == "The networks of this run, beside the paper"
    write_model_info(folder, read_model_info(folder))
