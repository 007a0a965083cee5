"""How quickly the dashboard answers, what twenty visitors cost.

    python -m benchmarks.dashboard [--rounds N] [--sessions N]

Prints a Markdown table of the shipped run on the composite samples: from the start of `streamlit
run` to the first page in a Chromium that is open already; from the choice of a JPEG 2000 file of
2500 x 3000 pixels to its answer and picture there; then, without a browser, the time that the
page's script takes on the server to open, to answer for a new case, for another network or page
once the case is known; the memory of a server of its own with one session and with many, each of
which has asked every network (Linux). ``COVID_MODEL_RUNS`` names another folder of runs.
"""

import argparse
import logging
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from itertools import cycle
from pathlib import Path
from statistics import median

from benchmarks.films import jpeg_2000
from benchmarks.load import HERE, served
from covid_model.common.architectures import ARCHITECTURES
from covid_model.common.system.paths import SAMPLES
from covid_model.runs import runs_root
from tests.browser.served import chromium, dashboard, enter
from tests.deployment.visitor import visit

APP = HERE / "dashboard" / "main.py"
TIMEOUT = 300  # seconds


def seconds(function: Callable[[], object]) -> float:
    """Time one call."""
    started = time.perf_counter()
    function()
    return time.perf_counter() - started


def start() -> float:
    """Seconds from the start of the command to the first page in an open browser."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        page = browser.new_page()
        started = time.perf_counter()
        with dashboard(runs_root(), Path(folder)) as url:
            page.goto(url)
            page.locator(".st-key-accept button").wait_for(timeout=1000 * TIMEOUT)
            return time.perf_counter() - started


def answers(rounds: int) -> Iterator[float]:
    """Seconds from the choice of a large file to its answer and picture, each time another file."""
    data = jpeg_2000()
    with tempfile.TemporaryDirectory() as name, chromium() as browser:
        folder = Path(name)
        with dashboard(runs_root(), folder) as url:
            for number in range(rounds + 1):
                file = folder / f"{number}.dcm"
                file.write_bytes(bytes([number]) + data[1:])  # of the preamble, which says nothing
                page = browser.new_page(viewport={"width": 1280, "height": 800})
                enter(page, url)
                started = time.perf_counter()
                page.locator("input[type=file]").set_input_files(file)
                page.locator(".viewer[data-drawn]").wait_for(timeout=1000 * TIMEOUT)
                if number:  # the first one loads the network
                    yield time.perf_counter() - started
                page.close()


def visitor():
    """A session on Classify that has accepted the notice, with the seconds of its first page."""
    from streamlit.testing.v1 import AppTest

    from dashboard.session import state

    at = AppTest.from_file(APP, default_timeout=TIMEOUT)
    at.session_state[state._ACCEPTED] = True
    return at, seconds(at.run)


def ask_all(at) -> float:
    """Take the last sample, ask every network about it; seconds for the first of them."""
    sample = [button for button in at.button if str(button.key).startswith("sample-")][-1]
    first = seconds(lambda: sample.click().run())
    for name in ARCHITECTURES:
        choose(at, name)
    return first


def choose(at, name: str) -> None:
    """Choose a network."""
    from dashboard.session import state

    at.button_group(key=state.MODEL).set_value(name).run()


def memory(
    sessions: int, checkout: Path = HERE, runs: Path | None = None, *, python: str = sys.executable
) -> tuple[float, float]:
    """Resident MiB of a server with one session, then with many, each with a file on Compare."""
    samples = [file.read_bytes() for file in sorted(SAMPLES.glob("*.png"))]
    with served(checkout, runs, python=python) as (url, resident), ExitStack() as visits:
        used = []
        for number in range(sessions):
            visitor = visits.enter_context(visit(url))
            visitor.upload(f"{number}.png", samples[number % len(samples)])
            for page in ("compare", "", "compare", ""):
                visitor.open(page)
            used.append(resident.now())
        return used[0], used[-1]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, then print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15, help="default: %(default)s")
    parser.add_argument("--sessions", type=int, default=20, help="default: %(default)s")
    options = parser.parse_args(arguments)
    logging.disable(logging.WARNING)
    rows = {
        "`streamlit run` to the first page in an open Chromium": median(start() for _ in range(3))
    }
    rows["a JPEG 2000 file of 2500 x 3000 to its answer in Chromium"] = median(answers(5))
    at, rows["Classify, opened first"] = visitor()
    rows["first answer, with loading the network"] = ask_all(at)
    names, pages = cycle(ARCHITECTURES), cycle(("compare", "classify"))
    rows["another network, case known"] = median(
        seconds(lambda: choose(at, next(names))) for _ in range(options.rounds)
    )
    for page in ("compare", "classify"):  # the first time loads the page
        at.switch_page(f"views/{page}.py").run()
    rows["another page, case known"] = median(
        seconds(lambda: at.switch_page(f"views/{next(pages)}.py").run())
        for _ in range(2 * options.rounds)
    )
    one, many = memory(options.sessions, runs=runs_root())
    lines = [f"| {what} | {1000 * value:.0f} ms |" for what, value in rows.items()]
    lines.append(f"| memory with 1 session, every network asked | {one:.0f} MiB |")
    lines.append(f"| memory with {options.sessions} sessions | {many:.0f} MiB |")
    sys.stdout.write("\n".join(("| | measured |", "| --- | --- |", *lines)) + "\n")


if __name__ == "__main__":
    main()
