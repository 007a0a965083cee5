"""Published figures held to the tables beside them."""

import os
import shutil
import subprocess
import sys
from operator import itemgetter

import pytest

from covid_model import cli
from covid_model.evaluation.comparison.models import write_comparison
from covid_model.evaluation.tables import read_table, write_table
from covid_model.evaluation.verification import json_diff
from covid_model.evaluation.verification.verify import computed_report, verify_run
from covid_model.runs import read_json, read_model_info, write_json, write_model_info
from tests.computed_run import NETWORKS, edit, list_again, problems, write_audit, write_run
from tests.imports import ROOT

pytestmark = pytest.mark.usefixtures("few_replicates")
FILES = ("audit.json", "report.json")  # whose figures are computed again


@pytest.fixture(scope="module")
def written(tmp_path_factory, few_replicates):
    folder = tmp_path_factory.mktemp("runs") / "whole"
    write_run(folder)
    return folder


@pytest.fixture
def run(written, tmp_path):
    """A copy that a test may damage."""
    return shutil.copytree(written, tmp_path / "runs" / "whole")


def test_a_run_as_it_was_written_agrees(run, capsys):
    assert cli.main(["verify", str(run)]) == 0
    shared, *networks = capsys.readouterr().out.splitlines()
    assert shared.startswith("whole: 4 files, ")
    assert networks[0].startswith("whole/xception: 7 files, ")
    assert networks[1].startswith("whole/vgg16: 5 files, ")
    assert all(line.endswith(" figures, all agree.") for line in (shared, *networks))
    figures = verify_run(run)[2].figures
    assert figures > 500


def test_a_run_of_reports_agrees(tmp_path):
    write_run(tmp_path / "reports", novelty=False)
    assert problems(tmp_path / "reports") == []


def test_an_audit_of_a_network_that_always_says_the_same_agrees_and_tells_nothing(run, capsys):
    folder = run / "xception"
    table = read_table(folder / "predictions.csv")
    write_table(
        table.assign(p_covid=0.8, p_normal=0.1, p_infection=0.1), folder / "predictions.csv"
    )
    write_json(folder / "report.json", computed_report(folder, read_model_info(folder)))
    write_audit(folder)
    write_comparison(run, NETWORKS)
    list_again(run)
    assert read_json(folder / "audit.json")["failed"] == ["label_by_source"]
    assert cli.main(["verify", str(run)]) == 0
    _, note, agrees, other = capsys.readouterr().out.splitlines()
    assert note == "whole/xception: it cannot be audited: no better than guessing."
    assert agrees.endswith("all agree.")
    assert other.startswith("whole/vgg16: 5 files, ")


def test_the_shelf_is_verified_where_no_run_is_named(run, monkeypatch, capsys):
    shutil.copytree(run, run.parent / "copy")
    monkeypatch.setenv("COVID_MODEL_RUNS", str(run.parent))
    assert cli.main(["verify"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 6
    edit(run / "vgg16" / "report.json", lambda report: report.update(accuracy=0.99))
    assert cli.main(["verify"]) == 1
    assert "whole/vgg16: report.json: accuracy is 0.99, computed " in capsys.readouterr().out


def test_wrong_use_is_another_failure(tmp_path, monkeypatch, capsys):
    assert cli.main(["verify", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert "Expected a bundle, a run folder, which holds run.json, or an evaluation" in error
    assert f"Received: {tmp_path}" in error
    monkeypatch.setenv("COVID_MODEL_RUNS", str(tmp_path))
    assert cli.main(["verify"]) == 2


@pytest.mark.parametrize(
    ("command", "package", "sentence"),
    [
        ("data --out x --covid-url none.zip", "requests", "Building data needs requests"),
    ],
)
def test_what_serving_does_without_is_asked_for(command, package, sentence, tmp_path):
    code = (
        f"import sys; sys.modules[{package!r}] = None\n"
        f"from covid_model.__main__ import main; sys.exit(main({command.split()!r}))"
    )
    command = [sys.executable, "-c", code]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=env)
    assert done.returncode == 2
    assert f"{sentence}: install it with pip install -r requirements.txt." in done.stderr


def set_in(*path):
    """A change of one value deep in a JSON file."""
    *way, last, value = path

    def change(content):
        for key in way:
            content = content[key]
        content[last] = value

    return change


CHANGES = [
    ("report.json", set_in("images", 91), "report.json: images is 91, computed 90."),
    (
        "report.json",
        set_in("per_class", 0, "sensitivity", 0.5),
        "report.json: per_class[covid].sensitivity is 0.5, computed 0.",
    ),
    (
        "report.json",
        set_in("auroc_macro_interval", 0, 0.1),
        "report.json: auroc_macro_interval[0] is 0.1, computed 0.",
    ),
    (
        "report.json",
        set_in("groups", "sex", 1, "accuracy_interval", None),
        "report.json: groups.sex[M].accuracy_interval is null, computed [0.",
    ),
    (
        "report.json",
        set_in("calibration", "ece_before", 0.2),
        "report.json: calibration.ece_before is 0.2, computed 0.",
    ),
    (
        "report.json",
        set_in("novelty", "kept_on_validation", 0.8),
        "report.json: novelty.kept_on_validation is 0.8, computed 0.9",
    ),
    (
        "audit.json",
        set_in("conditions", 1, "accuracy", 0.1),
        "audit.json: conditions[lungs_hidden].accuracy is 0.1, computed 0.",
    ),
    ("audit.json", set_in("failed", []), "audit.json: the length of failed is 0, computed 3."),
]


def test_changed_figures_are_named_and_no_others(run):
    for file, change, _ in CHANGES:
        edit(run / "xception" / file, change)
    changed = [f"{file} differs from the digest in model.json." for file in FILES]
    assert problems(run)[:2] == [f"whole/xception: {sentence}" for sentence in changed]
    list_again(run)
    found = sorted(problems(run))
    assert len(found) == len(CHANGES)
    for sentence, (_, _, expected) in zip(found, sorted(CHANGES, key=itemgetter(2)), strict=True):
        assert sentence.startswith(f"whole/xception: {expected}")


def test_a_changed_pair_is_named(run):
    edit(run / "comparison.json", set_in("pairs", 0, "p_value", 0.01))
    list_again(run)
    (found,) = problems(run)
    assert found.startswith("whole: comparison.json: pairs[0].p_value is 0.01, computed ")
    edit(run / "comparison.json", lambda value: value.update(map_agreement=[]))
    assert len(problems(run)) == 2  # the digest; maps are not computed again


def test_changed_predictions_are_found_though_their_digest_is_right(run):
    file = run / "vgg16" / "predictions.csv"
    table = read_table(file)
    right = table["p_covid"] == table[["p_covid", "p_normal", "p_infection"]].max(axis=1)
    row = (right & (table["label"] == "covid")).idxmax()
    table.loc[row, ["p_covid", "p_normal"]] = table.loc[row, ["p_normal", "p_covid"]].to_numpy()
    write_table(table, file)
    assert "whole/vgg16: predictions.csv differs from the digest in model.json." in problems(run)
    list_again(run)
    found = problems(run)
    assert any("vgg16: report.json: accuracy is" in line for line in found)
    assert any("vgg16: report.json: confusion_matrix[0][0] is" in line for line in found)
    assert any("whole: comparison.json: pairs[0].both_right is" in line for line in found)


def test_a_changed_threshold_is_found(run):
    edit(run / "vgg16" / "model.json", set_in("thresholds", "probability", 0.9))
    found = problems(run)
    assert any("answers.threshold is" in line and "computed 0.9." in line for line in found)


@pytest.mark.parametrize(
    ("change", "sentences"),
    [
        (
            lambda run: (run / "vgg16" / "history.csv").unlink(),
            ["whole/vgg16: history.csv is missing: model.json lists it."],
        ),
        (
            lambda run: (run / "vgg16" / "notes.txt").write_text("x"),
            ["whole/vgg16: notes.txt is not listed in model.json."],
        ),
        (
            lambda run: (run / "notes.txt").write_text("x"),
            ["whole: notes.txt is not listed in run.json."],
        ),
        (
            lambda run: (run / "split.csv").write_text("path\n"),
            ["whole: split.csv differs from the digest in run.json."],
        ),
        (
            lambda run: (run / "vgg16" / "model.json").write_text("{"),
            ["whole/vgg16: ", "cannot be read as JSON"],
        ),
        (
            lambda run: (run / "vgg16" / "predictions.csv").write_text("label\n"),
            ["whole: comparison.json cannot be verified: ", "report.json cannot be verified: "],
        ),
        (
            lambda run: edit(run / "xception" / "audit.json", lambda a: a.pop("source_probe")),
            ["whole/xception: audit.json cannot be verified: KeyError('source_probe')"],
        ),
        (
            lambda run: edit(run / "run.json", lambda info: info.update(schema=7)),
            ["whole: Expected run schema 1"],
        ),
    ],
)
def test_a_damaged_run_is_described(run, change, sentences):
    change(run)
    found = "\n".join(problems(run))
    for sentence in sentences:
        assert sentence in found


def test_an_earlier_run_is_told_what_it_lacks(run, capsys):
    def earlier(report):
        for key in ("intervals", "groups", "curves"):
            del report[key]
        for row in report["per_class"]:
            del row["npv"]
        report["by_source"] = []

    edit(run / "vgg16" / "report.json", earlier)
    (run / "comparison.json").unlink()
    edit(run / "run.json", lambda info: [info.pop(key) for key in ("sha256", "own_sha256")])
    (run / "split.csv").unlink()
    write_model_info(run / "vgg16", read_model_info(run / "vgg16"))
    assert cli.main(["verify", str(run)]) == 1
    lines = capsys.readouterr().out.splitlines()
    report = f"run `python -m covid_model report {run}`."
    assert lines[:2] == [
        "whole: run.json lists no digests.",
        f"whole: comparison.json is missing: an earlier version wrote the run: {report}",
    ]
    assert lines[2].startswith("whole: no digest covers run.json and each model.json, as an")
    assert lines[4:] == [
        f"whole/vgg16: report.json was written by an earlier version: {report}",
        "whole/vgg16: report.json has by_source, which this version does not compute.",
    ]


def test_what_only_lacks_figures_is_of_an_earlier_version(run):
    def earlier(report):
        for row in report["per_class"]:
            del row["npv"], row["npv_interval"]

    edit(run / "vgg16" / "report.json", earlier)
    damaged = problems(run)
    assert damaged[0] == "whole/vgg16: report.json differs from the digest in model.json."
    assert damaged[1].startswith("whole/vgg16: report.json lacks per_class.npv, per_class.npv_int")
    assert damaged[1].endswith("or it is damaged. Make the run again.")
    list_again(run)
    assert problems(run) == [
        "whole/vgg16: report.json was written by an earlier version: run "
        f"`python -m covid_model report {run}`."
    ]
    edit(run / "vgg16" / "report.json", set_in("images", 91))
    list_again(run)
    changed = problems(run)
    assert changed[0] == "whole/vgg16: report.json: images is 91, computed 90."
    assert changed[1].startswith("whole/vgg16: report.json lacks per_class.npv")


@pytest.mark.parametrize(
    ("written", "computed", "count"),
    [
        (0.123456, 0.123457, 0),  # the last digit, as another processor may round it
        (0.123456, 0.123458, 1),
        (1, 1.0, 0),
        (1, 2, 1),
        (1, True, 1),
        (None, 0.0, 1),
        ("a", "b", 1),
        ([1, 2], [1, 2, 3], 1),
        ([1, 2], None, 1),
    ],
)
def test_values_differ_or_not(written, computed, count):
    differences = json_diff.compare("x.json", {"v": written}, {"v": computed})
    assert len(differences.changed) == count
    assert len(json_diff.sentences(differences, remedy="")) == count
