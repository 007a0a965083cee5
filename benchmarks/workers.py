"""Processes of one checkout and another that do the same work in turns, a file at a time."""

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

Side = tuple[Path, str]  # a checkout, the Python that runs it


@contextmanager
def worker(side: Side, script: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Start a script that answers each file name on its standard input with a line of numbers."""
    checkout, python = side
    environment = {**os.environ, "PYTHONPATH": str(checkout.resolve())}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # compiled once, as an installation is
    with subprocess.Popen(  # noqa: S603 - our own command
        [python, "-c", script, *arguments],
        cwd=checkout,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.stdin.close()


def measured(process: subprocess.Popen[str], file: Path) -> tuple[float, ...]:
    """Have a process do its work on a file once; return seconds, the processor's seconds, MiB."""
    process.stdin.write(f"{file}\n")
    process.stdin.flush()
    return tuple(map(float, process.stdout.readline().split()))


def in_turns(
    processes: Sequence[subprocess.Popen[str]], file: Path, rounds: int
) -> list[tuple[float, ...]]:
    """Medians of each process, which take the file one after the other, once for nothing."""
    for process in processes:
        measured(process, file)
    times = [[measured(process, file) for process in processes] for _ in range(rounds)]
    return [tuple(map(median, zip(*own, strict=True))) for own in zip(*times, strict=True)]
