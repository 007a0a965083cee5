"""The command: tries mutated files, prints how many there were and what went wrong."""

import argparse
import sys
from pathlib import Path

from covid_model.runs import open_shelf
from tests.fuzz.session import fuzz


def main() -> int:
    """Return 1 where anything went wrong."""
    command = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    command.add_argument("--seed", type=int, default=1)
    command.add_argument("--minutes", type=float, default=10)
    command.add_argument("--run", type=Path, metavar="DIR", help="default: the shipped one")
    arguments = command.parse_args()
    run = arguments.run or open_shelf().default.folder
    tally = fuzz(arguments.seed, run=run.resolve(), seconds=60 * arguments.minutes)
    for (name, outcome), count in sorted(tally.counts.items()):
        print(f"{name:16} {outcome:8} {count:6}")
    for name, number, what in tally.wrong:
        print(f"{name}, case {number} of seed {arguments.seed}: {what}")
    print(f"Tried: {tally.next}. Wrong: {len(tally.wrong)}.")
    return 1 if tally.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
