"""The model card says what a run's files hold, and leaves blank what they do not."""

import json
import re
import shutil
import subprocess
import sys

import pytest

from covid_model import cli
from covid_model.common.architectures import ARCHITECTURES
from covid_model.common.disclaimer import NOTICE
from covid_model.common.errors import RunError
from covid_model.runs import (
    load_run,
    read_model_info,
    run_digests,
    sha256_of,
    write_json,
    write_model_info,
)
from covid_model.runs.model_card.card import CARD_FILE, model_card, write_card
from covid_model.runs.model_card.checklists import CLAIM, TRIPOD_AI
from covid_model.runs.model_card.facts import RunFacts
from covid_model.runs.model_card.markdown import NOT_REPORTED, percent, table, with_interval
from covid_model.runs.model_card.study_answers import answers
from tests.imports import ROOT

NEW_KEYS = ("intervals", "groups", "curves", "average_precision_macro")
AUDIT = {
    "schema": 1,
    "images": 48,
    "patients": 30,
    "without_mask": 5,
    "conditions": [
        {"condition": "untouched", "images": 48, "accuracy": 0.9, "macro_recall": 0.8},
        {
            "condition": "lungs_hidden",
            "images": 43,
            "accuracy": 0.85,
            "accuracy_interval": [0.7, 0.95],
            "macro_recall": 0.75,
            "macro_recall_interval": None,
            "unchanged": 0.97,
            "unchanged_interval": [0.9, 1.0],
        },
    ],
    "chance": 0.333333,
    "majority": 0.6,
    "source_probe": None,
    "label_by_source": {"rows": [], "cramers_v": 0.612},
    "failed": ["lungs_hidden"],
    "maps": {
        "images": 40,
        "inside_lungs": {"share": 0.41, "share_interval": [0.35, 0.47], "lungs": 0.3},
        "deletion": {
            **dict.fromkeys(("fractions", "map", "random"), [0.0, 1.0]),
            "map_area": 0.5,
            "random_area": 0.625,
            "difference_interval": [-0.2, -0.05],
        },
        "insertion": {
            **dict.fromkeys(("fractions", "map", "random"), [0.0, 1.0]),
            "map_area": 0.5,
            "random_area": 0.375,
            "difference_interval": None,
        },
        "randomised": [
            {
                "what": "last_block",
                "images": 19,
                "similarity": 0.04,
                "similarity_interval": [-0.01, 0.1],
            }
        ],
    },
}


def section(card, heading):
    """The words under one heading of the second level."""
    return re.split(r"\n## ", card.split(f"\n## {heading}\n", 1)[1])[0]


def answer(card, heading, number):
    """The last cell of a checklist's row."""
    row = re.search(rf"^\| {number} \|.*$", section(card, heading), re.MULTILINE)[0]
    return row.split(" | ")[-1].removesuffix(" |")


@pytest.fixture
def run(tiny_run_root):
    return load_run(tiny_run_root / "tiny")


def change(run, **values):
    """Replace values of run.json."""
    write_json(run.folder / "run.json", {**run.info, **values})
    return load_run(run.folder)


def change_data(run, **values):
    return change(run, data={**run.info["data"], **values})


def change_report(run, name, make):
    """Rewrite one network's report."""
    folder = run.model_folder(name)
    write_json(folder / "report.json", make(run.report(name)))
    write_model_info(folder, read_model_info(folder))


def counts(**images):
    """Counts of a run by "part source label"; a patient an image."""
    rows = (key.split("__") for key in images)
    return [
        {
            "part": part,
            "source": source.replace("_", "-"),
            "label": label,
            "images": n,
            "patients": n,
        }
        for (part, source, label), n in zip(rows, images.values(), strict=True)
    ]


def test_the_card_holds_the_runs_own_figures(run):
    card = model_card(run)
    assert card.startswith("# Model card: Tiny run tiny\n")
    assert NOTICE in card
    for name, title in ARCHITECTURES.items():
        part = section(card, "Evaluation").split(f"### {title}\n")[1].split("\n### ")[0]
        report = run.report(name)
        assert f"| Accuracy | {with_interval(report, 'accuracy')} |" in part
        assert f"| AUROC, macro | {with_interval(report, 'auroc_macro', share=False)} |" in part
        low, high = report["accuracy_interval"]
        assert f"({100 * low:.1f} to {100 * high:.1f})" in part
        covid = report["per_class"][0]
        assert f"| COVID-19 | 10 | {with_interval(covid, 'sensitivity')} |" in part
        assert "| source | here | 15 |" in part
    assert "random weights, for tests" in section(card, "Training")
    assert "| epochs | 3 |" in section(card, "Training")
    assert "| test | here | 10 (8) | 0 | 0 |" in section(card, "Data")
    assert "- Random networks: for tests only." in section(card, "Limits")
    assert "python -m covid_model verify PATH/tiny" in section(card, "How to verify")


def test_what_the_run_does_not_know_is_visibly_blank(run):
    card = model_card(run)
    evaluation = section(card, "Evaluation")
    assert evaluation.count(f"Shortcut audit: {NOT_REPORTED}.") == 3
    assert evaluation.count(f"Calibration: {NOT_REPORTED}.") == 3
    assert f"here: {NOT_REPORTED}" in section(card, "Data")  # nothing is known of this source
    assert f"Commit of the code: {NOT_REPORTED}." in section(card, "Training")
    for number in ("2", "11", "18", "21", "34", "44"):
        assert answer(card, "CLAIM, 2024 update", number) == NOT_REPORTED
    for number in ("3c", "5b", "10", "14", "17", "18a", "18b", "19", "27c"):
        assert answer(card, "TRIPOD+AI", number) == NOT_REPORTED


def test_nothing_is_claimed_that_the_run_does_not_hold(run):
    card = model_card(run).lower()
    for claim in ("clinically", "validated", "approved", "ethic", "radiologist", "imagenet"):
        assert claim not in card.replace("ethical approval, consent", "")
    for word in ("kermany", "nih", "children", "lesion", "confidence", "journal", "grad-cam was"):
        assert word not in card
    assert "retrospective:" not in card  # only known of the public sources


@pytest.mark.parametrize("name", ["tiny", "reports", "trusted"])
def test_every_item_has_a_row_and_the_rows_add_up(
    tiny_run_root, reports_only_run_root, trusted_run_root, name
):
    roots = {"tiny": tiny_run_root, "reports": reports_only_run_root, "trusted": trusted_run_root}
    card = model_card(load_run(roots[name] / name))
    for heading, items in (("CLAIM, 2024 update", CLAIM), ("TRIPOD+AI", TRIPOD_AI)):
        said = [answer(card, heading, item.number) for item in items]
        blank = said.count(NOT_REPORTED)
        in_part = sum(NOT_REPORTED in one for one in said) - blank
        assert (
            f"Of {len(items)} items, {len(items) - blank - in_part} are answered, {in_part} in "
            f"part, {blank} {NOT_REPORTED}." in section(card, heading)
        )
        assert 0 < blank < len(items)


def test_the_checklists_have_the_published_numbers():
    assert [item.number for item in CLAIM] == [str(n) for n in range(1, 45)]
    numbers = [item.number for item in TRIPOD_AI]
    assert len(numbers) == len(set(numbers)) == 52
    assert list(dict.fromkeys(n.rstrip("abcdefg") for n in numbers)) == [
        str(n) for n in range(1, 28)
    ]


def test_every_answer_is_asked_for_and_every_question_has_one(run):
    known, asked = answers(RunFacts.of(run)), {item.answer for item in (*CLAIM, *TRIPOD_AI)}
    assert set(known) == asked - {""}


def test_an_old_run_still_gives_a_card(run):
    for name in run.models:

        def old(report):
            new = {key: report[key] for key in report if key not in NEW_KEYS}
            drop = ("npv", "average_precision")
            classes = [
                {k: row[k] for k in row if k not in drop and "interval" not in k}
                for row in new["per_class"]
            ]
            found = {key: new[key] for key in new if "interval" not in key}
            recall = {"covid": 0.5, "normal": None, "infection": 0.25}
            by = [{"source": "here", "images": 7, "accuracy": 0.75, "recall": recall}]
            return {**found, "per_class": classes, "by_source": by}

        change_report(run, name, old)
    change(run, sha256={}, versions=None, recipe={}, data={})
    card = model_card(load_run(run.folder))
    assert f"Intervals: {NOT_REPORTED}." in card
    assert "| source | here | 7 | 75.0 % | 50.0 % | – | 25.0 % |" in card
    assert f"How the images were split: {NOT_REPORTED}." in section(card, "Data")
    assert f"Software: {NOT_REPORTED}." in card
    for number in ("7", "19", "20", "25", "29", "33"):
        assert answer(card, "CLAIM, 2024 update", number) == NOT_REPORTED
    assert "NPV," not in answer(card, "CLAIM, 2024 update", "28")


def test_a_split_taken_over_is_told(run):
    note = "Each image has the part that an earlier split gave it."
    assert note not in model_card(run)
    assert note in section(model_card(change_data(run, split_from="0a" * 32)), "Data")


def test_a_shipped_old_run_gives_a_card():
    card = model_card(load_run(ROOT / "assets" / "runs" / "paper"))
    assert "23 patients stand both in the test part and outside it." in card
    assert "not kept, reports only" in card
    assert answer(card, "CLAIM, 2024 update", "31") == NOT_REPORTED  # nothing to explain


def test_the_caveats_of_known_sources_are_told_and_one_source_for_a_class(run):
    images = {
        "train__covid_chestxray_dataset__covid": 96,
        "train__nih_chestxray8__covid": 4,
        "train__kermany__normal": 50,
        "train__nih_chestxray8__normal": 50,
        "test__hospital__infection": 3,
    }
    card = model_card(change_data(run, counts=counts(**images)))
    data = section(card, "Data")
    assert "96 of 100 COVID-19 images (96.0 %) come from covid-chestxray-dataset" in data
    assert "Normal images (" not in data
    assert "scans of journal figures" in data
    assert "children of one to five years" in data
    assert "mined from text reports" in data
    assert f"hospital: {NOT_REPORTED}" in data
    assert "age may tell the classes apart" in section(card, "Limits")
    assert answer(card, "CLAIM, 2024 update", "33") == (
        "Sources that are in the test part alone: hospital."
    )
    assert answer(card, "CLAIM, 2024 update", "5") == NOT_REPORTED  # hospital is not known
    known = {key: n for key, n in images.items() if "hospital" not in key}
    card = model_card(change_data(run, counts=counts(**known)))
    assert answer(card, "CLAIM, 2024 update", "5").startswith("Retrospective")


def test_a_calibrated_run_gives_its_thresholds(trusted_run_root):
    run = load_run(trusted_run_root / "trusted")
    card = model_card(run)
    for name in run.models:
        report, info = run.report(name), run.model_info(name)
        assert f"Calibration: temperature {info.temperature:.2f}, fitted on 120" in card
        found = report["answers"]
        assert f"{percent(found['answered'])} of the test images are answered" in card
        assert percent(report["calibration"]["ece_after"]) in card
    assert "with equally many of each class" in card
    assert "hold where the three classes are equally frequent" in card
    assert NOT_REPORTED not in answer(card, "TRIPOD+AI", "27a")


def test_the_audit_and_the_comparison_are_told_where_they_are(run):
    folder = run.model_folder("vgg16")
    write_json(folder / "audit.json", AUDIT)
    write_model_info(folder, read_model_info(folder))
    pair = {
        "networks": ["xception", "vgg16"],
        "images": 30,
        "both_right": 20,
        "only_first": 6,
        "only_second": 1,
        "both_wrong": 3,
        "p_value": 0.125,
        "accuracy_difference": 0.166667,
        "accuracy_difference_interval": [-0.01, 0.31],
    }
    alike = {"networks": ["xception", "vgg16"], "images": 12, "similarity": -0.13}
    comparison = {"schema": 1, "pairs": [pair], "map_agreement": [alike]}
    write_json(run.folder / "comparison.json", comparison)
    digests = {"comparison.json": sha256_of(run.folder / "comparison.json")}
    card = model_card(change(run, sha256=digests))
    evaluation = section(card, "Evaluation")
    assert "**fails**: the network does well without the lungs." in evaluation
    assert (
        "| lungs hidden | 43 | 85.0 % (70.0 to 95.0) | 75.0 % | 97.0 % (90.0 to 100.0) |"
        in evaluation
    )
    assert f"Probe for the source: {NOT_REPORTED}." in evaluation
    assert "Cramér's V 0.612." in evaluation
    assert "41.0 % (35.0 to 47.0) lies inside the lungs, which are 30.0 %" in evaluation
    assert "Deletion: area by the map less at random -0.125 (-0.200 to -0.050)." in evaluation
    assert "Insertion: area by the map less at random 0.125." in evaluation
    assert "before the last block was drawn anew: 0.040 (-0.010 to 0.100) (19 images)" in evaluation
    assert "Maps of Xception and VGG16 for one class: rank correlation -0.130 (12" in evaluation
    assert evaluation.count(f"Shortcut audit: {NOT_REPORTED}.") == 2
    assert "| Xception less VGG16 | 30 | 16.7 % (-1.0 to 31.0) | 6 | 1 | 0.125 |" in evaluation
    assert "McNemar" in answer(card, "CLAIM, 2024 update", "29")
    assert answer(card, "CLAIM, 2024 update", "31").endswith("put to the test: see Evaluation.")


def test_a_network_that_guesses_passes_no_audit(run):
    folder = run.model_folder("vgg16")
    rows = [{**AUDIT["conditions"][0], "macro_recall": 0.333333}, AUDIT["conditions"][1]]
    write_json(folder / "audit.json", {**AUDIT, "conditions": rows, "failed": []})
    write_model_info(folder, read_model_info(folder))
    evaluation = section(model_card(run), "Evaluation")
    assert "patients: **cannot be audited: no better than guessing**." in evaluation
    assert "no check fails" not in evaluation


def test_groups_that_are_too_small_say_so(run):
    def small(report):
        rows = [{**row, "few": True} for row in report["groups"]["source"]]
        return {**report, "groups": {"source": rows}}

    change_report(run, "vgg16", small)
    assert "| source | here | 15 | too few to say |" in model_card(run)


def test_nested_values_of_a_recipe_are_told(run):
    recipe = {
        "name": "finetune",
        "stages": [{"size": 112, "images": 640, "crop": 0.15}, {"size": 237, "images": 64}],
        "augmentation": {"flip": 0.5},
        "networks": [],
    }
    card = model_card(change(run, recipe=recipe))
    assert "| stages | size 112 images 640 crop 0.15; size 237 images 64 |" in card
    assert "| augmentation.flip | 0.5 |" in card
    assert "| networks | none |" in card
    assert "macro recall on the validation part" in answer(card, "CLAIM, 2024 update", "26")


def test_words_of_a_run_cannot_break_a_table(run):
    card = model_card(change(run, title="A | B\n# C", notes=["one | two\n\n## three"]))
    assert card.startswith("# Model card: A \\| B \\# C\n")
    assert r"- one \| two \#\# three" in card
    assert table([{"a": "x | y\nz", "b": ""}]).endswith(rf"| x \| y z | {NOT_REPORTED} |")
    assert table([]) == NOT_REPORTED


def test_the_card_lands_in_the_run_with_its_digest(run):
    write_card(run.folder)
    written = (run.folder / CARD_FILE).read_text("utf-8")
    again = load_run(run.folder)
    assert written == model_card(again)
    assert again.info["sha256"] == run_digests(run.folder)
    assert CARD_FILE in again.info["sha256"]
    assert {**again.info, "sha256": None, "own_sha256": None} == {
        **run.info,
        "sha256": None,
        "own_sha256": None,
    }


def test_a_damaged_report_gives_no_card(run):
    (run.model_folder("vgg16") / "report.json").write_text("{}", "utf-8")
    with pytest.raises(RunError, match="report.json differs"):
        model_card(run)


def test_the_command_prints_the_card(run, capsys):
    assert cli.main(["card", str(run.folder)]) == 0
    assert capsys.readouterr().out == model_card(run)
    assert cli.main(["card", str(run.folder / "nothing")]) == 2
    assert "run.json is missing" in capsys.readouterr().err


def test_a_card_needs_neither_networks_nor_pictures(tiny_run_root):
    shutil.rmtree(tiny_run_root / "tiny" / "vgg16")
    code = (
        "import json, sys; from covid_model.runs import load_run\n"
        "from covid_model.runs.model_card.card import model_card\n"
        f"model_card(load_run({str(tiny_run_root / 'tiny')!r}))\n"
        "heavy = ('tensorflow', 'keras', 'ai_edge_litert', 'cv2', 'pandas', 'sklearn')\n"
        "print(json.dumps([name for name in heavy if name in sys.modules]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == []
