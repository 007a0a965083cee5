"""Fifty files at once in a real browser: the bar, the table that sorts, the filters, a click."""

import re

import numpy as np
import pytest

from tests.browser.looking import give
from tests.drawings import drawing, png

pytestmark = pytest.mark.browser
BAD = {7: b"no picture", 31: b"also none"}
WAIT = 120_000  # milliseconds
WATCH = """
window.places = new Set();
new MutationObserver(() => document.querySelectorAll("[data-testid=stProgress]")
  .forEach(() => {
    const { top } = document.querySelector(".st-key-classify-viewer").getBoundingClientRect();
    const said = document.querySelector("[class*=st-key-verdict-] h3").innerText;
    window.places.add(`${Math.round(top)} ${said}`);
  })).observe(document.body, {childList: true, subtree: true, characterData: true});
"""


def test_fifty_files_in_one_upload(served, tiny_run_root, tmp_path):
    from playwright.sync_api import expect

    with served.dashboard(tiny_run_root, tmp_path) as url, served.chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.set_default_timeout(WAIT)
        sent = []  # to the page: a busy browser draws few of the bars, or none
        page.on(
            "websocket", lambda socket: socket.on("framereceived", lambda data: sent.append(data))
        )
        served.enter(page, url)
        page.evaluate(WATCH)
        give(page, fifty())
        expect(
            page.get_by_text("0 answers, 0 can't tell, 2 refused, 48 not calibrated")
        ).to_be_visible(timeout=3 * WAIT)
        rest(page, expect)
        bars = {bar for data in sent for bar in re.findall(rb"File \d+ of 50: \d\d\.png", data)}
        assert len(bars) > 10
        assert len(page.evaluate("[...window.places]")) <= 1  # the case in view stood still

        table, shown = page.get_by_test_id("stDataFrame"), file_in_view(page)
        expect(shown).to_have_value("00.png", timeout=WAIT)
        press(table, x=50, y=17)  # the heading "File": sorted upwards
        press(table, x=50, y=17)  # and downwards
        expect(cell(table, 0)).to_have_text("49.png", timeout=WAIT)
        press(table, x=50, y=row(2))
        expect(shown).to_have_value("47.png", timeout=WAIT)
        rest(page, expect)
        expect(page.get_by_text("47.png, read in")).to_be_visible(timeout=WAIT)
        assert page.get_by_test_id("stMain").evaluate("main => main.scrollTop") == 0  # its picture

        page.get_by_role("button", name="refused (2)").click()
        expect(cell(table, 0)).to_have_text("07.png", timeout=WAIT)
        expect(cell(table, 2)).to_have_count(0)
        rest(page, expect)
        press(table, x=50, y=row(1))
        expect(shown).to_have_value("31.png", timeout=WAIT)
        expect(page.get_by_text("31.png cannot be classified")).to_be_visible(timeout=WAIT)
        rest(page, expect)
        page.get_by_role("button", name="Previous file").press("Enter")
        expect(shown).to_have_value("07.png", timeout=WAIT)
        expect(page.get_by_test_id("stException")).to_have_count(0)
    assert "Traceback" not in (tmp_path / "server.log").read_text()


def fifty():
    """Fifty files as a browser gives them, large enough that the bar is seen; two are bad."""
    pictures = [
        np.kron(drawing(covid=share / 100), np.ones((5, 5), np.float32)) for share in range(50)
    ]
    return [
        {"name": f"{n:02}.png", "mimeType": "image/png", "buffer": BAD.get(n) or png(picture)}
        for n, picture in enumerate(pictures)
    ]


def rest(page, expect):
    """Wait until the page is drawn."""
    expect(page.locator("[data-test-script-state=notRunning]")).to_be_visible(timeout=WAIT)


def file_in_view(page):
    return page.get_by_role("combobox", name="File to look at")


def row(number):
    """The middle of a row of the table, in pixels below its top."""
    return 35 + 35 * number + 17


def press(table, *, x, y):
    table.locator("canvas").first.click(
        position={"x": x, "y": y}, force=True
    )  # a scroller lies over it


def cell(table, number):
    """The name of the file in a row of the table, as screen readers get it."""
    return table.get_by_test_id(f"glide-cell-1-{number}")
