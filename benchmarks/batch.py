"""How many films a second ``classify`` does, beside one worker and beside another checkout.

    python -m benchmarks.batch [--small N] [--large N] [--rounds N] [--workers N] [--other DIR]

Draws films from the composite samples with grain, as PNG, JPEG and raw DICOM by turns: small ones
of 320 px, large ones of 2500 x 3000. Each round takes a share of them and asks every build about it
in a process of its own, one after the other, so that a busy machine slows all alike. Prints a
Markdown table: medians of films a second with the start of the process, how many times those of
each other build that is, the median of the rounds; how long a core works for a film, which bounds
what an idle machine can do; the peak memory (Linux).
"""

import argparse
import io
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import numpy as np
from PIL import Image

from covid_model.common.system.threads.turns import usable_cores

HERE = Path(__file__).resolve().parent.parent
SIZES = {"small": (320, 320), "large": (2500, 3000)}  # width, height
GRAIN = 3.0  # standard deviation of the noise, in grey levels of 255


@dataclass
class Build:
    """A checkout with the options that it is asked with.

    Attributes:
        title: of its column.
        folder: of the checkout.
        options: of ``classify``.
        python: what runs it.
        rates: films a second, by set, a round each.
        seconds: of a processor core for a film, by set, a round each.
        memory: most MiB of a process, by set.
    """

    title: str
    folder: Path
    options: Sequence[str] = ()
    python: str = sys.executable
    rates: dict[str, list[float]] = field(default_factory=dict)
    seconds: dict[str, list[float]] = field(default_factory=dict)
    memory: dict[str, float] = field(default_factory=dict)

    def classify(self, films: Path, kind: str, *, count: int) -> None:
        """Time one command on a folder of films."""
        table = films.with_suffix(".csv")
        command = [self.python, "-m", "covid_model", "classify", str(films), "--csv", str(table)]
        started = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603
            [*command, *self.options], cwd=self.folder, stderr=subprocess.DEVNULL
        )
        _, status, usage = os.wait4(process.pid, 0)
        elapsed = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        done = len({line.split(",")[0] for line in table.read_text("utf-8").splitlines()[1:]})
        if process.returncode or done != count:
            raise SystemExit(f"{self.title}: {done} of {count} films, exit {process.returncode}.")
        self.rates.setdefault(kind, []).append(count / elapsed)
        busy = usage.ru_utime + usage.ru_stime
        self.seconds.setdefault(kind, []).append(busy / count)
        self.memory[kind] = max(self.memory.get(kind, 0), usage.ru_maxrss / 1024)


def draw(folder: Path, size: tuple[int, int], numbers: range) -> None:
    """Write films into a new folder, each by its number another one."""
    from tests.dicoms import radiograph

    samples = [Image.open(HERE / f"assets/samples/{n}.png") for n in ("covid", "normal")]
    pictures = [np.asarray(one.convert("L").resize(size), np.float32) for one in samples]
    folder.mkdir(parents=True)
    for number in numbers:
        rng = np.random.default_rng(number)
        picture = pictures[number % 2] * rng.uniform(0.85, 1)
        picture += GRAIN * rng.standard_normal(picture.shape, np.float32)
        path, picture = folder / f"{number:05d}", picture.clip(0, 255)
        if number % 3 == 2:
            path.with_suffix(".dcm").write_bytes(radiograph(picture / 255))
            continue
        stream = io.BytesIO()
        kind = ("png", "jpeg")[number % 3]
        Image.fromarray(picture.astype(np.uint8)).save(stream, kind, quality=92)
        path.with_suffix(f".{kind}").write_bytes(stream.getvalue())


def measure(builds: list[Build], counts: Mapping[str, int], *, rounds: int) -> list[float]:
    """Ask all builds about shares of so many films of each set; return the loads meanwhile."""
    loads = []
    with tempfile.TemporaryDirectory() as name:
        for number in range(rounds):
            for kind, size in SIZES.items():
                share = counts[kind] // rounds
                films = Path(name, f"{kind}{number}")
                draw(films, size, range(number * share, (number + 1) * share))
                first = number % len(builds)
                for build in builds[first:] + builds[:first]:
                    build.classify(films, kind, count=share)
                loads.append(os.getloadavg()[0])
    return loads


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, then print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--small", type=int, default=1000, help="films of 320 px (%(default)s)")
    parser.add_argument("--large", type=int, default=200, help="of 2500 x 3000 (%(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="shares of both (%(default)s)")
    parser.add_argument("--workers", type=int, default=usable_cores(), help="(%(default)s)")
    parser.add_argument("--other", type=Path, metavar="DIR", help="another checkout")
    options = parser.parse_args(arguments)
    builds = [
        Build("one worker", HERE, ("--workers", "1")),
        Build(f"{options.workers} workers", HERE, ("--workers", str(options.workers))),
    ]
    if options.other:
        builds.insert(0, Build("other checkout", options.other))
    counts = {kind: getattr(options, kind) for kind in SIZES}
    loads = measure(builds, counts, rounds=options.rounds)
    write_table(builds, f"{options.rounds} rounds, load {min(loads):.0f} to {max(loads):.0f}")


def write_table(builds: Sequence[Build], how: str) -> None:
    """Print a row a figure, a column a build."""
    titles = " | ".join(build.title for build in builds)
    sys.stdout.write(f"{usable_cores()} cores, {how}.\n\n| | {titles} |\n")
    sys.stdout.write(f"| --- {'| --- ' * len(builds)}|\n")
    for kind, (width, height) in SIZES.items():
        last = builds[-1].rates[kind]
        rates = [f"{median(build.rates[kind]):.2f}" for build in builds]
        times = [
            f"{median(a / b for a, b in zip(last, build.rates[kind], strict=True)):.2f}"
            for build in builds
        ]
        busy = [f"{median(build.seconds[kind]):.2f}" for build in builds]
        memory = [f"{build.memory[kind]:.0f}" for build in builds]
        of = f"{width} x {height}"
        for what, cells in (
            (f"films a second, {of}", rates),
            ("the last build is so many times as fast", times),
            ("seconds of a core a film", busy),
            ("peak memory, MB", memory),
        ):
            sys.stdout.write(f"| {what} | {' | '.join(cells)} |\n")


if __name__ == "__main__":
    main()
