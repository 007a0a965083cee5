"""The command dashboard: what it hands to Streamlit."""

import os
import runpy
import signal
import sys

import pytest

from covid_model import cli
from covid_model.common.system import logs, paths
from covid_model.runs import open_shelf
from dashboard.session import profile
from tests.profiles import profile_of


@pytest.fixture
def ran(monkeypatch):
    """The argument lists of the modules that were run in place of Streamlit."""
    calls = []
    monkeypatch.setattr(os, "environ", dict(os.environ))
    monkeypatch.setattr(sys, "argv", ["covid-xray"])
    monkeypatch.setattr(
        runpy, "run_module", lambda module, **_: calls.append([module, *sys.argv[1:]])
    )
    return calls


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--server.port", "8600", "--server.headless=true"],
        ["--server.headless", "true", "--", "--own"],
    ],
)
def test_options_go_on_to_streamlit_in_order(ran, options):
    assert cli.main(["dashboard", *options]) == 0
    assert ran == [["streamlit", "run", str(paths.DASHBOARD), *options]]
    assert paths.DASHBOARD.is_file()


@pytest.mark.parametrize(
    ("options", "level", "form"),
    [([], "info", "text"), (["--log-level", "error", "--log-format", "json"], "error", "json")],
)
def test_the_server_is_told_how_to_log(ran, options, level, form):
    assert cli.main(["dashboard", *options, "--server.port", "8600"]) == 0
    assert ran[0][-2:] == ["--server.port", "8600"]
    assert os.environ[logs.LEVEL_VARIABLE] == level
    assert os.environ[logs.FORMAT_VARIABLE] == form


def test_a_run_that_is_named_is_the_default_of_the_pages(ran, tiny_run_root, tmp_path, monkeypatch):
    monkeypatch.chdir(tiny_run_root)
    assert cli.main(["dashboard", "--run", "tiny", "--server.port", "8600"]) == 0
    assert ran == [["streamlit", "run", str(paths.DASHBOARD), "--server.port", "8600"]]
    monkeypatch.chdir(tmp_path)
    assert open_shelf().default.folder == tiny_run_root / "tiny"
    assert cli.main(["dashboard", "--run", "no-run"]) == 2
    assert len(ran) == 1


def test_other_commands_refuse_what_they_do_not_know(ran, capsys):
    with pytest.raises(SystemExit, match="2"):
        cli.main(["verify", "--server.port", "8600"])
    assert "unrecognized arguments: --server.port" in capsys.readouterr().err
    assert ran == []


def test_signals_are_left_to_the_server(ran, monkeypatch):
    """It ends by the signal that it raises again, not with the 1 of an aborted command."""
    handlers = []
    asked = (signal.SIGINT, signal.SIGTERM)
    monkeypatch.setattr(
        runpy, "run_module", lambda *_, **__: handlers.extend(map(signal.getsignal, asked))
    )
    before = [*map(signal.getsignal, asked)]
    assert cli.main(["dashboard"]) == 0
    assert handlers == [signal.SIG_DFL, signal.SIG_DFL]
    assert [*map(signal.getsignal, asked)] == before


def test_a_profile_of_the_run_goes_on_and_one_of_others_is_refused(
    ran, trusted_run_root, tiny_run_root, tmp_path, capsys
):
    path = tmp_path / "profile.json"
    path.write_bytes(profile_of(trusted_run_root / "trusted"))
    command = ["dashboard", "--profile", str(path), "--run"]
    assert cli.main([*command, str(trusted_run_root / "trusted")]) == 0
    assert profile.available().name == "St. Mary's"
    assert cli.main([*command, str(tiny_run_root / "tiny")]) == 2
    assert "was not made for the" in capsys.readouterr().err
    assert len(ran) == 1
