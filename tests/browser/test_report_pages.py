"""Evaluation pages in a real browser: narrow, by keyboard, opened by a link."""

import re

import pytest

from tests.browser.test_looks import findings, settle
from tests.pages import TITLES
from tests.stored_reports import write_evidence_run

pytestmark = pytest.mark.browser
WIDTH = 400  # pixels
SECONDS = 60_000  # milliseconds


def test_pages_fit_a_narrow_screen(served, tmp_path):
    from playwright.sync_api import expect

    write_evidence_run(tmp_path / "runs" / "run", failed=("border_only",))
    with served.dashboard(tmp_path / "runs", tmp_path) as url, served.chromium() as browser:
        page = browser.new_page(viewport={"width": WIDTH, "height": 900})
        page.set_default_timeout(60_000)
        for path in ("shortcuts", "errors", "reports"):
            served.enter(page, f"{url}/{path}")
            title = TITLES[path]
            expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
            settle(page)
            expect(page.get_by_test_id("stException")).to_have_count(0)
            main = page.get_by_test_id("stMain")
            assert main.evaluate("main => main.scrollWidth") <= WIDTH
            assert findings(page) == []
        first = page.get_by_role("table", name="PPV and NPV of each class at 10 %")
        expect(first).to_contain_text("47.1")
        page.get_by_role("slider").press("ArrowRight")
        second = page.get_by_role("table", name="PPV and NPV of each class at 11 %")
        expect(second).to_be_visible()
        assert "47.1" not in second.inner_text()
    assert "Traceback" not in (tmp_path / "server.log").read_text()


def test_a_link_opens_run_and_network_and_the_contents_work_by_keyboard(served, tmp_path):
    from playwright.sync_api import expect

    for name in ("one", "two"):
        write_evidence_run(tmp_path / "runs" / name)
    with served.dashboard(tmp_path / "runs", tmp_path) as url, served.chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        served.enter(page, f"{url}/reports?run=two&network=vgg16")
        vgg16, xception = (page.get_by_role("radio", name=name) for name in ("VGG16", "Xception"))
        expect(vgg16).to_be_checked(timeout=SECONDS)
        heading = page.get_by_role("heading", name="Groups of images")
        expect(heading).not_to_be_in_viewport()
        page.get_by_role("link", name="Groups of images").focus()
        page.keyboard.press("Enter")
        expect(heading).to_be_in_viewport(timeout=SECONDS)
        expect(vgg16).to_be_checked(timeout=SECONDS)  # the page was not opened anew
        page.get_by_test_id("stMain").evaluate("main => main.scrollTo(0, 0)")
        xception.click()
        expect(page).to_have_url(re.compile("run=two&network=xception"), timeout=SECONDS)
        page.get_by_role("link", name="Shortcuts").first.click()
        expect(page).to_have_url(re.compile(r"/shortcuts\?run=two&network=xc"), timeout=SECONDS)
