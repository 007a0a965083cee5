"""Where the time of one case goes, and how far each network is from what the machine could do.

    python -m benchmarks.limits [--run DIR] [--image FILE] [--rounds N]

Prints three Markdown tables. The peaks: multiply-adds a second of all cores, of float32 (the faster
of NumPy and a dense layer of LiteRT) and int8 (a dense layer of LiteRT), and bytes a second (a
large copy), beside what the processor's features say where Linux lists them. The limits: of each
network the multiply-adds counted from its file over the peaks, the bytes that its operations read
and write over the bandwidth as if no cache held any, and what a pass takes beside the larger of
both. One case: its parts. All are measured in turns, a round each, on all cores; medians.
"""

import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.limits.peaks import Meter, Peaks
from benchmarks.limits.tables import case_table, limits_table, peaks_table
from benchmarks.limits.work import work_of
from benchmarks.serving import parsed, seconds
from covid_model.common.architectures import ARCHITECTURES
from covid_model.common.system.paths import LUNGS
from covid_model.common.system.threads.turns import usable_cores
from covid_model.imaging.reader import read_radiograph
from covid_model.inference.interpreter import LiteRTModel, open_interpreter
from covid_model.inference.lung_segmentation import MODEL_FILE
from covid_model.runs import Run
from covid_model.serving import Classifier, classify_case

Calls = Mapping[str, Callable[[], object]]


def passes(files: Mapping[str, Path], threads: int) -> dict[str, Callable[[], object]]:
    """A function a network that runs it once, on noise: time does not depend on the values."""
    calls = {}
    for name, path in files.items():
        model = LiteRTModel(partial(open_interpreter, path, threads=threads))
        noise = np.random.default_rng(0).random(model.input_shape, np.float32)
        calls[name] = partial(model.run, noise)
    return calls


def timed(call: Callable[..., Any], times: list[float]) -> Callable[..., Any]:
    """The same function, which notes the seconds of each call."""

    def noting(*given: Any, **named: Any) -> Any:
        started = time.perf_counter()
        result = call(*given, **named)
        times.append(time.perf_counter() - started)
        return result

    return noting


class Case:
    """A file that every network of a run is asked about, part by part."""

    def __init__(self, run: Run, data: bytes, threads: int) -> None:
        """Open the networks."""
        self._data, self._preparing, self._passing = data, [], []
        self._classifiers = [
            Classifier.load(run.model_folder(name), threads=threads) for name in run.servable_models
        ]
        for one in self._classifiers:
            one.prepare = timed(one.prepare, self._preparing)
            one._network.run = timed(one._network.run, self._passing)

    def measure(self) -> dict[str, float]:
        """Seconds of each part of one case, then of the whole."""
        read = seconds(lambda: read_radiograph(self._data))
        self._preparing.clear()
        self._passing.clear()
        started = time.perf_counter()
        result = classify_case(self._data, "image", self._classifiers)
        whole = time.perf_counter() - started
        shown, passes = sum(self._preparing), sum(self._passing)
        predicted = sum(one.seconds for one in result.predictions)
        return {
            "reading the file": read,
            "lungs, greys and size of what is shown": shown,
            "passes of the networks": passes,
            "nine heatmaps, calibration, novelty": predicted - passes,
            "checks and the decision": whole - read - shown - predicted,
            "the whole case": whole,
        }


def measured(
    meter: Meter, calls: Calls, case: Case, rounds: int
) -> tuple[list[Peaks], dict[str, list[float]], list[dict[str, float]]]:
    """Peaks, seconds of each call, parts of a case, a round each."""
    peaks, times, parts = [], defaultdict(list), []
    for call in (*calls.values(), case.measure):  # the first one allocates
        call()
    for _ in range(rounds):
        peaks.append(meter.measure())
        for name, call in calls.items():
            times[name].append(seconds(call))
        parts.append(case.measure())
    return peaks, times, parts


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, then print the tables."""
    run, image, rounds = parsed(__doc__, arguments)
    cores, data = usable_cores(), image.read_bytes()
    files = {
        ARCHITECTURES[name]: run.model_folder(name) / "model.tflite" for name in run.servable_models
    }
    files["lung segmenter"] = LUNGS / MODEL_FILE
    calls, case = passes(files, cores), Case(run, data, cores)
    peaks, times, parts = measured(Meter(cores), calls, case, rounds)
    works = {name: work_of(path) for name, path in files.items()}
    tables = (
        peaks_table(peaks, cores),
        limits_table(works, peaks, times),
        case_table(parts),
    )
    sys.stdout.write(
        f"Run {run.name}, {cores} cores, {rounds} rounds, load "
        f"{os.getloadavg()[0]:.1f}.\n\n" + "\n\n".join("\n".join(each) for each in tables) + "\n"
    )


if __name__ == "__main__":
    main()
