"""A reload, or a server that was started again, in a real browser: asked before, said after."""

import json

import pytest

from dashboard.frame.disclaimer_gate import COOKIE
from tests.browser.looking import fold_of, give, verdict_of
from tests.browser.test_many_files import WAIT, fifty, rest
from tests.browser.test_read_first import read

pytestmark = pytest.mark.browser
KEPT = "sessionStorage.getItem('radiograph-session')"


def test_a_reload_is_asked_about_and_gives_the_readings_back(served, tiny_run_root, tmp_path):
    from playwright.sync_api import expect

    with served.dashboard(tiny_run_root, tmp_path) as url, served.chromium() as browser:
        page, asked = opened(served, browser, url), []
        page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
        page.reload()
        rest(page, expect)
        assert asked == []  # nothing would have been lost
        page.get_by_text("Read first, reveal later").click()
        upload(page, 0)
        expect(page.get_by_text("Your reading first")).to_be_visible(timeout=WAIT)
        page.get_by_label("Note (optional)").fill("of DOE^JANE")
        read(page, "Normal")
        expect(verdict_of(page)).to_be_visible(timeout=WAIT)
        rest(page, expect)
        kept = page.evaluate(KEPT)
        assert ".png" not in kept
        assert "DOE" not in kept

        page.reload()
        assert asked == ["beforeunload"]
        expect(page.get_by_text("its files (1) and their answers are gone")).to_be_visible()
        page.get_by_role("button", name="Take the readings back").click()
        expect(page.get_by_text("Log of readings")).to_have_count(0)  # no file yet
        upload(page, 0)
        expect(page.get_by_text("Your reading: Normal")).to_be_visible(timeout=WAIT)
        rest(page, expect)
        assert json.loads(page.evaluate(KEPT))["readings"] == json.loads(kept)["readings"]
        fold_of(page).click()
        page.get_by_role("button", name="Remove all files").click()
        expect(page.get_by_text("are gone")).to_have_count(0)
        expect(page.get_by_test_id("stException")).to_have_count(0)
    assert "Traceback" not in (tmp_path / "server.log").read_text()


def test_a_page_says_that_the_server_is_gone_and_then_that_the_files_are(
    served, tiny_run_root, tmp_path
):
    from playwright.sync_api import expect

    port = served.free_port()
    with served.chromium() as browser:
        with served.dashboard(tiny_run_root, tmp_path, port=port) as url:
            page = opened(served, browser, url)
            upload(page, 0)
            expect(verdict_of(page)).to_be_visible(timeout=WAIT)
            rest(page, expect)
        expect(page.get_by_text("does not answer")).to_be_visible(timeout=WAIT)
        with served.dashboard(tiny_run_root, tmp_path, port=port):
            expect(page.get_by_text("its files (1) and their answers are gone")).to_be_visible(
                timeout=WAIT
            )
            expect(page.get_by_text("does not answer")).to_be_hidden()
            rest(page, expect)
            expect(verdict_of(page)).to_have_count(0)
            expect(page.get_by_text("Nothing to look at yet")).to_be_visible()
            upload(page, 1)
            expect(verdict_of(page)).to_be_visible(timeout=WAIT)
        assert "Traceback" not in (tmp_path / "server.log").read_text()


def opened(served, browser, url):
    page = browser.new_page(viewport={"width": 1280, "height": 1600})
    page.set_default_timeout(WAIT)
    served.enter(page, url)
    while not any(item["name"] == COOKIE for item in page.context.cookies()):
        page.wait_for_timeout(100)
    return page


def upload(page, number):
    give(page, [fifty()[number]])
