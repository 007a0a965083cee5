"""Published figures held to the tables beside them."""

import json
import os
import shutil
import subprocess
import sys
from operator import itemgetter

import numpy as np
import pandas as pd
import pytest

from covid_model import cli
from covid_model.common.classes import CLASS_NAMES
from covid_model.evaluation.model_comparison import write_comparison
from covid_model.evaluation.shortcut_audit import CONDITIONS, audit_metrics, failed_checks
from covid_model.evaluation.tables import read_table, write_table
from covid_model.evaluation.verification.json_diff import sentences
from covid_model.evaluation.verification.verify import verify_run
from covid_model.inference.calibration import apply_temperature
from covid_model.runs import (
    ModelInfo,
    digests_of,
    read_json,
    read_model_info,
    write_json,
    write_model_info,
)
from covid_model.training.export.reliability import fit_reliability
from covid_model.training.export.served_outputs import ServedOutputs
from tests.imports import ROOT

pytestmark = pytest.mark.usefixtures("few_replicates")
NETWORKS = ("xception", "vgg16")
FILES = ("audit.json", "report.json")  # whose figures are computed again


def outputs(part, count, *, seed):
    """What a network that is too sure might say of two images a patient."""
    rng = np.random.default_rng(count)
    truth = np.arange(count) % 3
    frame = pd.DataFrame(
        {
            "path": [f"images/{part}{i}.png" for i in range(count)],
            "original": [f"{part}{i}.png" for i in range(count)],
            "source": ["here", "there"] * (count // 2),
            "patient_id": [f"{part}{i // 2}" for i in range(count)],
            "label": np.array(CLASS_NAMES)[truth],
            "view": ["PA", "AP", None] * (count // 3),
            "sex": rng.choice(["F", "M"], count),
            "age": rng.integers(1, 95, count).astype(float),
            "width": 320,
            "height": rng.integers(200, 400, count),
        }
    )
    rng = np.random.default_rng((seed, count))
    logits = rng.normal(0, 1.2, (count, 3)) + 1.5 * np.eye(3)[truth]
    softmax = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return ServedOutputs(
        frame, apply_temperature(softmax, 0.4), rng.normal(size=(count, 70)).astype(np.float32)
    )


def write_audit(folder):
    """Write an audit whose table is the test part under each condition."""
    table = read_table(folder / "predictions.csv").assign(condition="")
    tables = [table.assign(condition=name) for name in CONDITIONS]
    write_table(pd.concat(tables), folder / "audit.csv")
    audit = {
        "schema": 1,
        **audit_metrics(read_table(folder / "audit.csv")),
        "without_mask": 0,
        "source_probe": None,
        "label_by_source": {"rows": [], "cramers_v": 0.9},
        "maps": None,
    }
    write_json(folder / "audit.json", {**audit, "failed": failed_checks(audit)})


def write_run(folder, *, novelty=True):
    """Write a run as its commands do, but for the networks; the first one has an audit."""
    for seed, name in enumerate(NETWORKS):
        (folder / name).mkdir(parents=True)
        train, validation, test = (
            outputs(part, count, seed=seed)
            for part, count in (("t", 210), ("v", 120), ("test", 90))
        )
        judgement = fit_reliability(validation, test, train=train if novelty else None)
        (folder / name / "history.csv").write_text("epoch,loss\n1,0.5\n")
        judgement.write(
            folder / name, ModelInfo(name, CLASS_NAMES, (1, 32, 32, 3), "layer", "drawn")
        )
    write_audit(folder / NETWORKS[0])
    write_model_info(folder / NETWORKS[0], read_model_info(folder / NETWORKS[0]))
    (folder / "split.csv").write_text("path,part\n")
    write_comparison(folder, NETWORKS)
    write_json(folder / "run.json", {"schema": 1, "sha256": digests_of(folder, but="run.json")})


@pytest.fixture(scope="module")
def written(tmp_path_factory, few_replicates):
    folder = tmp_path_factory.mktemp("runs") / "whole"
    write_run(folder)
    return folder


@pytest.fixture
def run(written, tmp_path):
    """A copy that a test may damage."""
    return shutil.copytree(written, tmp_path / "runs" / "whole")


def problems(folder):
    return [f"{one.name}: {problem}" for one in verify_run(folder) for problem in one.problems]


def list_again(folder):
    """Give the files of a run the digests that they have now."""
    for name in NETWORKS:
        write_model_info(folder / name, read_model_info(folder / name))
    info = read_json(folder / "run.json")
    write_json(folder / "run.json", {**info, "sha256": digests_of(folder, but="run.json")})


def edit(path, change):
    """Change a JSON file in place."""
    value = json.loads(path.read_text())
    change(value)
    write_json(path, value)


def test_a_run_as_it_was_written_agrees(run, capsys):
    assert cli.main(["verify", str(run)]) == 0
    shared, *networks = capsys.readouterr().out.splitlines()
    assert shared.startswith("whole: 2 files, ")
    assert networks[0].startswith("whole/xception: 7 files, ")
    assert networks[1].startswith("whole/vgg16: 5 files, ")
    assert all(line.endswith(" figures, all agree.") for line in (shared, *networks))
    figures = verify_run(run)[2].figures
    assert figures > 500


def test_a_run_of_reports_agrees(tmp_path):
    write_run(tmp_path / "reports", novelty=False)
    assert problems(tmp_path / "reports") == []


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
    assert f"Expected a bundle or a run folder, which holds run.json. Received: {tmp_path}" in (
        capsys.readouterr().err
    )
    monkeypatch.setenv("COVID_MODEL_RUNS", str(tmp_path))
    assert cli.main(["verify"]) == 2


@pytest.mark.parametrize(
    ("command", "package", "sentence"),
    [
        ("verify", "scipy.optimize", "Verifying needs scipy.optimize"),
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
    edit(run / "run.json", lambda info: info.pop("sha256"))
    (run / "split.csv").unlink()
    write_model_info(run / "vgg16", read_model_info(run / "vgg16"))
    assert cli.main(["verify", str(run)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == [
        "whole: run.json lists no digests.",
        "whole: comparison.json is missing: make the run again.",
    ]
    assert lines[3:] == [
        "whole/vgg16: report.json lacks intervals, per_class.npv, curves, groups: an earlier "
        "version wrote it, or it is damaged. Make the run again.",
        "whole/vgg16: report.json has by_source, which this version does not compute.",
    ]


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
    assert len(sentences("x.json", {"v": written}, {"v": computed})) == count
