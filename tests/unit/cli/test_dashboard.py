"""The command dashboard: what it hands to Streamlit."""

import runpy
import sys

import pytest

from covid_model import cli
from covid_model.common.system import paths


@pytest.fixture
def ran(monkeypatch):
    """The argument lists of the modules that were run in place of Streamlit."""
    calls = []
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


def test_other_commands_refuse_what_they_do_not_know(ran, capsys):
    with pytest.raises(SystemExit, match="2"):
        cli.main(["verify", "--server.port", "8600"])
    assert "unrecognized arguments: --server.port" in capsys.readouterr().err
    assert ran == []
