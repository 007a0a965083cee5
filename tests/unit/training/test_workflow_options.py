"""The table of workflows: every option is used by some recipe and refused by the others."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import train_models
from covid_model.common.system import paths
from covid_model.training import cli
from covid_model.training.cli import commands
from covid_model.training.cli.options import DEFAULTS, option, parser
from covid_model.training.cli.workflows import VALUES, WORKFLOWS, users
from tests.imports import ROOT

HEAVY = ("tensorflow", "keras", "torch", "jax")
GIVEN = {  # a value for each option that takes one
    "hold_out": "s.csv", "split_by": "image", "limit": "1", "models": "vgg16", "devices": "2",
    "weights_format": "int8", "set": "seed=1",
}  # fmt: skip
SWITCHES = ("reports_only", "resume", "distribute")


WITHOUT_KERAS = f"""
import contextlib, io, json, sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {HEAVY!r}:
            raise ImportError(name)

sys.meta_path.insert(0, Refuse())
import train_models

results = []
for arguments in json.loads(sys.argv[1]):
    with contextlib.redirect_stderr(io.StringIO()) as stream:
        results.append([train_models.main(arguments), stream.getvalue()])
print(json.dumps(results))
"""


def options():
    """Every option beside --data, --recipe and --help."""
    return [name for name in DEFAULTS if name != "recipe"]


def given(name):
    """One option as a command gives it."""
    return [option(name), *([] if name in SWITCHES else [GIVEN.get(name, "1")])]


def run_without_keras(*commands):
    """Commands in one process where importing what trains fails; exit codes and stderr."""
    texts = json.dumps([list(map(str, command)) for command in commands])
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_KERAS, texts],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def test_the_table_knows_every_option_and_every_option_is_used():
    actions = parser("").parse_args(["--data", "x", *sum(map(given, options()), [])])
    assert set(vars(actions)) == {"data", "log_level", "log_format", *options()}
    named = {name for workflow in WORKFLOWS.values() for name in workflow.options}
    assert named | {"set", *VALUES} == set(options())
    assert all(users(name) for name in options())


@pytest.mark.parametrize("recipe", WORKFLOWS)
@pytest.mark.parametrize("name", [name for name in DEFAULTS if name != "recipe"])
def test_an_option_that_a_recipe_does_not_use_is_refused_by_name(recipe, name, tmp_path, capsys):
    code = train_models.main(["--data", str(tmp_path), "--recipe", recipe, *given(name)])
    error = capsys.readouterr().err
    assert code == 2  # the folder is empty, which is said next
    refused = f"{option(name)} is not used by --recipe {recipe}: " in error
    assert refused == (recipe not in users(name))
    if refused:
        assert f"{option(name)} is for {', '.join(users(name))}" in error
    else:
        assert "metadata.csv" in error


def test_what_is_not_given_is_not_refused():
    for recipe in WORKFLOWS:
        cli.refuse_unused({"data": Path("x"), "recipe": recipe}, recipe)


def test_several_options_are_refused_at_once(tmp_path, capsys):
    arguments = ["--data", str(tmp_path), "--work", "w", "--devices", "2"]
    assert train_models.main(arguments) == 2
    error = capsys.readouterr().err
    assert "--work and --devices are not used by --recipe paper" in error
    assert "--work is for finetune; --devices is for pretrain, finetune" in error


def test_what_is_wrong_is_said_before_keras_is_loaded(tmp_path):
    named = tmp_path / "named"
    for name in ("COVID-19", "normal", "pneumonia"):
        (named / name).mkdir(parents=True)
    (empty := tmp_path / "empty").mkdir()
    (empty / "metadata.csv").touch()
    cases = [
        *(
            (["--data", tmp_path / "gone", "--recipe", recipe], "no such folder")
            for recipe in WORKFLOWS
        ),
        (["--data", named], "the folders covid, normal, infection"),
        (["--data", named], "COVID-19, normal, pneumonia"),
        (["--data", empty, "--work", "w"], "--work is not used by --recipe paper"),
        (["--data", empty, "--set", "epoch=3"], "no value 'epoch'"),
        (["--data", empty, "--set", "size=70"], "at least 71 pixels for Xception. Received: 70"),
        (
            ["--data", empty, "--recipe", "finetune", "--set", "xception.size=64"],
            "at least 71 pixels for Xception",
        ),
        (["--data", empty, "--recipe", "recover"], "Expected --run DIR"),
        (["--data", empty, "--recipe", "calibrate"], "Expected --run DIR"),
        (["--data", empty, "--recipe", "lungs"], "Expected --out DIR for the segmenter"),
    ]
    results = run_without_keras(*(command for command, _ in cases))
    for (command, sentence), (code, error) in zip(cases, results, strict=True):
        assert (code, sentence in error) == (2, True), (command, error)


def test_help_lists_the_recipes_and_who_uses_an_option(capsys):
    with pytest.raises(SystemExit):
        train_models.main(["--help"])
    text = " ".join(capsys.readouterr().out.split())
    for name, workflow in WORKFLOWS.items():
        assert f"{name} {workflow.help}" in text
    assert "--work DIR finetune: checkpoints" in text
    assert "--hold-out split.csv" in text


def test_runs_go_beside_the_shipped_ones_or_into_the_current_folder(monkeypatch):
    assert commands.runs_folder() == paths.SHIPPED_RUNS
    monkeypatch.setattr(paths, "ASSETS", paths.PACKAGE / "assets")
    assert commands.runs_folder() == Path("runs")
    monkeypatch.setattr(paths, "ASSETS", paths.CHECKOUT / "no-assets")
    assert commands.runs_folder() == Path("runs")


def test_groups_and_laterals_that_do_not_do_are_refused_before_keras(tmp_path):
    (tmp_path / "metadata.csv").write_text("path,label,site\na.png,covid,here\n")
    (tmp_path / "groups.csv").write_text("path,site\na.png,here\n")
    data = ["--data", tmp_path]
    linear = [*data, "--recipe", "linear"]
    cases = {
        "column of metadata.csv (path, label, site)": [*linear, "--leave-out-by", "hospital"],
        "Received: no column group": [*linear, "--leave-out-by", tmp_path / "groups.csv"],
        "--leave-out-by is for linear": [*data, "--leave-out-by", "site"],
        "no such folder": [*data, "--laterals", tmp_path / "nowhere"],
        "Received: 0 of 0": [*data, "--laterals", tmp_path / "empty"],
    }
    (tmp_path / "empty").mkdir()
    results = run_without_keras(*cases.values())
    for (code, message), sentence in zip(results, cases, strict=True):
        assert code == 2
        assert sentence in message


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("--recipe finetune --out run", "with --resume: it goes on from the last checkpoint."),
        ("--recipe pretrain --out run", "with --resume: it goes on from the last checkpoint."),
        ("--recipe linear --out run", "repeat the command."),
        ("--recipe finetune", "repeat the command."),  # --resume wants --out
        ("--recipe finetune --out run --save-split split.csv", "repeat the command."),
    ],
)
def test_a_stopped_training_says_how_to_go_on(tmp_path, monkeypatch, capsys, given, told):
    def stops(folder):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "check_folder", stops)
    try:
        code = train_models.main(["--data", str(tmp_path), *given.split()])
    except KeyboardInterrupt:
        pytest.fail("it ends in a traceback")
    assert code == 130
    error = capsys.readouterr().err
    assert error.startswith("stopped: repeat the command")
    assert error.endswith(f"{told}\n")
    assert error.count("\n") == 1
