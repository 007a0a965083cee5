"""One visit in a real browser: upload, read the class, compare, read the reports."""

import io
import os
from urllib.parse import urlparse

import numpy as np
import pytest
from PIL import Image

from covid_model.notice import NOTICE
from dashboard.text import TITLES

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def served():
    """The helpers of ``served.py``, or a skip where no browser is installed."""
    try:
        from tests.browser import served
    except ImportError:
        missing = "playwright is not installed"
    else:
        if served.find_chromium():
            return served
        missing = "no chromium on the PATH"
    if os.environ.get("CI") == "true":
        pytest.fail(f"{missing}, but CI=true promises one")
    pytest.skip(f"{missing}: no browser to test with")


@pytest.fixture
def png(drawn_radiograph) -> bytes:
    """A drawn radiograph as PNG."""
    stream = io.BytesIO()
    Image.fromarray((255 * drawn_radiograph).astype(np.uint8)).save(stream, "PNG")
    return stream.getvalue()


def test_the_journey(served, tiny_run_root, tmp_path, png):
    from playwright.sync_api import expect

    asked_hosts = set()
    with served.dashboard(tiny_run_root, tmp_path) as url, served.chromium() as browser:
        page = browser.new_page()
        page.on("request", lambda request: asked_hosts.add(urlparse(request.url).hostname))
        page.goto(url)
        expect(page.get_by_text(NOTICE)).to_be_visible(timeout=30_000)
        expect(page.get_by_text("64MB per file")).to_be_visible()  # config.toml is read
        files = [
            {"name": "chest.png", "mimeType": "image/png", "buffer": png},
            {"name": "bad.png", "mimeType": "image/png", "buffer": b"no picture"},
        ]
        page.locator("input[type=file]").set_input_files(files)
        metric = page.get_by_test_id("stMetric").filter(has_text="Xception predicts")
        expect(metric).to_be_visible(timeout=30_000)
        assert metric.inner_text().split("\n")[-1] in TITLES.values()
        expect(page.get_by_role("table")).to_contain_text("refused")

        page.get_by_role("link", name="Compare").click()
        expect(page.get_by_alt_text("The radiograph under the Grad-CAM map")).to_have_count(3)
        expect(page.get_by_text("Agreement is not proof")).to_be_visible()
        expect(page.get_by_text(NOTICE)).to_be_visible()

        page.get_by_role("link", name="Reports").click()
        expect(page.get_by_text("Confusion matrix: images")).to_be_visible()
        expect(page.locator(".annotation-text")).to_have_count(9)
        expect(page.get_by_text(NOTICE)).to_be_visible()

        expect(page.locator("[data-test-script-state=notRunning]")).to_be_visible(timeout=30_000)
        page.get_by_role("link", name="Classify").click()  # the files are still there
        expect(metric).to_be_visible(timeout=30_000)
        expect(page.get_by_test_id("stException")).to_have_count(0)
    assert asked_hosts == {"127.0.0.1"}  # nothing is fetched from, or sent to, anywhere else
    assert "Traceback" not in (tmp_path / "server.log").read_text()
