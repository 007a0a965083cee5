"""One process that reads mutated files under limits, and says what came of each.

``python -m tests.fuzz.worker SEED START END SECONDS [RUN]`` writes a line of JSON before each case
and one after it: whoever started it knows by them which file ended the process.
"""

import itertools
import json
import resource
import sys
import tempfile
import time
import traceback
import warnings
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from covid_model.common.errors import CovidModelError
from tests.fuzz.run_files import RunFolder
from tests.fuzz.subjects import Subject, subjects

MOST_SECONDS, MOST_BYTES = 10, int(1.5e9)  # of the processor, of memory, for one file
BEYOND = 3 * 2**30  # bytes of addresses that a file may ask for before that is refused
READ, REFUSED = "read", "refused"


def cases(seed: int, start: int, run: RunFolder | None):
    """Yield number, subject's name, subject and file of each case from ``start`` on."""
    every: dict[str, Subject | RunFolder] = {**subjects(), **({"run": run} if run else {})}
    names = [*every, *["run"] * (3 if run else 0)]  # a run has many files
    for number in itertools.count(start):
        name = names[number % len(names)]
        rng = np.random.default_rng([seed, zlib.crc32(name.encode()), number])
        yield number, name, every[name], every[name].case(rng)


def outcome(subject: Subject | RunFolder, case: Any) -> str:
    """Read a file: "read", "refused", or what went wrong."""
    _lower_peak()
    started = time.process_time()
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(started) + MOST_SECONDS + 2, hard))
    try:
        subject.read(case)
        said = READ
    except CovidModelError as error:
        said = REFUSED if _enough_memory(error) else "asks for more memory than there is"
    except Exception as error:  # what this looks for
        place = traceback.extract_tb(error.__traceback__)[-1]
        said = f"{type(error).__name__}: {error} ({place.filename}:{place.lineno})"
    if time.process_time() - started > MOST_SECONDS:
        said = f"takes more than {MOST_SECONDS} s"
    if _peak() > MOST_BYTES:
        said = f"takes {_peak() >> 20} MiB"
    return said


def _enough_memory(error: BaseException | None) -> bool:
    while error:
        if isinstance(error, MemoryError):
            return False
        error = error.__cause__ or error.__context__
    return True


def _lower_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def _peak() -> int:
    """The most memory that this process has held since ``_lower_peak``, in bytes."""
    return _status("VmHWM")


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) * 1024


def main(seed: str, start: str, end: str, seconds: str, run: str = "") -> None:
    """Read the cases from ``start`` to before ``end``, for at most ``seconds``."""
    warnings.simplefilter("ignore")
    until = time.monotonic() + float(seconds)
    with tempfile.TemporaryDirectory() as folder:
        copy = RunFolder(Path(run), Path(folder)) if run else None
        addresses = _status("VmSize") + BEYOND
        resource.setrlimit(resource.RLIMIT_AS, (addresses, addresses))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        for number, name, subject, case in cases(int(seed), int(start), copy):
            if number >= int(end) or time.monotonic() > until:
                break
            print(json.dumps([number, name]), flush=True)
            print(json.dumps([number, name, outcome(subject, case)]), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
