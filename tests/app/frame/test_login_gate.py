"""Login first where the server names an identity provider, and nothing else before."""

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.session import state
from tests.app.conftest import words
from tests.pages import APP


@pytest.fixture
def visit(tiny_run_root, monkeypatch):
    """A visitor who accepted the notice, before the first page."""
    monkeypatch.setenv("COVID_MODEL_RUNS", str(tiny_run_root))
    at = AppTest.from_file(APP, default_timeout=60)
    at.session_state[state._ACCEPTED] = True
    return at


def test_with_a_provider_there_is_a_button_alone(visit):
    visit.secrets["auth"] = {"client_id": "made-up"}
    visit.run()
    assert [button.label for button in visit.button] == ["Log in"]
    assert not visit.file_uploader
    assert "Classify" not in words(visit)
    assert not visit.exception


def test_without_a_provider_nobody_is_asked(visit):
    visit.run()
    assert visit.file_uploader
    assert not visit.exception
