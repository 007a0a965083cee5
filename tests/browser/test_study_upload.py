"""A study as a hospital gives it, dropped into the page of a real browser."""

import io
import zipfile

import pytest

from tests.browser.looking import give, verdict_of
from tests.dicoms import radiograph

pytestmark = pytest.mark.browser
SECONDS = 60_000  # milliseconds


@pytest.fixture
def study(drawn_radiograph) -> bytes:
    """A zip with a frontal and a lateral radiograph without file endings, among other files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("DICOMDIR", "Thumbs.db", "__MACOSX/DICOM/._IM0001"):
            archive.writestr(name, b"junk")
        archive.writestr("DICOM/IM0010", radiograph(drawn_radiograph, ProtocolName="Chest LAT"))
        archive.writestr("DICOM/IM0002", radiograph(drawn_radiograph, ViewPosition="PA"))
    return stream.getvalue()


def test_a_study_shows_its_pictures_and_says_why_one_is_refused(
    served, tiny_run_root, tmp_path, study
):
    from playwright.sync_api import expect

    with served.dashboard(tiny_run_root, tmp_path) as url, served.chromium() as browser:
        page = browser.new_page(locale="en-US")
        page.set_default_timeout(SECONDS)
        served.enter(page, url)
        give(page, [{"name": "study.zip", "mimeType": "application/zip", "buffer": study}])
        shown = page.get_by_role("combobox", name="File to look at")
        expect(shown).to_have_value("study.zip/DICOM/IM0002", timeout=SECONDS)
        metric = verdict_of(page).filter(has_text="Not calibrated")
        expect(metric).to_be_visible(timeout=SECONDS)
        expect(page.locator("[data-test-script-state=notRunning]")).to_be_visible(timeout=SECONDS)
        shown.click()
        options = page.get_by_role("option")
        expect(options).to_have_text(
            ["study.zip/DICOM/IM0002", "study.zip/DICOM/IM0010"], timeout=SECONDS
        )
        options.nth(1).click()
        reason = "Received: a lateral view, by the protocol name in the file's header."
        expect(page.get_by_test_id("stAlert").filter(has_text=reason)).to_be_visible(
            timeout=SECONDS
        )
        expect(page.get_by_test_id("stException")).to_have_count(0)
    assert "Traceback" not in (tmp_path / "server.log").read_text()
