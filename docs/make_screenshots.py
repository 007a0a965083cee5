"""Write docs/screenshots from the composite samples, so that no patient's image is shown.

Run it from anywhere, with the shipped runs or those of COVID_MODEL_RUNS:

    python docs/make_screenshots.py
"""

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from playwright.sync_api import Page  # noqa: E402

from covid_model.runs import open_shelf, runs_root  # noqa: E402
from dashboard.session.intake import samples  # noqa: E402
from tests.browser.served import chromium, dashboard, enter, find_chromium  # noqa: E402

FOLDER = ROOT / "docs" / "screenshots"
WIDTH = 1280
HEIGHTS = {  # pixels
    "classify": 800,
    "compare": 800,
    "reports": 2080,
    "shortcuts": 2080,
    "about": 1480,
}


def main() -> int:
    """Write the pictures; return 1 where something they need is missing."""
    if not samples.samples() or not open_shelf().servable or not find_chromium():
        sys.stderr.write(
            f"Expected samples in {samples.SAMPLES_FOLDER}, a run that predicts in "
            f"{runs_root()}, and chromium on the PATH. One of them is missing.\n"
        )
        return 1
    FOLDER.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        dashboard(runs_root(), Path(folder)) as url,
        chromium() as browser,
    ):
        page = browser.new_page(color_scheme="light")
        enter(page, url)
        page.locator("[class*=st-key-sample-] button").first.click()  # which is answered
        page.get_by_text("Files added: 1.").wait_for(timeout=60_000)
        page.get_by_text("Files added: 1.").wait_for(state="hidden", timeout=60_000)
        for name in HEIGHTS:
            shoot(page, name)
    return 0


def shoot(page: Page, name: str) -> None:
    """Open one page by its link, wait until it is drawn, write its picture."""
    page.set_viewport_size({"width": WIDTH, "height": HEIGHTS[name]})
    page.get_by_role("link", name=name.capitalize()).click()
    page.get_by_role("heading", name=name.capitalize(), exact=True).wait_for(timeout=60_000)
    page.locator("[data-test-script-state=notRunning]").wait_for(timeout=60_000)
    page.mouse.move(WIDTH - 1, HEIGHTS[name] - 1)  # away from anything that shows a hint
    page.wait_for_timeout(1500)  # charts fade in
    page.screenshot(path=FOLDER / f"{name}.png")
    sys.stdout.write(f"{FOLDER / name}.png\n")


if __name__ == "__main__":
    sys.exit(main())
