"""The pages in another language."""

from dashboard import language
from tests.app.conftest import go, words


def test_the_language_is_chosen_once_for_all_pages(tiny_run_root, open_app):
    at = open_app(tiny_run_root)
    assert "not for diagnosis" in words(at)
    at.button_group(key=language.KEY).set_value("pt_BR").run()
    assert "não use para diagnóstico" in words(at)
    at = go(at, "about")
    assert "não use para diagnóstico" in words(at)
    assert not at.exception
