"""What many visitors at once wait for, and what they leave in the server's memory.

    python -m benchmarks.load [--sessions N] [--rounds N] [--other DIR] [--runs DIR]

Each visitor is a real websocket session, which opens the dashboard, accepts the notice, uploads a
marked picture of its own and leaves with the answer; all of them come at once and upload at once. Prints a
Markdown table: medians and 95th percentiles, how many answers were not the visitor's own, and the
server's memory: once its first visitor has left, at most, and two minutes after the last one left.
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

from benchmarks.load_client import Visit, visit_at_once
from tests.browser.served import dashboard

HERE = Path(__file__).resolve().parent.parent
AFTER = 120  # seconds
WAITS = {
    "address to the first page": "opened",
    "notice accepted to the page": "accepted",
    "upload to the answer": "answered",
    "upload to the whole page": "drawn",
}
WRONG, BEFORE, IDLE, PEAK, LEFT = (
    "answers that are not the visitor's own",
    "memory before the first visitor (MiB)",
    "memory with one visitor's networks, idle (MiB)",
    "memory at most (MiB)",
    "memory two minutes after the last left (MiB)",
)
RATIO = "that, as a ratio to idle"


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
def served(checkout: Path, runs: Path | None = None) -> Iterator[tuple[str, Memory]]:
    """Serve a checkout's dashboard, on its own runs by default; yield address and memory."""
    runs = runs or checkout / "assets" / "runs"
    with tempfile.TemporaryDirectory() as folder:
        app = checkout / "dashboard" / "app.py"
        with dashboard(runs, Path(folder), app=app) as url:
            yield url, Memory(int(Path(folder, "server.pid").read_text("utf-8")))


def measure(checkout: Path, *, sessions: int, runs: Path | None) -> dict[str, float]:
    """Serve a checkout to one visitor, then to many; return what the table shows."""
    with served(checkout, runs) as (url, memory):
        before = memory.now()
        visit_at_once(url, [0])
        time.sleep(2)
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
    wrong = float(sum(not visit.own for visit in visits))
    return {**rows, WRONG: wrong, BEFORE: before, IDLE: idle, PEAK: max(seen), LEFT: left, RATIO: left / idle}


def table(own: Sequence[dict[str, float]], other: Sequence[dict[str, float]]) -> str:
    """Write the medians of the rounds as Markdown, wrong answers as their sum."""
    heading = ["", "measured", *(("other", "ratio") if other else ())]
    lines = [heading, ["---"] * len(heading)]
    for title in own[0]:
        join = sum if title == WRONG else median
        values = [join(rows[title] for rows in rounds) for rounds in (own, other) if rounds]
        written = [f"{value:.0f}" if "MiB" in title or title == WRONG else f"{value:.2f}" for value in values]
        ratio = [f"{values[0] / values[1]:.2f}" if values[1] else ""] if other else []
        lines.append([title, *written, *ratio])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, then print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sessions", type=int, default=50, help="default: %(default)s")
    parser.add_argument("--rounds", type=int, default=1, help="default: %(default)s")
    parser.add_argument("--other", type=Path, metavar="DIR", help="checkout to compare with")
    parser.add_argument("--runs", type=Path, metavar="DIR", help="default: each checkout's own")
    options = parser.parse_args(arguments)
    how = {"sessions": options.sessions, "runs": options.runs}
    own, other = [], []
    for _ in range(options.rounds):
        own.append(measure(HERE, **how))
        if options.other is not None:
            other.append(measure(options.other.resolve(), **how))
    sys.stdout.write(table(own, other))


if __name__ == "__main__":
    main()
