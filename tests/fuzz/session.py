"""Many mutated files, in as many processes as it takes."""

import json
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.fuzz.worker import READ, REFUSED
from tests.imports import ROOT

SILENCE = 300  # seconds after which a process that says nothing waits for something


@dataclass
class Tally:
    """What came of mutated files.

    Attributes:
        counts: how many were read or refused, by subject and outcome.
        wrong: subject, number and what went wrong of each other one.
        next: number of the case after the last one.
    """

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    wrong: list[tuple[str, int, str]] = field(default_factory=list)
    next: int = 0


def fuzz(seed: int, *, run: Path | None = None, count: int = 10**9, seconds: float = 1e9) -> Tally:
    """Try mutated files until there were ``count`` of them or the time is up.

    Args:
        seed: of the mutations.
        run: folder of a run whose files are mutated too.
        count: of files.
        seconds: time to take.
    """
    tally, until = Tally(), time.monotonic() + seconds
    while tally.next < count and time.monotonic() < until:
        left = until - time.monotonic()
        given = [*map(str, (seed, tally.next, count, left)), *([str(run)] if run else [])]
        if _watch([sys.executable, "-m", "tests.fuzz.worker", *given], tally):
            break
    return tally


def _watch(command: list[str], tally: Tally) -> bool:
    """Run one worker to its end; False where a file ended it before."""
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    errors: list[str] = []
    reader = threading.Thread(target=lambda: errors.extend(process.stderr), daemon=True)
    reader.start()
    begun = None
    timer = threading.Timer(SILENCE, process.kill)
    for line in process.stdout:
        timer.cancel()
        timer = threading.Timer(SILENCE, process.kill)
        timer.start()
        number, name, *said = json.loads(line)
        tally.next = number + 1
        begun = None if said else (name, number)
        if said and said[0] in (READ, REFUSED):
            tally.counts[name, said[0]] += 1
        elif said:
            tally.wrong.append((name, number, said[0]))
    status = process.wait()
    timer.cancel()
    reader.join()
    process.stdout.close()
    process.stderr.close()
    if begun:
        tally.wrong.append((*begun, f"ends the process: {_cause(status)}"))
    elif status:
        raise RuntimeError(f"the worker cannot work: {''.join(errors)}")
    return not begun


def _cause(status: int) -> str:
    return signal.Signals(-status).name if status < 0 else f"exit {status}"
