"""The files of a case, downloaded in a real browser by a visitor who reads Portuguese."""

import re
import zlib
from pathlib import Path

import pytest

from covid_model.imaging.reader import read_radiograph
from covid_model.serving.case_bundle.check import check
from tests.browser.looking import give
from tests.drawings import drawing, png

pytestmark = pytest.mark.browser
SECONDS = 60_000  # milliseconds


def download(page, kind: str) -> tuple[str, bytes]:
    """Click a button; return the name of what comes with its bytes."""
    from playwright.sync_api import expect

    settled = page.locator("[data-test-script-state=notRunning]")
    button = page.locator(f".st-key-export-{kind} button:visible")  # a hidden one is for phones
    expect(button).to_have_count(1, timeout=SECONDS)  # none of an earlier run is left
    expect(settled).to_be_visible(timeout=SECONDS)
    with page.expect_download(timeout=2 * SECONDS) as coming:
        button.click()
    return coming.value.suggested_filename, Path(coming.value.path()).read_bytes()


def test_page_bundle_and_dicom_picture_arrive_whole(served, tiny_run_root, tmp_path):
    from playwright.sync_api import expect

    with served.dashboard(tiny_run_root, tmp_path) as url, served.chromium() as browser:
        page = browser.new_page(locale="pt-BR")
        page.set_default_timeout(SECONDS)
        served.enter(page, url)
        file = {"name": "tórax 1.png", "mimeType": "image/png", "buffer": png(drawing())}
        give(page, [file])
        expect(page.get_by_role("button", name="Página em PDF")).to_be_visible(timeout=SECONDS)
        page.get_by_text("Citar o nome do arquivo neles").click()
        page.wait_for_timeout(1000)  # the page runs again, with other buttons in the same places
        name, pdf = download(page, "pdf")
        assert name == "tórax_1-report.pdf"
        streams = re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL)
        text = b"".join(map(zlib.decompress, streams)).decode("cp1252", "replace")
        assert "não use para diagnóstico" in text  # made outside the page's script
        name, bundle = download(page, "bundle")
        assert name == "tórax_1-bundle.zip"
        assert check(bundle).problems == ()
        name, dicom = download(page, "dicom")
        assert name == "tórax_1-overlay.dcm"
        assert read_radiograph(dicom, name).format == "DICOM"
        expect(page.get_by_test_id("stException")).to_have_count(0)
    assert "Traceback" not in (tmp_path / "server.log").read_text()
