"""The notice in a real browser: accepted once, remembered over a reload, asked of the next one."""

import pytest

pytestmark = pytest.mark.browser


def test_the_notice_is_accepted_once_in_a_browser_session(served, tiny_run_root, tmp_path):
    from playwright.sync_api import expect

    with served.dashboard(tiny_run_root, tmp_path) as url, served.chromium() as browser:
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{url}/about")
        accept = accept_of(page)
        expect(accept).to_be_visible()
        expect(page.get_by_role("link", name="Reports")).to_have_count(0)
        accept.click()
        about = page.get_by_role("heading", name="About", exact=True)
        expect(about).to_be_visible()  # the page that was asked for
        expect(page.get_by_role("link", name="Reports")).to_be_visible()
        served.wait_until(page, "document.cookie.includes('notice-accepted=1')")
        page.reload()
        expect(about).to_be_visible()
        expect(accept).to_have_count(0)
        context.close()

        page = browser.new_page()  # another session of the browser
        page.goto(url)
        expect(accept_of(page)).to_be_visible()


def accept_of(page):
    return page.get_by_role("button", name="I understand")
