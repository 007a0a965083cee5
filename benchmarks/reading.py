"""How long a radiograph of 2500 x 3000 takes from its bytes to the networks' input, by its coding.

    python -m benchmarks.reading [--rounds N] [--other DIR [--other-python EXE]]

Prints a Markdown table: medians of the time, which also tells how busy the machine was, of the
processor's time over all cores, and the most memory that such a process had (Linux); then how long
it takes a visitor of the dashboard, over a real websocket, from the upload of the film in JPEG 2000
to the answer. ``--other`` asks another checkout too, in a process of its own and in turns, and adds
the ratios; ``--other-python`` runs it, where it needs other packages.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from benchmarks.films import films, jpeg_2000
from benchmarks.load import served
from benchmarks.load_client import answer_in
from benchmarks.workers import Side, in_turns, worker
from tests.deployment.visitor import visit

HERE = Path(__file__).resolve().parent.parent
# Versions up to 0.2 had other modules.
WORKER = """
import sys, time
from pathlib import Path
try:
    from covid_model.imaging.preprocessing import to_input
    from covid_model.imaging.reader import read_for_networks as read
except ImportError:
    from covid_model.preprocessing import to_input
    from covid_model.radiograph import read_radiograph as read

def peak():
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024

for line in sys.stdin:
    data = Path(line.strip()).read_bytes()
    start, processor = time.perf_counter(), time.process_time()
    try:
        to_input(read(data))
        took = time.perf_counter() - start, time.process_time() - processor
        print(*took, peak(), flush=True)
    except Exception as error:
        print(type(error).__name__, file=sys.stderr)
        print("nan nan nan", flush=True)
"""
MEASURES = (("time (ms)", 1000), ("processor (ms)", 1000), ("memory (MiB)", 1))


def read_in_turns(data: bytes, sides: Sequence[Side], rounds: int) -> list[tuple[float, ...]]:
    """Medians of seconds, the processor's seconds and MiB of each checkout that reads a film."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        processes = [stack.enter_context(worker(side, WORKER)) for side in sides]
        file = Path(folder, "film.dcm")
        file.write_bytes(data)
        return in_turns(processes, file, rounds)


def answered(url: str, number: int) -> float:
    """Seconds from the upload of a film, each number another file, to the answer to it."""
    film = bytes([number]) + jpeg_2000()[1:]  # of the preamble, which says nothing
    with visit(url, accepted=False) as visitor:
        visitor.press("I understand")
        start = time.perf_counter()
        visitor.upload("film.dcm", film)
        return visitor.times[answer_in(visitor.page)] - start


def answers(sides: Sequence[Side], rounds: int) -> list[float]:
    """Median seconds of the dashboard of each checkout, of which the first answer is left out."""
    with ExitStack() as stack:
        urls = [
            stack.enter_context(served(checkout.resolve(), python=python))[0]
            for checkout, python in sides
        ]
        times = [[answered(url, number) for url in urls] for number in range(rounds + 1)]
    return [median(own) for own in zip(*times[1:], strict=True)]


def row(name: str, medians: Sequence[tuple[float, ...]]) -> str:
    """Write a line of the table: this checkout, the other one, the ratio, of each measure."""
    cells = [name]
    for place, (_, scale) in enumerate(MEASURES):
        values = [own[place] for own in medians]
        cells += [f"{scale * value:.0f}" for value in values]
        if len(values) > 1:
            cells.append(f"{values[0] / values[1]:.2f}")
    return f"| {' | '.join(cells)} |"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, then print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9, help="default: %(default)s")
    parser.add_argument("--other", type=Path, metavar="DIR", help="checkout to compare with")
    parser.add_argument("--other-python", default=sys.executable, metavar="EXE")
    options = parser.parse_args(arguments)
    sides = [(HERE, sys.executable)]
    if options.other:
        sides.append((options.other, options.other_python))
    headings = ["coding"]
    for title, _ in MEASURES:
        headings += [title, "other", "ratio"] if options.other else [title]
    lines = [f"| {' | '.join(headings)} |", f"| {' | '.join(['---'] * len(headings))} |"]
    for name, data in films().items():
        lines.append(row(name, read_in_turns(data, sides, options.rounds)))
    sys.stdout.write("\n".join(lines) + "\n")
    seconds = answers(sides, options.rounds)
    shown = " and ".join(f"{1000 * own:.0f} ms" for own in seconds)
    ratio = f", ratio {seconds[0] / seconds[1]:.2f}" if options.other else ""
    sys.stdout.write(f"\nUpload of the film in JPEG 2000 to the answer: {shown}{ratio}.\n")


if __name__ == "__main__":
    main()
