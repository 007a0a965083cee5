"""Every page with a run of four networks: nothing on it counts three."""

import json
import re
import shutil
from dataclasses import replace

import pytest

from covid_model.common.architectures import ARCHITECTURES, REGISTRY
from covid_model.runs import load_run
from covid_model.serving import Classifier, classify_case
from dashboard.cases.exports.case import ExportedCase
from dashboard.cases.exports.pdf import case_pdf
from dashboard.cases.exports.text import text_of
from tests.app.cases.test_exports import CREATED
from tests.app.conftest import everything, go, panels, scene, shown_tables, upload, words
from tests.pages import PAGES

ADDED, TITLE = "densenet121", "DenseNet121"


@pytest.fixture
def four_networks(trusted_run_root, monkeypatch):
    """The folder of a run with a fourth network, which is the first one under another name."""
    row = replace(REGISTRY["xception"], name=ADDED, title=TITLE, builder=TITLE)
    monkeypatch.setitem(REGISTRY, ADDED, row)
    folder = shutil.copytree(
        trusted_run_root / "trusted" / "xception", trusted_run_root / "trusted" / ADDED
    )
    info = json.loads((folder / "model.json").read_text("utf-8"))
    (folder / "model.json").write_text(json.dumps({**info, "architecture": ADDED}), "utf-8")
    return trusted_run_root


@pytest.mark.parametrize("page", PAGES)
def test_every_page_works_with_four_networks(open_app, four_networks, page):
    at = open_app(four_networks, page)
    assert not at.exception
    assert not at.error
    assert page == "compare" or TITLE in everything(at)
    counting = re.compile(r"\bthree (neural )?networks\b", re.IGNORECASE)
    assert page == "about" or not counting.search(words(at))  # About speaks of the paper's


def test_compare_shows_the_same_file_on_four_networks(open_app, four_networks, trusted_pictures):
    at = go(upload(open_app(four_networks), ("a.png", trusted_pictures["ok"])), "compare")
    assert not at.exception
    assert "Normal, by all 4 networks" in words(at)
    assert [column["title"] for column in scene(at)["columns"][1:]] == list(ARCHITECTURES.values())
    assert len(panels(at)) == 1 + 4 * 2
    assert len(scene(at)["pairs"]["covid"]) == 6  # each two of four
    assert list(shown_tables(at)[0]["Network"])[-1] == TITLE


def test_four_networks_fit_on_the_page_of_a_case(four_networks, trusted_pictures):
    run = load_run(four_networks / "trusted")
    networks = [Classifier.load(run.model_folder(name)) for name in run.models]
    exported = ExportedCase(classify_case(trusted_pictures["ok"], "a.png", networks), run)
    pdf = case_pdf(exported, text_of(exported), created=CREATED, compress=False)
    assert pdf.count(b"/Type /Page\n") == 1
    assert pdf.count(TITLE.encode()) >= 3  # table, caption, weights
