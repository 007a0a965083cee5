"""The viewer as a browser test sees it: its keys, its controls, the pixels of its pictures."""

import base64
import io
import re
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Locator, Page, expect

SECONDS = 60_000  # milliseconds
DROP = """(files) => {
  const dataTransfer = new DataTransfer();
  for (const { name, mimeType, buffer } of files) {
    const bytes = Uint8Array.from(atob(buffer), (letter) => letter.charCodeAt(0));
    dataTransfer.items.add(new File([bytes], name, { type: mimeType }));
  }
  document.body.dispatchEvent(new DragEvent("drop", { bubbles: true, dataTransfer }));
}"""
FOCUSED = """() => {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element?.dataset?.id ?? element?.tagName;
}"""


def give(page: Page, files: list[dict[str, Any]]) -> None:
    """Drop files on the page, which hands them to the server until it has them.

    Streamlit's own uploader loses what it is given while a run of the page begins.

    Args:
        page: on any of our pages.
        files: each with ``name``, ``mimeType``, ``buffer``.
    """
    listens(page)
    sent = [{**file, "buffer": base64.b64encode(file["buffer"]).decode()} for file in files]
    page.evaluate(DROP, sent)


def listens(page: Page) -> None:
    """Wait until the browser's part of the page takes what is dropped and pasted."""
    page.locator(".target:not(:empty)").wait_for(state="attached", timeout=SECONDS)


def fold_of(page: Page) -> Locator:
    """The button that the intake folds to once there are files."""
    return page.locator(".st-key-toolbar").get_by_test_id("stPopoverButton")


def verdict_of(page: Page) -> Locator:
    """The one sentence on the file in view, or its refusal."""
    return page.locator("[class*=st-key-verdict-]")


class Viewer:
    """The only viewer of a page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.root = page.locator(".viewer")

    def control(self, name: str) -> Locator:
        """A button, a slider or the pictures by the name that the scripts give it."""
        return self.root.locator(f"[data-id='{name}']")

    def ready(self, overlays: int = 1) -> None:
        """Wait until the pictures are drawn and the page rests."""
        expect(self.pictures("overlay")).to_have_count(overlays, timeout=SECONDS)
        expect(self.root).to_have_attribute("data-drawn", re.compile(r"\d+"), timeout=SECONDS)
        resting = self.page.locator("[data-test-script-state=notRunning]")
        expect(resting).to_be_visible(timeout=SECONDS)

    def pictures(self, kind: str) -> Locator:
        return self.root.locator(f"canvas[data-kind={kind}]")

    def press(self, *keys: str) -> None:
        """Press keys one after the other, each once the last has been drawn."""
        for key in keys:
            self.draws(lambda key=key: self.page.keyboard.press(key))

    def draws(self, act) -> None:
        """Do something, then wait until the pictures are drawn again."""
        before = self.root.get_attribute("data-drawn")
        act()
        expect(self.root).not_to_have_attribute("data-drawn", before, timeout=SECONDS)

    def canvas(self, kind: str, index: int = 0) -> np.ndarray:
        """What a canvas holds, int (height, width, 3), with the black beside a picture."""
        url = self.pictures(kind).nth(index).evaluate("one => one.toDataURL()")
        with Image.open(io.BytesIO(base64.b64decode(url.split(",")[1]))) as image:
            return np.asarray(image.convert("RGB")).astype(int)

    def pixels(self, kind: str, index: int = 0) -> np.ndarray:
        """What a picture shows, int (height, width, 3), without black beside the whole of it."""
        shown = self.canvas(kind, index)
        canvas = self.pictures(kind).nth(index)
        aspect = canvas.evaluate("one => getComputedStyle(one).getPropertyValue('--aspect')")
        across, down = map(float, aspect.split("/"))
        height, width = shown.shape[:2]
        scale = min(width / across, height / down)
        top, left = (height - scale * down) / 2, (width - scale * across) / 2
        rows, columns = (
            slice(round(top), round(height - top)),
            slice(round(left), round(width - left)),
        )
        return shown[rows, columns]

    def on(self, name: str, value: bool = True) -> None:
        """Expect a button to be on, or off."""
        expect(self.control(name)).to_have_attribute(
            "aria-pressed", str(value).lower(), timeout=SECONDS
        )

    def fresh(self) -> None:
        """Take the focus to the pictures with everything as at first, the lungs not outlined."""
        self.control("stage").evaluate("one => one.focus({preventScroll: true})")
        self.press("1", "r")
        if self.control("outline").count():
            self.press("l")

    def focused(self) -> str:
        """The name of the control that has the focus, or the kind of element elsewhere."""
        return self.page.evaluate(FOCUSED)
