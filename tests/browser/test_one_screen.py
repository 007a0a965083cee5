"""Classify and Compare on one screen: verdict and whole picture, on a desk and on a phone."""

import re

import numpy as np
import pytest

from tests.browser.looking import SECONDS, fold_of, give, verdict_of
from tests.drawings import drawing, png

pytestmark = pytest.mark.browser
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 400, "height": 800}
LEAST = {"classify": 0.55, "compare": 0.45}  # of a desk's height: Compare has four columns
LOWEST = 650  # pixels from the top of a phone's screen at which the picture begins


@pytest.fixture(scope="module")
def site(served, tiny_runs, tmp_path_factory):
    """The address of a server, with one browser for all tests."""
    folder = tmp_path_factory.mktemp("one-screen")
    with served.dashboard(tiny_runs / "trusted", folder) as url, served.chromium() as browser:
        yield url, browser


def files(count):
    """Radiographs higher than wide, as most films are."""
    portrait = np.kron(drawing(), np.ones((3, 2), np.float32))
    picture = {"mimeType": "image/png", "buffer": png(portrait)}
    return [{"name": f"a long name of a film {n}.png", **picture} for n in range(count)]


def opened(served, site, *, count, **how):
    """A page with files, once it rests."""
    url, browser = site
    page = browser.new_page(**how)
    served.enter(page, url)
    give(page, files(count))
    rest(page)
    return page


def rest(page):
    from playwright.sync_api import expect

    expect(verdict_of(page)).to_be_visible(timeout=SECONDS)
    expect(page.locator(".viewer canvas:visible").first).to_be_visible(timeout=SECONDS)
    resting = page.locator("[data-test-script-state=notRunning]")
    expect(resting).to_be_visible(timeout=SECONDS)
    page.wait_for_timeout(500)  # the viewer takes its size


def go(page, name):
    from playwright.sync_api import expect

    page.locator(f'a[href$="/{name}"]').first.click()
    # Streamlit names the page's title in the browser's tab; the address tells it as well
    page.wait_for_url(re.compile(rf"/{name}(\?|$)"))  # run and network follow the name
    expect(page.locator(f".st-key-{name}-viewer")).to_be_visible(timeout=SECONDS)
    rest(page)


def go_by_drawer(page, name):
    page.get_by_test_id("stExpandSidebarButton").click()
    go(page, name)


def pictures(page):
    """The boxes of the pictures that are drawn, but not of a scale of colours."""
    canvases = page.locator(".viewer figure canvas:visible").all()
    return [canvas.bounding_box() for canvas in canvases]


@pytest.mark.parametrize("locale", ["en-US", "pt-BR"])
@pytest.mark.parametrize("count", [1, 10])
def test_a_desk_shows_the_verdict_above_whole_pictures(served, site, count, locale):
    page = opened(served, site, count=count, viewport=DESK, locale=locale)
    for name in ("classify", "compare"):
        if name == "compare":
            go(page, name)
        sentence = verdict_of(page).locator("h3").bounding_box()
        assert sentence["height"] < 40, "the verdict takes more than a line"
        boxes = pictures(page)
        assert len(boxes) >= 2
        for box in boxes:
            assert box["y"] >= sentence["y"] + sentence["height"], name
            assert box["y"] + box["height"] <= DESK["height"], name
            assert box["x"] + box["width"] <= DESK["width"], name
        assert max(box["height"] for box in boxes) >= LEAST[name] * DESK["height"], name
        bars = page.locator(".scores").first.bounding_box()
        assert bars["x"] >= max(box["x"] + box["width"] for box in boxes), "bars at the side"
        assert bars["y"] + bars["height"] <= DESK["height"]
        line = page.locator(".st-key-toolbar").bounding_box()
        assert line["height"] < 60, "the pickers take more than a line"
    page.close()


@pytest.mark.parametrize("locale", ["en-US", "pt-BR"])
@pytest.mark.parametrize("count", [1, 10])
def test_a_phone_shows_the_verdict_and_where_the_picture_begins(served, site, count, locale):
    page = opened(served, site, count=count, viewport=PHONE, locale=locale)
    sentence = verdict_of(page).bounding_box()
    assert sentence["y"] > 0
    assert sentence["y"] + sentence["height"] <= PHONE["height"]
    assert sentence["y"] + sentence["height"] <= pictures(page)[0]["y"] <= LOWEST
    page.close()


def test_a_wide_picture_has_no_black_above_and_below(served, site):
    url, browser = site
    page = browser.new_page(viewport=DESK)
    served.enter(page, url)
    wide = np.kron(drawing(), np.ones((2, 3), np.float32))
    down, across = wide.shape
    give(page, [{"name": "wide.png", "mimeType": "image/png", "buffer": png(wide)}])
    rest(page)
    for name in ("classify", "compare"):
        if name == "compare":
            go(page, name)
        for box in pictures(page):
            assert box["height"] == pytest.approx(box["width"] * down / across, abs=3), name
    page.locator(".viewer [data-id=turn]").click()
    page.wait_for_timeout(500)
    assert all(box["height"] > box["width"] for box in pictures(page))
    page.close()


def test_a_phone_cuts_no_name(served, site):
    page = opened(served, site, count=2, viewport=PHONE)
    go_by_drawer(page, "compare")
    shown = page.get_by_role("combobox", name="File to look at").bounding_box()
    assert shown["width"] > PHONE["width"] / 2
    run = page.locator(".st-key-toolbar [data-testid=stCaptionContainer] p")
    wide = "one => [one.scrollWidth, one.clientWidth, one.getBoundingClientRect().width]"
    asked, has, width = run.evaluate(wide)
    assert asked <= has
    assert width > PHONE["width"] / 2
    page.close()


def test_the_intake_folds_once_there_are_files_and_the_notice_stays(served, site):
    from playwright.sync_api import expect

    page = opened(served, site, count=1, viewport=DESK)
    fold = fold_of(page)
    expect(fold).to_contain_text("Files (1)")
    expect(page.get_by_text("Nothing to look at yet")).to_have_count(0)
    expect(page.get_by_role("button", name="Remove all files")).to_be_hidden()
    notice = page.get_by_text("For research and teaching, not for diagnosis.").bounding_box()
    assert notice["height"] < 30
    fold.click()
    expect(page.get_by_role("button", name="Remove all files")).to_be_visible()
    page.close()


def test_keys_step_through_the_files_but_not_while_one_writes(served, site):
    from playwright.sync_api import expect

    page = opened(served, site, count=3, viewport=DESK)
    shown = page.get_by_role("combobox", name="File to look at")
    for key, number in (("n", 1), ("n", 2), ("p", 1)):
        page.keyboard.press(key)
        expect(shown).to_have_value(f"a long name of a film {number}.png", timeout=SECONDS)
        rest(page)
    page.get_by_role("radio", name="VGG16").focus()  # a choice, no text
    page.keyboard.press("p")
    expect(shown).to_have_value("a long name of a film 0.png", timeout=SECONDS)
    rest(page)
    page.keyboard.press("n")
    expect(shown).to_have_value("a long name of a film 1.png", timeout=SECONDS)
    rest(page)
    page.locator(".viewer [data-id=stage]").click()  # the viewer leaves these keys to the page
    page.keyboard.press("n")
    expect(shown).to_have_value("a long name of a film 2.png", timeout=SECONDS)
    rest(page)
    shown.press_sequentially("p")  # a letter of a name to look for
    page.wait_for_timeout(1000)
    page.keyboard.press("Escape")
    expect(shown).to_have_value("a long name of a film 2.png")
    page.close()
