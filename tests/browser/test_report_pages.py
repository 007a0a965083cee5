"""Reports, Shortcuts with Errors in a real browser: on a narrow screen, with a slider."""

import pytest

from tests.pages import TITLES
from tests.stored_reports import write_evidence_run

pytestmark = pytest.mark.browser
WIDTH = 400  # pixels


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
            expect(page.locator("[data-test-script-state=notRunning]")).to_be_visible()
            expect(page.get_by_test_id("stException")).to_have_count(0)
            main = page.get_by_test_id("stMain")
            assert main.evaluate("main => main.scrollWidth") <= WIDTH
        first = page.get_by_role("table", name="PPV and NPV of each class at 10 %")
        expect(first).to_contain_text("47.1")
        page.get_by_role("slider").press("ArrowRight")
        second = page.get_by_role("table", name="PPV and NPV of each class at 11 %")
        expect(second).to_be_visible()
        assert "47.1" not in second.inner_text()
    assert "Traceback" not in (tmp_path / "server.log").read_text()
