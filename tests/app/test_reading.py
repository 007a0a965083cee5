"""Read first, reveal later: nothing of an answer before the reader's own."""

import pytest

from dashboard import reading_log, state
from tests.app.conftest import go, upload, words


def read(at, name="normal", *, press="Save and reveal"):
    """Give a reading of the file in view."""
    next(one for one in at.radio if "reading-class" in one.key).set_value(name)
    return next(one for one in at.button if one.label == press).click().run()


@pytest.mark.parametrize("page", ["classify", "compare"])
def test_an_answer_shows_only_after_a_reading(open_app, tiny_run_root, png, page):
    at = upload(open_app(tiny_run_root), ("a.png", png))
    at.session_state["reading_log"] = reading_log.Log()  # nothing seen yet
    at.toggle(key=state.READ_FIRST).set_value(True).run()
    at = at if page == "classify" else go(at, page)
    assert not at.exception
    assert not at.metric
    assert not at.get("plotly_chart")
    assert not at.get("download_button")
    assert len(at.image) == 1
    read(at)
    assert not at.exception
    assert at.get("plotly_chart")
    assert "Your reading: **Normal**" in words(at)
