"""What goes wrong on a page becomes one sentence with its remedy."""

import re
from pathlib import Path

import pytest

import dashboard
from covid_model.common.errors import RadiographError
from dashboard.components import pickers
from dashboard.frame import error_boundary
from tests.app.conftest import words

EXPECTED = RadiographError("Expected 3 bands. Received: {bands}. Export it again.", bands=4)


def breaking(error):
    def break_off(**_):
        raise error

    return break_off


def test_an_error_of_ours_is_shown_as_its_sentence(open_app, tiny_run_root, monkeypatch):
    monkeypatch.setattr(pickers, "open_shelf", breaking(EXPECTED))
    at = open_app(tiny_run_root)
    assert at.error[0].value == "Expected 3 bands. Received: 4. Export it again."
    assert not at.exception


@pytest.mark.logs_errors
def test_any_other_is_logged_under_the_id_that_is_shown_without_its_details(
    open_app, tiny_run_root, monkeypatch, caplog
):
    monkeypatch.setattr(pickers, "open_shelf", breaking(KeyError("a patient's name")))
    at = open_app(tiny_run_root)
    assert "Reload the page" in at.error[0].value
    assert "patient's name" not in words(at)
    assert not at.exception
    [record] = [r for r in caplog.records if r.name == error_boundary.__name__]
    assert record.exc_info[0] is KeyError
    assert f"under {record.failure}." in at.error[0].value


def test_every_part_that_runs_alone_is_guarded():
    unguarded = [
        path.name
        for path in Path(dashboard.__file__).parent.rglob("*.py")
        if path.name != "error_boundary.py"
        and re.search(r"st\.fragment\b", path.read_text("utf-8"))
    ]
    assert unguarded == []
