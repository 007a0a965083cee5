"""The command verify where it is stopped."""

import signal

import pytest

from covid_model import cli
from covid_model.common.system.paths import SHIPPED_RUNS
from covid_model.evaluation.verification import verify


def test_a_stop_is_a_sentence(monkeypatch, capsys):
    monkeypatch.setattr(verify, "verify_run", lambda run: signal.raise_signal(signal.SIGINT))
    try:
        code = cli.main(["verify", str(SHIPPED_RUNS / "paper")])
    except KeyboardInterrupt:
        pytest.fail("it ends in a traceback")
    assert code == 130
    assert capsys.readouterr().err == "stopped: run the same command again.\n"
