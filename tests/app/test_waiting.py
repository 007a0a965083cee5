"""Visitors who wait until others' files are decoded and the networks asked."""

import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from streamlit.runtime.scriptrunner import StopException

from covid_model.common.system.threads import turns as system_turns
from covid_model.common.system.threads.turns import Turns
from covid_model.runs import load_run
from covid_model.serving import Classifier, diagnosis
from dashboard.components import waiting
from dashboard.i18n import translate
from dashboard.session import inference, turns
from dashboard.session.uploads import Case
from tests.app.conftest import upload, words
from tests.drawings import drawing
from tests.drawings import png as as_png

PATIENCE = 60  # seconds


@pytest.fixture(autouse=True)
def one_place(monkeypatch):
    monkeypatch.setattr(turns, "LINE", Turns(1))
    monkeypatch.setattr(system_turns, "TICK", 0.01)


@pytest.mark.parametrize("language", translate.LANGUAGES)
def test_a_page_says_how_many_come_before(open_app, tiny_run_root, png, monkeypatch, language):
    said, heard, t = [], threading.Event(), translate.t

    def hear(message, **values):
        said.append(t(message, **values))
        heard.set()
        return said[-1]

    monkeypatch.setattr(waiting, "t", hear)
    at = open_app(tiny_run_root)
    at.session_state[translate.KEY] = language
    with ThreadPoolExecutor() as pool:
        with turns.LINE.turn(pytest.fail):  # another visitor's
            page = pool.submit(upload, at, ("a.png", png))
            assert heard.wait(PATIENCE)
        page.result(PATIENCE)
    with translate.speaking(language):
        expected = t("Other visitors' files come first: {count} before you.", count=1)
    assert set(said) == {expected}
    assert expected not in words(at)  # it is gone
    assert at.subheader


def test_visitors_never_decode_or_ask_a_network_at_once(tiny_run_root, monkeypatch):
    inside, most = [], []

    def alone(function):
        def counted(*arguments, **options):
            inside.append(function)
            most.append(len(inside))
            try:
                return function(*arguments, **options)
            finally:
                inside.pop()

        return counted

    monkeypatch.setattr(diagnosis, "read_for_networks", alone(diagnosis.read_for_networks))
    monkeypatch.setattr(Classifier, "predict", alone(Classifier.predict))
    stored = {}  # in place of the state of a session, which a thread of no page lacks
    monkeypatch.setattr(inference.results, "get", stored.get)
    monkeypatch.setattr(inference.results, "store", stored.__setitem__)
    inference._classifier.clear()
    run = load_run(next(tiny_run_root.iterdir()))
    folder = run.model_folder(run.servable_models[0])

    def visit(number):
        file = Case(f"{number}.png", as_png(drawing(covid=number / 12)))
        return inference.classify_case(file.key, file, [folder])

    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(visit, range(6)))
    assert [str(result.reason) for result in results if not result.predictions] == []
    assert most == [1] * 2 * 6


def test_a_visitor_who_left_waits_no_longer(monkeypatch):
    server = SimpleNamespace(is_active_session=lambda session: session != "left")
    monkeypatch.setattr(turns.runtime, "exists", lambda: True)
    monkeypatch.setattr(turns.runtime, "get_instance", lambda: server)
    context = SimpleNamespace(session_id="left")
    monkeypatch.setattr(turns, "get_script_run_ctx", lambda **_: context)
    heard = threading.Event()

    def wait():
        with turns.turn(lambda before: heard.set() if before == 1 else None):
            return True

    with ThreadPoolExecutor() as pool:
        with turns.LINE.turn(pytest.fail):  # another visitor's
            with pytest.raises(StopException), turns.turn():
                pytest.fail("It was served.")
            context.session_id = "there"
            served = pool.submit(wait)
            assert heard.wait(PATIENCE)  # one before: the place of the one who left is free
            assert not served.done()
        assert served.result(PATIENCE)
