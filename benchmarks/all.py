"""Every figure of speed and memory beside another checkout's, measured in turns in one run.

    python -m benchmarks.all --other DIR [--other-python EXE] [--without PART ...] [--rounds N]

Prints one Markdown table. The parts: ``networks``, three networks with nine heatmaps for one
sample; ``start``, a new process to its first answer; ``reading``, the bytes of a DICOM file to the
networks' input; ``upload``, a film in the dashboard to its answer; ``classify``, films a second;
``page``, clicks in an open Chromium; ``memory``, of the dashboard by sessions; ``keras``, the same
networks by Keras' ``predict`` with Grad-CAM by a gradient tape, whose time stands in the place of
the other checkout's. Each checkout has its own run. ``--other-python`` runs the other checkout,
but for ``page``.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks import batch, dashboard, reading, serving, switching
from benchmarks.films import films
from benchmarks.workers import Side, in_turns, worker
from covid_model import read_radiograph
from covid_model.runs import open_shelf
from covid_model.serving import Classifier

HERE = Path(__file__).resolve().parent.parent
FILMS = {"small": 12, "large": 9}  # a round
SESSIONS = 20


@dataclass(frozen=True)
class Row:
    """One figure of both sides, with the digits that are shown of it."""

    figure: str
    this: float
    other: float
    digits: int = 0

    def __str__(self) -> str:
        """Write a line of the table."""
        this, other = (f"{value:.{self.digits}f}" for value in (self.this, self.other))
        ratio = self.this / self.other
        return f"| {self.figure} | {this} | {other} | {ratio:.{2 if ratio >= 0.1 else 3}f} |"


@dataclass(frozen=True)
class Comparison:
    """What is measured, and how often.

    Attributes:
        sides: this checkout, then the other one.
        rounds: of each part.
    """

    sides: tuple[Side, Side]
    rounds: int

    def networks(self) -> Iterator[Row]:
        """One sample, every network."""
        with ExitStack() as stack:
            workers = [stack.enter_context(worker(side, serving.WORKER)) for side in self.sides]
            (this, *_), (other, *_) = in_turns(workers, serving.first_sample(), self.rounds)
        yield Row("three networks with nine heatmaps (ms)", 1000 * this, 1000 * other)

    def start(self) -> Iterator[Row]:
        """A new process."""
        image = serving.first_sample()
        for side in self.sides:
            serving.cold_start(image, side)  # compiles modules
        rounds = [[serving.cold_start(image, side) for side in self.sides] for _ in self._rounds]
        (this, peak), (other, other_peak) = (
            map(median, zip(*own, strict=True)) for own in zip(*rounds, strict=True)
        )
        yield Row("start of a process to its first answer (ms)", 1000 * this, 1000 * other)
        yield Row("peak memory of that process (MB)", peak, other_peak)

    def reading(self) -> Iterator[Row]:
        """Every coding."""
        for coding, data in films().items():
            (this, *_), (other, *_) = reading.read_in_turns(data, self.sides, self.rounds)
            yield Row(f"bytes to input, {coding} (ms)", 1000 * this, 1000 * other)

    def upload(self) -> Iterator[Row]:
        """A film in the dashboard."""
        this, other = reading.answers(self.sides, self.rounds)
        yield Row("upload in JPEG 2000 to the answer (ms)", 1000 * this, 1000 * other)

    def classify(self) -> Iterator[Row]:
        """Films a second."""
        builds = [batch.Build("", folder, (), python) for folder, python in self.sides]
        counts = {kind: self.rounds * count for kind, count in FILMS.items()}
        batch.measure(builds, counts, rounds=self.rounds)
        for kind, (width, height) in batch.SIZES.items():
            this, other = (median(build.rates[kind]) for build in builds)
            yield Row(f"`classify`, films of {width} x {height} a second", this, other, 2)

    def page(self) -> Iterator[Row]:
        """Clicks."""
        checkouts = [folder.resolve() for folder, _ in self.sides]
        for what, (this, other) in switching.measured(checkouts, self.rounds).items():
            yield Row(f"{what} (ms)", median(this), median(other))

    def memory(self) -> Iterator[Row]:
        """The dashboard's, by sessions."""
        this, other = (dashboard.memory(SESSIONS, side[0], python=side[1]) for side in self.sides)
        for sessions, own, others in zip((1, SESSIONS), this, other, strict=True):
            yield Row(f"dashboard's memory, sessions: {sessions} (MiB)", own, others)

    def keras(self) -> Iterator[Row]:
        """The same networks in Keras."""
        from benchmarks.keras_passes import keras_passes

        run, radiograph = open_shelf().default, read_radiograph(serving.first_sample().read_bytes())
        ours = [Classifier.load(run.model_folder(name)) for name in run.servable_models]
        shown = [one.prepare(radiograph) for one in ours]

        def passes() -> None:
            for one, prepared in zip(ours, shown, strict=True):
                one.predict(radiograph, prepared=prepared)

        for what, cut in (("as they are cut", True), ("uncut in Keras", False)):
            calls = (passes, keras_passes(run.servable_models, cut=cut))
            rounds = [[serving.seconds(call) for call in calls] for _ in (0, *self._rounds)]
            this, other = map(median, zip(*rounds[1:], strict=True))
            title = f"nine heatmaps beside Keras' three, networks {what} (ms)"
            yield Row(title, 1000 * this, 1000 * other)

    @property
    def _rounds(self) -> range:
        return range(self.rounds)


PARTS = ("networks", "start", "reading", "upload", "classify", "page", "memory", "keras")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, then print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--other", type=Path, required=True, metavar="DIR", help="a checkout")
    parser.add_argument("--other-python", default=sys.executable, metavar="EXE")
    parser.add_argument("--without", nargs="+", choices=PARTS, default=[], metavar="PART")
    parser.add_argument("--rounds", type=int, default=5, help="default: %(default)s")
    options = parser.parse_args(arguments)
    sides = (HERE, sys.executable), (options.other.resolve(), options.other_python)
    comparison, loads = Comparison(sides, options.rounds), [os.getloadavg()[0]]
    print("| figure | this | other | ratio |", "| --- | --- | --- | --- |", sep="\n")
    for part in PARTS:
        if part not in options.without:
            for row in getattr(comparison, part)():
                print(row, flush=True)
            loads.append(os.getloadavg()[0])
    print(f"\n{options.rounds} rounds, load {min(loads):.1f} to {max(loads):.1f}.")


if __name__ == "__main__":
    main()
