"""How ``classify --ray`` scales on this machine, and what ten million films would take.

    python -m benchmarks.cluster [--films N] [--large N] [--few N]

Draws small films of 320 px and large ones of 2500 x 3000 as ``benchmarks.batch`` does, then asks
plain ``classify --workers 2`` and clusters of one and two nodes about the small ones, each twice:
about a few, which is the start, and about all. Films a second are those of the difference. What a
core works for a large one, and the bytes of a film, give the estimate. Prints Markdown (Linux).
"""

import argparse
import os
import pickle
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.batch import HERE, SIZES, draw
from covid_model.cli.cluster.files import find_files
from covid_model.common.system.threads.turns import usable_cores
from tests.ray_nodes import started

MANY = 10_000_000
HOURS = 24
RAW = 2500 * 3000 * 2  # bytes of a film as DICOM without compression
LINK = 1.25e9  # bytes a second that the store gives: 10 Gbit/s
CLUSTERS = {
    "one node, one worker": (1,),
    "one node, two workers": (2,),
    "two nodes, a worker each": (1, 1),
}


@dataclass(frozen=True)
class Measured:
    """What a set-up took.

    Attributes:
        start: seconds until the first few films were done, with the start of all processes.
        rate: films a second from there on.
        busy: seconds of a processor core a film, of the command's own process.
        written: bytes a film.
        load: of the machine in the last minute.
    """

    start: float
    rate: float
    busy: float
    written: float
    load: float


def classify(
    films: Path, out: Path, options: Sequence[str], environment: Mapping[str, str]
) -> tuple[float, float]:
    """Return how many seconds a command takes on a folder of films, and those of its processor."""
    command = [sys.executable, "-m", "covid_model", "classify", str(films), "--out", str(out)]
    before = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603
        [*command, *options], cwd=HERE, env=environment, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    elapsed = time.perf_counter() - before
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(options)}: exit {process.returncode}.")
    return elapsed, usage.ru_utime + usage.ru_stime


def measure(
    few: Path, all_of_them: Path, options: Sequence[str], environment: Mapping[str, str]
) -> Measured:
    """Ask a set-up about a few films, then about all of them."""
    with tempfile.TemporaryDirectory() as name:
        start, busy_first = classify(few, Path(name, "few.parquet"), options, environment)
        table = Path(name, "all.parquet")
        whole, busy = classify(all_of_them, table, options, environment)
        files = table.glob("*.parquet") if table.is_dir() else [table]
        written = sum(path.stat().st_size for path in files)
    count = len(list(all_of_them.iterdir()))
    more = count - len(list(few.iterdir()))
    load = os.getloadavg()[0]
    return Measured(
        start, more / (whole - start), (busy - busy_first) / more, written / count, load
    )


def write_table(rates: Mapping[str, Measured], films: int) -> None:
    """Print a row a set-up."""
    plain = rates["classify --workers 2"].rate
    one = rates["one node, one worker"].rate
    sys.stdout.write(
        f"{usable_cores()} cores, {films} films.\n\n"
        "| | start (s) | films a second | of one worker | of classify | load |\n"
        "| --- | --- | --- | --- | --- | --- |\n"
    )
    for title, one_of_them in rates.items():
        rate = one_of_them.rate
        sys.stdout.write(
            f"| {title} | {one_of_them.start:.0f} | {rate:.2f} | {rate / one:.2f} "
            f"| {rate / plain:.2f} | {one_of_them.load:.0f} |\n"
        )


def estimate(large: Measured, written: float, name_bytes: tuple[float, float]) -> None:
    """Print the arithmetic for ten million films.

    Args:
        large: large films with ``classify --workers 1``.
        written: bytes of Parquet a film, of a cluster.
        name_bytes: memory of a film's name in the command, and of the same as it is sent.
    """
    seconds = large.busy
    hours = MANY * seconds / 3600
    cores = hours / HOURS
    each = RAW / seconds
    lines = [
        f"{MANY:,} films of {RAW / 1e6:.0f} MB (2500 x 3000, 16 bits, no compression):",
        f"processor: {MANY:,} x {seconds:.2f} s = {hours:,.0f} core hours, "
        f"{cores:,.0f} cores for {HOURS} hours",
        f"read: {MANY:,} x {RAW / 1e6:.0f} MB = {MANY * RAW / 1e12:.0f} TB, at {HOURS} hours "
        f"{MANY * RAW / HOURS / 3600 / 1e9:.2f} GB/s; a core takes {RAW / 1e6:.0f} MB / "
        f"{seconds:.2f} s = {each / 1e6:.0f} MB/s",
        f"written: {MANY:,} x {written:,.0f} B = {MANY * written / 1e9:.1f} GB",
        f"memory of the command: {MANY:,} x {name_bytes[0]:,.0f} B of names + "
        f"{name_bytes[1]:,.0f} B as they are sent = {MANY * sum(name_bytes) / 1e9:.1f} GB",
        f"a link of {LINK / 1e9:.2f} GB/s feeds {LINK / each:.0f} cores: the bottleneck is "
        + (
            f"reading, which takes {MANY * RAW / LINK / 3600:.0f} hours"
            if cores > LINK / each
            else "the processor"
        ),
    ]
    sys.stdout.write("\n" + "\n".join(f"- {line}" for line in lines) + "\n")


def memory_of_names(folder: Path) -> tuple[float, float]:
    """Return the bytes that a film's name takes, found and then pickled."""
    tracemalloc.start()
    files = find_files([str(folder)])
    found = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return found / len(files), len(pickle.dumps(files)) / len(files)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, then print the table and the estimate."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--films", type=int, default=120, help="of 320 px (%(default)s)")
    parser.add_argument("--large", type=int, default=40, help="of 2500 x 3000 (%(default)s)")
    parser.add_argument("--few", type=int, default=4, help="of them for the start (%(default)s)")
    options = parser.parse_args(arguments)
    rates: dict[str, Measured] = {}
    with tempfile.TemporaryDirectory() as name:
        folders = {}
        for kind, count in (("small", options.films), ("large", options.large)):
            for title, films in (("few", options.few), ("all", count)):
                folders[kind, title] = Path(name, f"{kind} {title}")
                draw(folders[kind, title], SIZES[kind], range(films))
        small = (folders["small", "few"], folders["small", "all"])
        rates["classify --workers 2"] = measure(*small, ("--workers", "2"), os.environ)
        for title, cores in CLUSTERS.items():
            with started(*cores) as nodes:
                given = ("--ray", nodes.address, "--workers", str(sum(cores)))
                rates[title] = measure(*small, given, nodes.environment)
        large = (folders["large", "few"], folders["large", "all"])
        of_large = measure(*large, ("--workers", "1"), os.environ)
        write_table(rates, options.films)
        written = rates["one node, one worker"].written
        estimate(of_large, written, memory_of_names(folders["small", "all"]))


if __name__ == "__main__":
    main()
