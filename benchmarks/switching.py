"""How quickly the dashboard starts and follows a click, beside another version of it.

    python -m benchmarks.switching [--other DIR] [--rounds N]

Prints a Markdown table of medians in milliseconds, in an open Chromium of 1280 x 800: from the
start of `streamlit run` to the first page; then, with every answer known, from a click on another
class, opacity, network or file to the picture that shows it. Rounds alternate between this checkout
and the one in DIR, each with its own runs, so that what else the machine does weighs on both.
"""

import argparse
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, Locator, Page

from covid_model.common.system import paths
from tests.browser.served import chromium, dashboard, enter

HERE = Path(__file__).resolve().parent.parent
TIMEOUT = 120_000  # milliseconds
CASES = ("covid", "infection", "normal")
NETWORKS = ("Xception", "ResNet50V2", "VGG16")
CLASSES = ("COVID-19", "Normal", "Other infection")
VIEWER = """[...document.querySelectorAll("*")]
  .map((one) => one.shadowRoot?.querySelector(".viewer")).find(Boolean)"""
UNTIL_NAMED = f"""async (control, wanted) => {{
  const shows = () => [...({VIEWER})?.querySelectorAll("canvas[data-kind]") ?? []]
    .some((canvas) => canvas.getAttribute("aria-label")?.includes(wanted));
  const started = performance.now();
  control.click();
  while (!shows()) await new Promise(requestAnimationFrame);
  return performance.now() - started;
}}"""
UNTIL_DRAWN = f"""async (slider, value) => {{
  const {{ dataset }} = {VIEWER};
  const [started, before] = [performance.now(), dataset.drawn];
  slider.value = value;
  slider.dispatchEvent(new Event("input"));
  while (dataset.drawn === before) await new Promise(requestAnimationFrame);
  return performance.now() - started;
}}"""


def start(checkout: Path, browser: Browser) -> float:
    """Milliseconds from the start of the command to the first page."""
    page = browser.new_page()
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        with served(checkout, folder) as url:
            page.goto(url)
            page.locator(".st-key-accept button").wait_for(timeout=TIMEOUT)
            taken = time.perf_counter() - started
            page.close()
    return 1000 * taken


def served(checkout: Path, folder: str):
    """Serve a checkout with its own runs."""
    app = checkout / "dashboard" / "app.py"
    return dashboard(checkout / "assets" / "runs", Path(folder), app=app)


def opened(url: str, browser: Browser) -> Page:
    """Open Classify with three files, each network asked about each of them."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    enter(page, url)
    files = [paths.SAMPLES / f"{name}.png" for name in CASES]
    page.locator("input[type=file]").first.set_input_files(files)
    page.locator(".viewer[data-drawn]").wait_for(timeout=TIMEOUT)
    for network in (*NETWORKS[1:], NETWORKS[0]):
        switch(page.get_by_role("radio", name=network), f"map of {network}")
        page.get_by_test_id("stDataFrame").wait_for(timeout=TIMEOUT)  # of all files
        rest(page)
    return page


def rest(page: Page) -> None:
    """Wait until the page is drawn."""
    page.locator("[data-test-script-state=notRunning]").wait_for(timeout=TIMEOUT)
    page.wait_for_timeout(500)


def switch(control: Locator, wanted: str) -> float:
    """Milliseconds from a click to a picture whose words contain what is wanted."""
    return control.evaluate(UNTIL_NAMED, wanted)


def clicks(page: Page, number: int) -> Iterator[tuple[str, float]]:
    """Click once on each kind of control; yield what it is with its milliseconds."""
    name = CLASSES[number % len(CLASSES)]
    yield "another class", switch(page.locator(f".viewer button:text-is('{name}')"), f"for {name}")
    slider = page.locator(".viewer [data-id=opacity]")
    yield "another opacity", slider.evaluate(UNTIL_DRAWN, 0.2 + 0.05 * (number % 10))
    network = NETWORKS[(number + 1) % len(NETWORKS)]
    yield "another network", switch(page.get_by_role("radio", name=network), f"map of {network}")
    rest(page)
    way = "Next file" if number // 2 % 2 == 0 else "Previous file"
    shown = page.get_by_role("combobox", name="File to look at").input_value()
    place = CASES.index(shown.removesuffix(".png")) + (1 if way == "Next file" else -1)
    wanted = f"radiograph {CASES[place]}.png"
    yield "another file", switch(page.get_by_role("button", name=way).first, wanted)
    rest(page)


def measured(checkouts: Sequence[Path], rounds: int) -> dict[str, list[list[float]]]:
    """Measure by turns; return what is measured -> milliseconds of each checkout."""
    found: dict[str, list[list[float]]] = defaultdict(lambda: [[] for _ in checkouts])
    with ExitStack() as stack:
        browser = stack.enter_context(chromium())
        for _ in range(rounds):
            for side, checkout in enumerate(checkouts):
                found["`streamlit run` to the first page"][side].append(start(checkout, browser))
        pages = []
        for checkout in checkouts:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            pages.append(opened(stack.enter_context(served(checkout, folder)), browser))
        for number in range(2 * rounds):
            for side, page in enumerate(pages):
                for what, taken in clicks(page, number):
                    found[what][side].append(taken)
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, then print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--other", type=Path, help="another checkout of the project")
    parser.add_argument("--rounds", type=int, default=8, help="default: %(default)s")
    options = parser.parse_args(arguments)
    checkouts = [HERE, *([options.other.resolve()] if options.other else [])]
    lines = ["| | this (ms) | other (ms) | ratio |", "| --- | --- | --- | --- |"]
    for what, sides in measured(checkouts, options.rounds).items():
        this, *others = (median(side) for side in sides)
        beside = [f"{other:.0f} | {this / other:.2f}" for other in others] or ["– | –"]
        lines.append(f"| {what} | {this:.0f} | {beside[0]} |")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
