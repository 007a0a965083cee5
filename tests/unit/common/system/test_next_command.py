"""The last line of a command names one that works from where it was called."""

import sys
from pathlib import Path

import pytest

from covid_model.common.system.next_command import to_show, to_train


@pytest.mark.parametrize(
    ("called", "show", "train"),
    [
        ("train_models.py", "python -m covid_model", "python train_models.py"),
        ("covid_model/__main__.py", "python -m covid_model", "python train_models.py"),
        ("/opt/bin/covid-xray-train", "covid-xray", "covid-xray-train"),
        ("/opt/bin/covid-xray", "covid-xray", "covid-xray-train"),
    ],
)
def test_it_is_called_as_this_one_was(monkeypatch, called, show, train):
    monkeypatch.setattr(sys, "argv", [called, "report"])
    assert to_show(Path("runs/my run")) == f"Next: {show} dashboard --run 'runs/my run'\n"
    assert to_train("--data", Path("films")) == f"Next: {train} --data films\n"
