"""What many visitors at once wait for, and what they leave in the server's memory.

    python -m benchmarks.load [--sessions N] [--rounds N] [--other DIR] [--runs DIR]

Each visitor is a real websocket session, which opens the dashboard, accepts the notice, uploads a
marked picture of its own and leaves with the answer; all come at once and upload at once. Prints a
Markdown table: medians and 95th percentiles, how many pages showed another's picture or name, the
server's memory once its first visitor has left, at most, and two minutes after the last one left.
``--other`` asks the server of another checkout too, in turns, and adds the ratios (Linux).
"""

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.load_client import visit_at_once
from tests.browser.served import dashboard

HERE = Path(__file__).resolve().parent.parent
READY, IDLE, AFTER = 10, 5, 120  # seconds after the start, after the first visitor, after the last
WAITS = {
    "address to the first page": "opened",
    "notice accepted to the page": "accepted",
    "upload to the answer": "answered",
    "upload to the whole page": "drawn",
}
WRONG = "pages with another's picture or name"


class Memory:
    """The resident memory of a process, in MiB."""

    def __init__(self, process: int) -> None:
        self._status = Path(f"/proc/{process}/status")

    def now(self) -> float:
        """Return what it has now."""
        return int(self._status.read_text("utf-8").split("VmRSS:")[1].split()[0]) / 1024

    @contextmanager
    def watched(self) -> Iterator[list[float]]:
        """Look at it five times a second; the list grows while the block runs."""
        seen, done = [self.now()], threading.Event()

        def watch() -> None:
            while not done.wait(0.2):
                seen.append(self.now())

        watching = threading.Thread(target=watch)
        watching.start()
        try:
            yield seen
        finally:
            done.set()
            watching.join()


@contextmanager
def served(
    checkout: Path, runs: Path | None = None, *, python: str = sys.executable
) -> Iterator[tuple[str, Memory]]:
    """Serve a checkout's dashboard, on its own runs by default; yield address and memory."""
    runs = runs or checkout / "assets" / "runs"
    with tempfile.TemporaryDirectory() as folder:
        app = checkout / "dashboard" / "app.py"
        with dashboard(runs, Path(folder), app=app, python=python) as url:
            memory = Memory(int(Path(folder, "server.pid").read_text("utf-8")))
            time.sleep(READY)
            yield url, memory


def measure(checkout: Path, *, sessions: int, runs: Path | None) -> dict[str, float]:
    """Serve a checkout to one visitor, then to many; return what the table shows."""
    with served(checkout, runs) as (url, memory):
        before = memory.now()
        visit_at_once(url, [0])
        time.sleep(IDLE)
        idle = memory.now()
        with memory.watched() as seen:
            visits = visit_at_once(url, range(1, sessions + 1))
        time.sleep(AFTER)
        left = memory.now()
    rows = {}
    for title, field in WAITS.items():
        seconds = [getattr(visit, field) for visit in visits]
        for share in (50, 95):
            rows[f"{title}, p{share} (s)"] = float(np.percentile(seconds, share))
    return {
        **rows,
        WRONG: float(sum(not visit.own for visit in visits)),
        "memory before the first visitor (MiB)": before,
        "memory when the first has left (MiB)": idle,
        "memory at most (MiB)": max(seen),
        "memory two minutes after the last left (MiB)": left,
        "that, as a ratio to when the first had left": left / idle,
    }


def table(own: Sequence[dict[str, float]], other: Sequence[dict[str, float]]) -> str:
    """Write the medians of the rounds as Markdown, pages with another's as their sum."""
    lines = [["", "measured", *(("other", "ratio") if other else ())]]
    lines.append(["---"] * len(lines[0]))
    for title in own[0]:
        join = sum if title == WRONG else median
        values = [join([rows[title] for rows in rounds]) for rounds in (own, other) if rounds]
        digits = 0 if "MiB" in title or title == WRONG else 2
        written = [f"{value:.{digits}f}" for value in values]
        if other:
            written.append(f"{values[0] / values[1]:.2f}" if values[1] else "")
        lines.append([title, *written])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, then print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sessions", type=int, default=50, help="default: %(default)s")
    parser.add_argument("--rounds", type=int, default=1, help="default: %(default)s")
    parser.add_argument("--other", type=Path, metavar="DIR", help="checkout to compare with")
    parser.add_argument("--runs", type=Path, metavar="DIR", help="default: each checkout's own")
    options = parser.parse_args(arguments)
    own, other = [], []
    for _ in range(options.rounds):
        for checkout, rounds in ((HERE, own), (options.other, other)):
            if checkout is not None:
                measured = measure(checkout.resolve(), sessions=options.sessions, runs=options.runs)
                rounds.append(measured)
    sys.stdout.write(table(own, other))


if __name__ == "__main__":
    main()
