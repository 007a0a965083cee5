"""The PACS on the pages, in a real browser: search, open, store."""

import io

import pydicom
import pytest

from tests.browser.conftest import served  # noqa: F401
from tests.drawings import drawing
from tests.pacs.conftest import BASE, film
from tests.pacs.orthanc import PASSWORD
from tests.pacs.test_command import results_in

pytestmark = pytest.mark.browser


@pytest.fixture
def page(served, server, trusted_run_root, tmp_path, monkeypatch):  # noqa: F811
    """Classify on a server that is set up with the PACS."""
    monkeypatch.setenv("COVID_XRAY_PACS_URL", server.url)
    folder = tmp_path / "dashboard"
    folder.mkdir()
    with served.chromium() as browser, served.dashboard(trusted_run_root, folder) as url:
        opened = browser.new_page(viewport={"width": 1280, "height": 800})
        opened.set_default_timeout(served.PATIENCE)
        opened.goto(url)
        opened.locator(".st-key-accept button").click()
        yield opened
        assert PASSWORD not in (folder / "server.log").read_text("utf-8")


def press(page, label):
    page.get_by_role("button", name=label, exact=True).click()


def search(page, field, words):
    press(page, "Open from the PACS")
    page.get_by_role("textbox", name=field).fill(words)
    press(page, "Search")


def test_a_study_is_found_opened_and_its_results_are_stored_once(server, page):
    server.add(film(1))
    server.add(film(2, drawing(covid=0.3), PatientID="other"))
    search(page, "Patient ID", "ID-4711")
    table = page.get_by_test_id("stDataFrame")
    table.wait_for()
    page.wait_for_timeout(500)  # the rows are drawn on a canvas
    box = table.bounding_box()
    page.mouse.click(box["x"] + 15, box["y"] + 55)
    press(page, "Open")
    store = page.get_by_role("button", name="Store in the PACS", exact=True)
    store.click()
    page.get_by_text("Stored in the PACS: 3 results").wait_for()
    stored = results_in(server)
    assert {dataset.Modality for dataset in stored} == {"SR", "OT", "DOC"}
    assert {str(dataset.StudyInstanceUID) for dataset in stored} == {f"{BASE}.1.1"}
    store.click()
    page.get_by_text("has these results already").wait_for()
    assert len(server.files()) == 5
    files = [pydicom.dcmread(io.BytesIO(data)) for data in server.files()]
    [pdf] = [dataset for dataset in files if dataset.Modality == "DOC"]
    assert pdf.EncapsulatedDocument.startswith(b"%PDF")
    assert "ID-4711" not in page.url
    assert page.get_by_text("Secret").count() == 0


def test_nothing_found_and_a_pacs_that_is_away_are_told_in_one_sentence(server, page):
    search(page, "Patient name", "Nobody")
    page.get_by_text("The PACS has no study").wait_for()
    server.kill()
    press(page, "Search")
    page.get_by_text("cannot be reached").wait_for()
