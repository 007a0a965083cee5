"""Every page in both themes: what axe-core finds, with nothing wider than the screen."""

import pytest

from covid_model.common.architectures import ARCHITECTURES
from covid_model.runs import DEFAULT_ROOT
from tests.pages import PAGES

pytestmark = pytest.mark.browser
SECONDS = 120_000  # milliseconds
WIDTHS, HEIGHT = (400, 3840), 900  # pixels
USUAL = {"width": 1280, "height": HEIGHT}
SEVERE = {"serious", "critical"}
# (rule, part of the element that it is about): findings inside Streamlit's own widgets that no
# page can mend, each with the reason why.
NOT_OURS: set[tuple[str, str]] = set()


@pytest.fixture(scope="module")
def site(served, tmp_path_factory):
    """The address of a server with the shipped run, with one browser for all tests."""
    with (
        served.dashboard(DEFAULT_ROOT, tmp_path_factory.mktemp("site")) as url,
        served.chromium() as browser,
    ):
        yield url, browser


def findings(page) -> list[str]:
    """Serious or critical findings of axe-core on the page as it is, but those of NOT_OURS."""
    from axe_playwright_python.sync_playwright import Axe

    return [
        f"{violation['id']}: {node['html'][:200]}"
        for violation in Axe().run(page).response["violations"]
        if violation["impact"] in SEVERE
        for node in violation["nodes"]
        if not any(violation["id"] == rule and part in node["html"] for rule, part in NOT_OURS)
    ]


def settle(page) -> None:
    """Wait until the script has run, then until pictures and charts have faded in."""
    from playwright.sync_api import expect

    expect(page.locator("[data-test-script-state=notRunning]")).to_be_visible(timeout=SECONDS)
    page.wait_for_timeout(1000)


def take_a_sample(page) -> None:
    """Click the first sample, then the first network that names a class for it."""
    page.locator("[class*=st-key-sample-] button").first.click()
    page.get_by_role("button", name="Page as PDF").wait_for()  # below an answer or a refusal
    for network in ARCHITECTURES.values():
        page.get_by_role("radio", name=network).click()
        page.mouse.move(0, 0)  # what is under the mouse has a colour of Streamlit's own
        settle(page)
        if page.locator(".scores").count():
            return
    pytest.fail("every network refuses the sample: no answer can be looked at")


def too_wide(page) -> list[str]:
    """The widths at which the page scrolls sideways or leaves most of the screen empty."""
    main, frame, wrong = page.get_by_test_id("stMain"), page.locator(".st-key-frame"), []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.wait_for_timeout(1000)  # charts follow
        if main.evaluate("main => main.scrollWidth") > width:
            wrong.append(f"{width} px: scrolls sideways")
        box = frame.bounding_box()
        if box["width"] < 0.7 * width:
            wrong.append(f"{width} px: empty at its sides")
        if abs(2 * box["x"] + box["width"] - width) > 40:  # scroll bar included
            wrong.append(f"{width} px: not in the middle")
    page.set_viewport_size(USUAL)
    return wrong


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_is_accessible_and_fits_every_screen(served, site, theme):
    url, browser = site
    page = browser.new_page(color_scheme=theme, viewport=USUAL)
    page.set_default_timeout(SECONDS)
    page.goto(url)
    page.locator(".st-key-accept button").wait_for()
    settle(page)

    def wrong() -> list[str]:  # no colour makes a page wider
        return findings(page) + (too_wide(page) if theme == "light" else [])

    problems = {"notice": findings(page)}
    served.enter(page, url)
    problems["nothing yet"] = wrong()
    take_a_sample(page)
    for name in PAGES:
        if name != PAGES[0]:  # by its link, which leaves the files where they are
            page.locator(f'a[href$="/{name}"]').first.click()
            settle(page)
        problems[name] = wrong()
    page.close()
    assert {name: what for name, what in problems.items() if what} == {}
