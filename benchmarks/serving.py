"""What serving costs beside bare LiteRT passes of the same networks.

    python -m benchmarks.serving [--run DIR] [--image FILE] [--rounds N]
        [--other DIR [--other-python EXE]]

Prints a Markdown table: the time of one bare pass of every network; the time of reading the
image, all predictions with all heatmaps; how long a new process takes to its first answer with
the files in the page cache and the modules compiled, as after an installation, as well as its peak
memory (Linux). Bare passes alternate with ours in
one process, so that a busy machine slows both alike; so do starts with those of another checkout
on its own default run.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Self

from ai_edge_litert.interpreter import Interpreter

from covid_model import read_radiograph
from covid_model.imaging.preprocessing import to_input
from covid_model.runs import Run, load_run, open_shelf
from covid_model.serving import Classifier, classify_case

ROOT = Path(__file__).resolve().parent.parent
THREADS = 2
STARTS = 5
COLD_START = """
import sys
from pathlib import Path
from covid_model.runs import load_run
from covid_model.serving import Classifier, classify_case

run, image = load_run(sys.argv[1]), Path(sys.argv[2])
classifiers = [Classifier.load(run.model_folder(name)) for name in run.servable_models]
diagnosis = classify_case(image.read_bytes(), image.name, classifiers)
status = Path("/proc/self/status").read_text()
print(len(diagnosis.predictions), status.split("VmHWM:")[1].split()[0], flush=True)
"""


def bare_passes(run: Run, data: bytes) -> Callable[[], None]:
    """Return a function that runs every network on a ready input, fetching both outputs."""
    radiograph = read_radiograph(data)
    loaded = []
    for name in run.servable_models:
        path = run.model_folder(name) / "model.tflite"
        interpreter = Interpreter(model_path=str(path), num_threads=THREADS)
        interpreter.allocate_tensors()
        size = run.model_info(name).input_shape[1]
        loaded.append((interpreter, to_input(radiograph, size=size)))

    def passes() -> None:
        for interpreter, image in loaded:
            interpreter.set_tensor(interpreter.get_input_details()[0]["index"], image)
            interpreter.invoke()
            for output in interpreter.get_output_details():
                interpreter.get_tensor(output["index"])

    return passes


def seconds(function: Callable[[], object]) -> float:
    """Time one call."""
    started = time.perf_counter()
    function()
    return time.perf_counter() - started


def side_by_side(run: Run, data: bytes, *, rounds: int) -> tuple[float, float]:
    """Return the median seconds of the bare passes, then of reading with all predictions."""
    bare = bare_passes(run, data)
    classifiers = [
        Classifier.load(run.model_folder(name), threads=THREADS) for name in run.servable_models
    ]
    calls = (bare, lambda: classify_case(data, "image", classifiers))
    for call in calls:  # the first pass of each allocates
        call()
    times = [[seconds(call) for call in calls] for _ in range(rounds)]
    bare_times, our_times = zip(*times, strict=True)
    return median(bare_times), median(our_times)


@dataclass(frozen=True)
class Checkout:
    """What a new process of a checkout runs: its Python, its script, the run that answers."""

    root: Path
    python: str
    script: str
    run: Path

    @classmethod
    def other(cls, root: Path, python: str) -> Self:
        """Another checkout, with a script and a default run of its own."""
        asked = (
            "import json; from benchmarks.serving import COLD_START, open_shelf; "
            "print(json.dumps([COLD_START, str(open_shelf().servable[0].folder.resolve())]))"
        )
        told = subprocess.run(  # noqa: S603
            [python, "-c", asked], cwd=root, stdout=subprocess.PIPE, text=True, check=True
        )
        script, run = json.loads(told.stdout)
        return cls(root, python, script, Path(run))


def cold_start(checkout: Checkout, image: Path, *, compiled: str) -> tuple[float, float, float]:
    """Start a new process and wait for its first answer.

    Args:
        checkout: what is started.
        image: what its networks are asked about.
        compiled: folder for the compiled modules.

    Returns:
        Seconds to the answer, seconds of the processor to the end, peak memory in MB.
    """
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": compiled, "PYTHONDONTWRITEBYTECODE": ""}
    command = [checkout.python, "-c", checkout.script, str(checkout.run), str(image.resolve())]
    before, started = os.times(), time.perf_counter()
    with subprocess.Popen(  # noqa: S603
        command, cwd=checkout.root, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        answers, kilobytes = process.stdout.readline().split()
        elapsed = time.perf_counter() - started
    if not int(answers):
        raise SystemExit(f"{image} was refused: give a chest radiograph.")
    after = os.times()
    used = sum(after[2:4]) - sum(before[2:4])  # of children, as user and as system
    return elapsed, used, int(kilobytes) / 1024


def start_rows(checkouts: Sequence[Checkout], image: Path) -> list[str]:
    """Start each checkout in turns; return a row of the table each for time, processor, memory."""
    with tempfile.TemporaryDirectory() as folder:
        places = [(checkout, f"{folder}/{place}") for place, checkout in enumerate(checkouts)]
        rounds = [
            [cold_start(checkout, image, compiled=compiled) for checkout, compiled in places]
            for _ in range(STARTS + 1)
        ]
    each = zip(*rounds[1:], strict=True)  # the first round compiles
    medians = [[median(values) for values in zip(*own, strict=True)] for own in each]
    (own_time, own_used, own_peak), *others = medians
    rows = [
        f"| start of the process to the first answer | {own_time:.2f} s | <= 2 s |",
        f"| the processor's time of that process | {own_used:.2f} s | |",
        f"| peak memory of that process | {own_peak:.0f} MB | < 600 MB |",
    ]
    for elapsed, used, peak in others:
        rows += [
            f"| start of the other checkout in turns | {elapsed:.2f} s | |",
            f"| its processor's time | {used:.2f} s | |",
            f"| its peak memory | {peak:.0f} MB | |",
        ]
    return rows


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, then print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", type=Path, metavar="DIR", help="default: the shipped one")
    parser.add_argument("--image", type=Path, metavar="FILE", help="default: the first sample")
    parser.add_argument("--rounds", type=int, default=15, help="default: %(default)s")
    parser.add_argument("--other", type=Path, metavar="DIR", help="checkout to start in turns")
    parser.add_argument(
        "--other-python", default=sys.executable, metavar="EXE", help="default: this one"
    )
    options = parser.parse_args(arguments)
    run = load_run(options.run) if options.run else open_shelf().default
    image = options.image or next(iter(sorted((ROOT / "assets" / "samples").glob("*.png"))), None)
    if image is None:
        parser.error("no sample image: name one with --image")

    checkouts = [Checkout(ROOT, sys.executable, COLD_START, run.folder.resolve())]
    if options.other:
        checkouts.append(Checkout.other(options.other.resolve(), options.other_python))
    starts = start_rows(checkouts, image)
    bare, ours = side_by_side(run, image.read_bytes(), rounds=options.rounds)
    sys.stdout.write(
        f"Run {run.name} ({', '.join(run.servable_models)}), image {image.name}, "
        f"{THREADS} threads, medians of {options.rounds} rounds.\n\n"
        "| | measured | goal |\n"
        "| --- | --- | --- |\n"
        f"| bare LiteRT passes | {bare * 1000:.0f} ms | |\n"
        f"| read, predict, all heatmaps | {ours * 1000:.0f} ms | |\n"
        f"| ratio | {ours / bare:.2f} | <= 1.2 |\n" + "\n".join(starts) + "\n"
    )


if __name__ == "__main__":
    main()
