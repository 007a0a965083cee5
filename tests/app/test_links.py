"""A link that opens a page with run and network chosen, and the address that follows the choice."""

import pytest
from streamlit.testing.v1 import AppTest

from covid_model.runs import RUN_FILE, read_json, write_json
from dashboard.session import state
from tests.app.conftest import go, upload, words
from tests.pages import APP
from tests.stored_reports import write_evidence_run

NOT_HERE = "names a run or network that is not here"


@pytest.fixture
def follow(open_app, tmp_path, monkeypatch):
    """Return a function that opens a page of two runs by a link, as in a new tab."""
    for name in ("one", "two"):
        write_evidence_run(tmp_path / "runs" / name)
        file = tmp_path / "runs" / name / RUN_FILE
        write_json(file, {**read_json(file), "title": f"Run {name}"})  # AppTest knows a run by it

    def followed(page, **link):
        monkeypatch.setenv("COVID_MODEL_RUNS", str(tmp_path / "runs"))
        at = AppTest.from_file(APP, default_timeout=60)
        at.session_state[state._ACCEPTED] = True
        at.query_params.update(link)
        return at.switch_page(f"views/{page}.py").run()

    return followed


def chosen(at):
    """Run and network that the pickers show, then those in the address."""
    shown = (at.selectbox(key="report_run").value, at.segmented_control(key="report_model").value)
    return shown, address(at)


def address(at):
    """What the address names; AppTest has a list of what a page wrote into it."""
    pairs = at.query_params.items()
    return {key: value if isinstance(value, str) else value[0] for key, value in pairs}


@pytest.mark.parametrize("page", ["reports", "shortcuts", "errors"])
def test_a_link_opens_a_page_with_run_and_network_chosen(follow, page):
    at = follow(page, run="two", network="vgg16")
    assert not at.exception
    assert not [w for w in at.warning if "Session State" in w.value]
    assert chosen(at) == (("two", "vgg16"), {"run": "two", "network": "vgg16"})
    assert NOT_HERE not in words(at)


def test_the_address_follows_what_is_chosen(follow):
    at = follow("reports")
    assert chosen(at) == (("one", "xception"), {"run": "one", "network": "xception"})
    at.segmented_control(key="report_model").set_value("vgg16").run()
    at.selectbox(key="report_run").set_value("two").run()
    assert chosen(at) == (("two", "vgg16"), {"run": "two", "network": "vgg16"})
    at.run()
    assert chosen(at) == (("two", "vgg16"), {"run": "two", "network": "vgg16"})


def test_an_address_older_than_the_choice_does_not_undo_it(follow):
    at = follow("reports", run="two", network="vgg16")
    at.segmented_control(key="report_model").set_value("resnet50v2").run()
    at.query_params["network"] = "vgg16"  # as a quick second click sends it
    at.run()
    assert chosen(at) == (("two", "resnet50v2"), {"run": "two", "network": "resnet50v2"})


def test_a_link_within_the_dashboard_is_followed_each_time(follow):
    at = follow("reports", network="vgg16")
    at = go(at, "about")
    at.query_params["network"] = "resnet50v2"
    at = go(at, "reports")
    assert chosen(at)[0] == ("one", "resnet50v2")


@pytest.mark.parametrize("link", [{"run": "gone"}, {"network": "<b>alexnet</b>"}])
def test_a_link_to_what_is_not_here_says_so_and_repeats_no_word_of_it(follow, link):
    at = follow("reports", **link)
    assert not at.exception
    assert any(NOT_HERE in warning.value for warning in at.warning)
    assert not [word for word in link.values() if word in words(at)]
    assert chosen(at) == (("one", "xception"), {"run": "one", "network": "xception"})


def test_classify_is_opened_by_a_link_and_names_no_file(open_app, tiny_run_root, png):
    at = open_app(tiny_run_root)
    at = go(at, "about")
    at.query_params["network"] = "vgg16"
    at = upload(go(at, "classify"), ("Silva.png", png))
    assert at.metric[0].label == "VGG16 predicts, not calibrated"
    assert address(at) == {"run": "tiny", "network": "vgg16"}
