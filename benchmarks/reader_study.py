"""How many clicks, scrolls and keys ten cases take a reader with "Read first".

    python -m benchmarks.reader_study [--other DIR]

Drives Classify in Chromium, in a window of 1280 x 800, as a reader would: who looks at each picture
first, names a class, saves, goes on to the next file, and scrolls where what comes next is not
whole on the screen (once, however far; of a picture that is higher than the screen its top). It
counts by mouse and by keyboard alone, from ten loaded files with the first in view until ten
readings are saved, in this checkout and in the one in DIR. Where a version has no key for a
control, that is reached by the tab key from wherever the last step left the focus.
"""

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from playwright.sync_api import Browser, Locator, Page, expect

from benchmarks.switching import HERE, TIMEOUT, rest, served
from covid_model.common.system import paths
from tests.browser.served import chromium, enter

CASES, HEADER, HEIGHT = 10, 48, 800  # files, pixels
CHOICE, MOST_TABS = "Normal", 200
FOCUS = "one => one === document.activeElement || one.contains(document.activeElement)"


def cases() -> list[dict]:
    """Return ten pictures as a browser gives files: the first sample in other greys."""
    sample = cv2.imread(str(paths.SAMPLES / "covid.png"), cv2.IMREAD_GRAYSCALE) / 255
    made = []
    for number in range(CASES):
        greys = (255 * sample ** (0.8 + 0.05 * number)).round().astype(np.uint8)
        data = cv2.imencode(".png", greys)[1].tobytes()
        made.append({"name": f"case {number}.png", "mimeType": "image/png", "buffer": data})
    return made


class Reader:
    """One who reads the files of a page, with what that took so far."""

    def __init__(self, page: Page) -> None:
        self.page, self.taken = page, Counter(clicks=0, scrolls=0, keys=0)
        self.form = page.get_by_test_id("stForm")

    def look(self, seen: Locator) -> None:
        """Have something on the screen, by a scroll where it is not."""
        box = seen.bounding_box()
        bottom = min(box["y"] + box["height"], box["y"] + HEIGHT - HEADER)
        if box["y"] < HEADER or bottom > HEIGHT + 1:
            self.taken["scrolls"] += 1
            higher = box["height"] > HEIGHT - HEADER
            seen.evaluate(
                "(one, block) => one.scrollIntoView({block})", "start" if higher else "end"
            )
            if higher:
                self.page.get_by_test_id("stMain").evaluate(f"one => one.scrollBy(0, -{HEADER})")

    def click(self, control: Locator) -> None:
        """Click a control that is on the screen."""
        self.look(control)
        self.taken["clicks"] += 1
        control.click()

    def press(self, key: str) -> None:
        """Press a key."""
        self.taken["keys"] += 1
        self.page.keyboard.press(key)

    def tab_to(self, control: Locator) -> None:
        """Press the tab key until a control has the focus."""
        for _ in range(MOST_TABS):
            if control.evaluate(FOCUS):
                return
            self.press("Tab")
        raise RuntimeError(f"{control} cannot be reached by the tab key.")

    def see(self, number: int) -> None:
        """Wait for a file and look at its picture."""
        shown = self.page.get_by_role("combobox", name="File to look at")
        expect(shown).to_have_value(f"case {number}.png", timeout=TIMEOUT)
        expect(self.form).to_be_visible(timeout=TIMEOUT)
        rest(self.page)
        self.look(self.page.locator(".viewer canvas").first)

    def save(self) -> tuple[Locator, Locator | None]:
        """Return the button that saves, with the one that goes on where the former does not."""
        both = self.form.get_by_role("button", name="Save, next unread file")
        if both.count():
            return both, None
        alone = self.form.get_by_role("button", name="Save and reveal")
        return alone, self.page.get_by_role("button", name="Next file").first

    def by_mouse(self, number: int) -> None:
        """Read a file by mouse."""
        self.see(number)
        button, onwards = self.save()
        self.click(self.form.get_by_text(CHOICE, exact=True))
        self.click(button)
        self.revealed(number, onwards)
        if onwards and number + 1 < CASES:
            self.click(onwards)

    def by_keys(self, number: int) -> None:
        """Read a file by keyboard."""
        self.see(number)
        button, onwards = self.save()
        if self.page.locator(".st-key-reading-first").count():  # which names its keys
            self.press("2")
            expect(self.form.get_by_role("radio", name=CHOICE)).to_be_checked(timeout=TIMEOUT)
        else:
            self.tab_to(self.form.get_by_role("radio").first)
            self.press("Space")
            self.press("ArrowDown")
            rest(self.page)
            self.tab_to(button)
        self.press("Enter")
        self.revealed(number, onwards)
        if onwards and number + 1 < CASES:
            self.tab_to(onwards)
            self.press("Enter")

    def revealed(self, number: int, onwards: Locator | None) -> None:
        """Wait until a reading is saved, where that stays on its file."""
        if onwards or number + 1 == CASES:
            expect(self.page.get_by_text("Your reading:").first).to_be_visible(timeout=TIMEOUT)
            rest(self.page)


def count(url: str, browser: Browser, way: str) -> Counter[str]:
    """Count what ten cases take by ``by_mouse`` or ``by_keys``."""
    page = browser.new_page(viewport={"width": 1280, "height": HEIGHT})
    enter(page, url)
    page.get_by_text("Read first, reveal later").click()
    rest(page)
    page.locator("input[type=file]").first.set_input_files(cases())
    page.locator(".viewer[data-drawn]").wait_for(timeout=TIMEOUT)
    reader = Reader(page)
    for number in range(CASES):
        getattr(reader, way)(number)
    page.close()
    return reader.taken


def main(arguments: Sequence[str] | None = None) -> None:
    """Count, then print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--other", type=Path, help="another checkout of the project")
    options = parser.parse_args(arguments)
    checkouts = {"this": HERE, **({"other": options.other.resolve()} if options.other else {})}
    lines = ["| | clicks | scrolls | keys |", "| --- | --- | --- | --- |"]
    for name, checkout in checkouts.items():
        with (
            tempfile.TemporaryDirectory() as folder,
            served(checkout, folder) as url,
            chromium() as browser,
        ):
            for way, words in (("by_mouse", "by mouse"), ("by_keys", "by keyboard")):
                cells = " | ".join(map(str, count(url, browser, way).values()))
                lines.append(f"| {name}, {words} | {cells} |")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
