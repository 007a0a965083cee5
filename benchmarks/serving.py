"""What serving costs beside bare LiteRT passes of the same networks.

    python -m benchmarks.serving [--run DIR] [--image FILE] [--rounds N]

Prints a Markdown table: the time of one bare pass of every network; the time of reading the
image, all predictions with all heatmaps; how long a new process takes to its first answer with
the files in the page cache and the modules compiled, as well as its peak memory (Linux). Bare
passes alternate with ours in one process, so that a busy machine slows both alike.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from ai_edge_litert.interpreter import Interpreter

from benchmarks.workers import Side, measured, worker
from covid_model import read_radiograph
from covid_model.common.system.paths import SAMPLES
from covid_model.imaging.preprocessing import to_input
from covid_model.runs import Run, load_run, open_shelf
from covid_model.serving import Classifier, classify_case

ROOT = Path(__file__).resolve().parent.parent
THREADS = 2
STARTS = 5  # after one that compiles modules
# Of a run's folder, or the checkout's own; versions up to 0.2 had other names.
WORKER = """
import sys, time
from pathlib import Path
from covid_model import runs, serving

own = sys.argv[1:] or [getattr(runs.open_shelf(), "default", None) or runs.open_shelf().newest]
run = runs.load_run(own[0]) if sys.argv[1:] else own[0]
classify = getattr(serving, "classify_case", None) or serving.diagnose
classifiers = [serving.Classifier.load(run.model_folder(name)) for name in run.servable_models]
for line in sys.stdin:
    image = Path(line.strip())
    start, processor = time.perf_counter(), time.process_time()
    answer = classify(image.read_bytes(), image.name, classifiers)
    if len(answer.predictions) != len(classifiers):
        sys.exit(f"{image} was refused: give a chest radiograph.")
    took = time.perf_counter() - start, time.process_time() - processor
    status = Path("/proc/self/status").read_text()
    print(*took, int(status.split("VmHWM:")[1].split()[0]) / 1024, flush=True)
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


def cold_start(image: Path, side: Side, run: Path | None = None) -> tuple[float, float]:
    """Return seconds from the start of a new process to its first answer, its peak memory in MB.

    Args:
        image: the file to ask about.
        side: the checkout whose code answers, the Python that runs it.
        run: a run folder, the checkout's own by default.
    """
    started = time.perf_counter()
    with worker(side, WORKER, *([str(run.resolve())] if run else [])) as process:
        *_, peak = measured(process, image.resolve())
        return time.perf_counter() - started, peak


def first_sample() -> Path:
    """The first of the shipped samples."""
    return min(SAMPLES.glob("*.png"))


def parsed(description: str, arguments: Sequence[str] | None) -> tuple[Run, Path, int]:
    """The run, the image and the number of rounds that a command names."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--run", type=Path, metavar="DIR", help="default: the shipped one")
    parser.add_argument("--image", type=Path, metavar="FILE", help="default: the first sample")
    parser.add_argument("--rounds", type=int, default=15, help="default: %(default)s")
    options = parser.parse_args(arguments)
    run = load_run(options.run) if options.run else open_shelf().default
    return run, options.image or first_sample(), options.rounds


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, then print the table."""
    run, image, rounds = parsed(__doc__, arguments)
    _, *starts = (cold_start(image, (ROOT, sys.executable), run.folder) for _ in range(STARTS + 1))
    bare, ours = side_by_side(run, image.read_bytes(), rounds=rounds)
    sys.stdout.write(
        f"Run {run.name} ({', '.join(run.servable_models)}), image {image.name}, "
        f"{THREADS} threads, medians of {rounds} rounds.\n\n"
        "| | measured |\n"
        "| --- | --- |\n"
        f"| bare LiteRT passes | {bare * 1000:.0f} ms |\n"
        f"| read, predict, all heatmaps | {ours * 1000:.0f} ms |\n"
        f"| ratio | {ours / bare:.2f} |\n"
        f"| start of the process to the first answer | {median(s for s, _ in starts):.2f} s |\n"
        f"| peak memory of that process | {max(m for _, m in starts):.0f} MB |\n"
    )


if __name__ == "__main__":
    main()
