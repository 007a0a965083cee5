"""The mean of a run's networks on the pages: Compare asks it first, Reports list it last."""

import re
import shutil

import pytest

from covid_model.common.architectures import ARCHITECTURES
from covid_model.runs import load_run, read_model_info
from covid_model.serving import Together, classify_case
from covid_model.serving.classifier import Classifier
from dashboard.cases import outcome_tables
from dashboard.cases.exports.case import ExportedCase
from dashboard.cases.exports.text import text_of
from dashboard.components.text import plain
from dashboard.reports import tables
from dashboard.reports.reliability import tables as reliability_tables
from tests.app.conftest import everything, go, panels, shown_tables, upload, verdict, words
from tests.tiny_tables import write_mean

CAPTION = "The mean of the calibrated probabilities of Xception, ResNet50V2 and VGG16"


@pytest.fixture
def root(tiny_run_root):
    """A folder with one run, whose networks have a mean that answers whatever it is shown."""
    write_mean(tiny_run_root / "tiny", threshold=0.01)
    return tiny_run_root


def names_it(at):
    """Whether a page says anything of the mean."""
    sayings = ("All together", "Together the networks", "The networks together")
    return any(saying in everything(at) for saying in sayings)


def result_of(folder, png):
    classifiers = [Classifier.load(folder / name) for name in ARCHITECTURES]
    return classify_case(png, "a.png", classifiers, Together.load(load_run(folder)))


def test_compare_says_first_what_the_networks_say_together(open_app, root, png):
    at = go(upload(open_app(root), ("a.png", png)), "compare")
    assert not at.exception
    assert re.fullmatch(r"(COVID-19|Normal|Other infection) \(\d+\u00a0%\)", verdict(at))
    assert names_it(at)
    assert list(shown_tables(at)[0]["Answer from"])[-1] == "1.0\u00a0%"
    assert "All together" in everything(at)


def test_compare_cannot_tell_where_the_mean_is_not_sure(open_app, root, png):
    write_mean(root / "tiny", threshold=0.999)
    at = go(upload(open_app(root), ("a.png", png)), "compare")
    assert not at.exception
    assert verdict(at).startswith("Not sure: leans to ")
    assert "The networks together give " in words(at)


def test_a_damaged_mean_is_named_on_compare(open_app, root, png):
    (root / "tiny" / "together" / "model.json").write_text("{}")
    at = go(upload(open_app(root), ("a.png", png)), "compare")
    assert not at.exception
    path = root / "tiny" / "together" / "model.json"
    assert f"All together is left out: {plain(str(path))}" in words(at)
    assert len(panels(at)) > len(ARCHITECTURES), "the networks themselves no longer answer"


def test_compare_is_as_before_without_it(open_app, tiny_run_root, png):
    at = go(upload(open_app(tiny_run_root), ("a.png", png)), "compare")
    assert not names_it(at)


def test_one_network_alone_does_not_ask_it(open_app, root, png):
    at = upload(open_app(root), ("a.png", png))
    assert not at.exception
    assert not names_it(at)


def test_tables_and_exports_have_its_row_last(root, png):
    result = result_of(root / "tiny", png)
    assert [row["Network"] for row in outcome_tables.scores(result)][3:] == ["All together"]
    texts = text_of(ExportedCase(result, load_run(root / "tiny")))
    heading, *rows = texts.metrics[1]
    assert [row[0] for row in rows] == [*ARCHITECTURES.values(), "All together"]
    assert len({len(heading), *map(len, rows)}) == 1
    assert texts.explanation.startswith("Together the networks say ")
    assert len(texts.captions) == 4  # the radiograph, then a map for each network: a mean has none


def test_reports_let_it_be_chosen_and_list_it(open_app, root):
    at = go(open_app(root), "reports")
    assert not at.exception
    assert "All together" in everything(at)
    assert CAPTION not in words(at)
    at.segmented_control(key="report_model").set_value("together").run()
    assert not at.exception
    assert f"All together: {CAPTION}, calibrated again." in words(at)
    assert "Training" not in [element.value for element in at.subheader]


@pytest.mark.parametrize("page", ["shortcuts", "errors"])
def test_pages_on_pictures_are_of_networks_alone(open_app, root, page):
    at = go(open_app(root), "reports")
    at.segmented_control(key="report_model").set_value("together").run()
    at = go(at, page)
    assert not at.exception
    assert not names_it(at)


def test_reports_of_a_run_without_it_do_not_name_it(open_app, tiny_run_root):
    assert not names_it(go(open_app(tiny_run_root), "reports"))


def test_tables_of_reports_have_its_line_last(root):
    run = load_run(root / "tiny")
    reports = {name: run.report(name) for name in run.reported}
    assert [row["Network"] for row in tables.networks(reports)][-1] == "All together"
    fitted = {**reports["together"], "calibration": {"temperature": 1.0}}
    infos = {"together": read_model_info(root / "tiny" / "together")}
    [row] = reliability_tables.thresholds(infos, {"together": fitted})
    assert (row["Network"], row["Threshold"]) == ("All together", "1.0\u00a0%")
    assert [row["Network"] for row in tables.beside({"a": reports, "b": reports})][-1] == (
        "All together"
    )
    shutil.rmtree(root / "tiny" / "together")
    assert load_run(root / "tiny").reported == tuple(ARCHITECTURES)
