"""One visit in a real browser: upload, read the class, compare, read the reports."""

import io
from urllib.parse import urlparse

import numpy as np
import pytest
from PIL import Image

from covid_model.common.disclaimer import NOTICE
from dashboard.components.text import TITLES
from tests.browser.looking import give, verdict_of

pytestmark = pytest.mark.browser
POLICY = "Content Security Policy"


@pytest.fixture
def png(drawn_radiograph) -> bytes:
    """A drawn radiograph as PNG."""
    stream = io.BytesIO()
    Image.fromarray((255 * drawn_radiograph).astype(np.uint8)).save(stream, "PNG")
    return stream.getvalue()


def test_the_journey(served, tiny_run_root, tmp_path, png):
    from playwright.sync_api import expect

    asked_hosts, refused = set(), []
    with served.dashboard(tiny_run_root, tmp_path) as url, served.chromium() as browser:
        page = browser.new_page()
        page.on("request", lambda request: asked_hosts.add(urlparse(request.url).hostname))
        page.on("console", lambda said: refused.append(said.text) if POLICY in said.text else None)
        served.enter(page, url)
        expect(page.get_by_text(NOTICE)).to_be_visible()
        expect(page.get_by_text("a study as a zip 256 MiB")).to_be_visible()  # config.toml is read
        files = [
            {"name": "chest.png", "mimeType": "image/png", "buffer": png},
            {"name": "bad.png", "mimeType": "image/png", "buffer": b"no picture"},
        ]
        give(page, files)
        verdict = verdict_of(page).filter(has_text="Not calibrated")
        expect(verdict).to_be_visible()
        assert any(title in verdict.inner_text() for title in TITLES.values())
        expect(
            page.get_by_text("0 answers, 0 can't tell, 1 refused, 1 not calibrated")
        ).to_be_visible()

        page.get_by_role("link", name="Compare").click()
        overlays = page.get_by_role("img", name="The radiograph under the Grad-CAM map")
        expect(overlays).to_have_count(3)
        expect(page.get_by_text("Area of attention for", exact=True)).to_be_visible()
        expect(page.get_by_text(NOTICE)).to_be_visible()

        page.get_by_role("link", name="Reports").click()
        expect(page.get_by_text("Confusion matrix: images")).to_be_visible()
        expect(page.locator(".annotation-text")).to_have_count(9)
        expect(page.get_by_text(NOTICE)).to_be_visible()

        expect(page.locator("[data-test-script-state=notRunning]")).to_be_visible()
        page.get_by_role("link", name="Classify").click()  # the files are still there
        expect(verdict).to_be_visible()
        expect(page.get_by_test_id("stException")).to_have_count(0)
    asked_hosts.discard(None)  # blob: what the page itself holds
    assert refused == []  # no page of ours needs what the policy forbids
    assert asked_hosts == {"127.0.0.1"}  # nothing is fetched from, or sent to, anywhere else
    assert "Traceback" not in (tmp_path / "server.log").read_text()


def test_a_file_chosen_by_code_stays_in_view_when_the_page_changes(
    served, tiny_run_root, tmp_path, png
):
    from playwright.sync_api import expect

    with served.dashboard(tiny_run_root, tmp_path) as url, served.chromium() as browser:
        page = browser.new_page()
        served.enter(page, url)
        expect(page.locator("input[type=file]")).to_be_attached()
        files = [{"name": f"{n}.png", "mimeType": "image/png", "buffer": png} for n in "ab"]
        give(page, files[:1])
        expect(picture(page, "a.png")).to_be_visible()
        give(page, files)  # the list of files appears, with the new one chosen
        shown = page.get_by_role("combobox", name="File to look at")
        for link in ("Compare", "Classify", "Compare"):
            expect(shown).to_have_value("b.png")
            script = page.locator("[data-test-script-state=notRunning]")
            expect(script).to_be_visible()
            page.get_by_role("link", name=link).click()
            expect(page.get_by_role("heading", name=link)).to_be_visible()
            expect(shown).to_have_value("b.png")
            expect(page.locator(".viewer canvas:visible").first).to_be_visible()
        page.get_by_role("link", name="Classify").click()
        expect(picture(page, "b.png")).to_have_count(1)


def picture(page, name):
    """The pictures that show the radiograph of a file alone."""
    return page.get_by_role("img", name=f"The radiograph {name} as it was read")
