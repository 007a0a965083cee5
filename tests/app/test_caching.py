"""What is loaded or computed once: networks for all sessions, results for one."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from covid_model.common.architectures import ARCHITECTURES
from covid_model.inference import network_input
from covid_model.runs import load_run, sha256_of
from covid_model.serving.classifier import Classifier
from dashboard.server.warm_up import warm_up
from dashboard.session import inference, state
from tests.app.conftest import go, upload

SESSIONS = 20


@pytest.fixture
def loaded(monkeypatch):
    """A list that grows by one whenever a network is loaded."""
    folders, load = [], Classifier.load

    def counted(folder, **options):
        folders.append(folder)
        return load(folder, **options)

    monkeypatch.setattr(Classifier, "load", counted)
    return folders


@pytest.fixture
def worked(monkeypatch):
    """A list that grows by one name whenever a network is asked or its input is made."""
    names, predict, make = [], Classifier.predict, network_input.to_input

    def predicted(self, radiograph, **options):
        names.append(self.info.architecture)
        return predict(self, radiograph, **options)

    def counted_input(*arguments, **options):
        names.append("input")
        return make(*arguments, **options)

    monkeypatch.setattr(Classifier, "predict", predicted)
    monkeypatch.setattr(network_input, "to_input", counted_input)
    return names


def test_the_first_visitor_does_not_wait_for_a_network(open_app, tiny_run_root, png, loaded):
    at = open_app(tiny_run_root)
    warm_up()
    assert len(loaded) == 1
    assert upload(at, ("a.png", png)).subheader
    assert len(loaded) == 1


def test_a_server_without_runs_starts(tmp_path, monkeypatch, loaded):
    monkeypatch.setenv("COVID_MODEL_RUNS", str(tmp_path))
    warm_up()
    assert loaded == []


def test_twenty_sessions_at_once_load_each_network_once(open_app, tiny_run_root, loaded):
    run = load_run(next(tiny_run_root.iterdir()))
    together = Barrier(SESSIONS)

    def load_all(_):
        together.wait(timeout=60)
        for name in ARCHITECTURES:
            folder = run.model_folder(name)
            inference._classifier(str(folder), sha256_of(folder / "model.json"))

    with ThreadPoolExecutor(SESSIONS) as pool:
        list(pool.map(load_all, range(SESSIONS)))
    assert len(loaded) == len(ARCHITECTURES)


def test_sessions_share_the_networks(open_app, tiny_run_root, png, loaded):
    for _ in range(3):
        at = open_app(tiny_run_root, "compare")
        assert not upload(at, ("a.png", png)).error
    assert len(loaded) == len(ARCHITECTURES)


def test_a_known_case_costs_no_network_again(open_app, tiny_run_root, png, worked):
    at = upload(open_app(tiny_run_root), ("a.png", png))
    for name in ARCHITECTURES:
        at.button_group(key=state.MODEL).set_value(name).run()
    assert sorted(worked) == sorted([*ARCHITECTURES, *["input"] * len(ARCHITECTURES)])
    worked.clear()
    for name in ARCHITECTURES:
        at.button_group(key=state.MODEL).set_value(name).run()
    at = go(go(at, "reports"), "classify")
    assert at.subheader
    assert worked == []
