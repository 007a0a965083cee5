"""The samples: what the dashboard says of each, and what the shipped run says of those shipped."""

import json

import pytest

from covid_model.common.system import paths
from covid_model.runs import open_shelf
from covid_model.serving.classifier import Classifier
from covid_model.serving.diagnosis import classify_case, combine_predictions
from covid_model.serving.together import Together
from dashboard.components import text
from dashboard.session.intake import samples as session_samples
from tests.app.conftest import words

LISTED = json.loads((paths.SAMPLES / "samples.json").read_text("utf-8"))
SHIPPED = {entry["name"]: entry for entry in LISTED["samples"]}
REMEDY = "run `python assets/make_samples.py --data DIR` again, then commit assets/samples"


@pytest.fixture(scope="module")
def run():
    """The run that the dashboard opens first, as it ships."""
    shelf = open_shelf(paths.SHIPPED_RUNS)
    if not shelf.servable:
        pytest.skip("no shipped run has weights")
    return shelf.default


@pytest.fixture(scope="module")
def networks(run):
    """The networks of the shipped run, the preselected one first."""
    return {name: Classifier.load(run.model_folder(name)) for name in run.servable_models}


@pytest.fixture
def all_kinds(samples, png):
    """The folder of samples with one of two classes and a test card in it, too."""
    path = samples / "samples.json"
    listed = json.loads(path.read_text("utf-8"))
    for classes, status in ((["normal", "covid"], "uncertain"), ([], "refused")):
        file = f"{status}.png"
        (samples / file).write_bytes(png)
        entry = {"file": file, "classes": classes, "images": 12, "status": status}
        listed["samples"].append(entry)
    path.write_text(json.dumps(listed), "utf-8")


def test_the_shipped_samples_were_chosen_with_the_run_that_ships(run):
    chosen_with = (LISTED["run"], LISTED["network"])
    assert chosen_with == (run.name, run.servable_models[0]), REMEDY


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_run_says_of_a_sample_what_is_expected(run, networks, name):
    data = (paths.SAMPLES / SHIPPED[name]["file"]).read_bytes()
    everything = classify_case(data, name, list(networks.values()), Together.load(run))
    said = {
        one.model: combine_predictions(everything.radiograph, [one]).status
        for one in everything.predictions
    }
    assert {**said, "all": everything.status} == SHIPPED[name]["statuses"], REMEDY
    assert said[run.servable_models[0]] == SHIPPED[name]["status"]


def test_the_first_sample_is_answered_and_two_show_other_outcomes_on_purpose():
    if "unclear" not in SHIPPED:
        pytest.skip("the shipped samples were made before any was chosen for what it shows")
    first, *_, unclear, card = LISTED["samples"]
    assert (first["status"], len(first["classes"])) == ("ok", 1)
    assert (unclear["status"], len(unclear["classes"])) == ("uncertain", 2)
    assert (card["status"], card["classes"]) == ("refused", [])


def test_no_composite_is_of_few_radiographs():
    assert all(entry["images"] >= 6 for entry in SHIPPED.values() if entry["classes"])


def test_each_shipped_sample_has_a_button(monkeypatch):
    monkeypatch.setattr(session_samples, "SAMPLES_FOLDER", paths.SAMPLES)
    assert len(session_samples.samples()) == len(SHIPPED)


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Can't tell", ("12 training patients, half of them labelled Normal", "can't tell.")),
        ("Refusal", ("A test card: a drawing, no radiograph.", "to show a refusal.")),
    ],
)
def test_a_sample_on_purpose_says_so(open_app, trusted_run_root, all_kinds, title, said):
    at = open_app(trusted_run_root)
    assert text.ON_PURPOSE in words(at)
    at.button(key=f"sample-{title}").click().run()
    assert not at.exception
    assert all(part in words(at) for part in said)


def test_a_folder_of_an_older_layout_offers_no_samples(samples):
    (samples / "samples.json").write_text('{"normal": {"file": "normal.png"}}', "utf-8")
    assert session_samples.samples() == {}
