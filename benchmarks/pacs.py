"""What a PACS adds: the same films classified from a folder and from an Orthanc beside it.

    python -m benchmarks.pacs [--films N] [--side PIXELS] [--rounds N]

Draws films, each in a study of its own, writes them to a folder and to Orthanc with its DICOMweb
plugin (both Debian's), and has ``classify`` and ``pacs`` answer all of them in turns, each in a
process of its own. Prints the medians of the seconds as a Markdown table, with their ratio.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from time import perf_counter

import cv2
import pandas as pd

from benchmarks.load import HERE
from tests.drawings import varied
from tests.pacs.conftest import DAY, film
from tests.pacs.orthanc import PASSWORD, USER, orthanc

CLASSES = ("covid", "normal", "infection")


def drawn_films(count: int, side: int) -> list[bytes]:
    """Draw films, no two alike."""
    pictures = (varied(CLASSES[number % 3], number) for number in range(count))
    sized = (cv2.resize(picture, (side, side)) for picture in pictures)
    return [film(number, picture) for number, picture in enumerate(sized)]


def seconds(*arguments: str) -> float:
    """Run a command of the project to its end; return how long it took."""
    start = perf_counter()
    secrets = {"COVID_XRAY_PACS_USER": USER, "COVID_XRAY_PACS_PASSWORD": PASSWORD}
    command = [sys.executable, "-m", "covid_model", *arguments]
    environment = {**os.environ, **secrets}
    subprocess.run(  # noqa: S603 - our own command
        command, cwd=HERE, env=environment, check=True, capture_output=True
    )
    return perf_counter() - start


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, then print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--films", type=int, default=200, help="default: %(default)s")
    parser.add_argument("--side", type=int, default=2500, help="pixels, default: %(default)s")
    parser.add_argument("--rounds", type=int, default=3, help="default: %(default)s")
    options = parser.parse_args(arguments)
    both: dict[str, list[float]] = {"classify": [], "pacs": []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "films").mkdir()
        (folder / "orthanc").mkdir()
        with orthanc(folder / "orthanc") as server:
            for number, data in enumerate(drawn_films(options.films, options.side)):
                (folder / "films" / f"{number}.dcm").write_bytes(data)
                server.add(data)
            for number in range(options.rounds):
                table = ("--csv", str(folder / f"files-{number}.csv"))
                both["classify"].append(seconds("classify", str(folder / "films"), *table))
                table = ("--csv", str(folder / f"pacs-{number}.csv"))
                ledger = ("--ledger", str(folder / f"ledger-{number}"))
                asked = ("--url", server.url, "--query", f"StudyDate={DAY}")
                both["pacs"].append(seconds("pacs", *asked, *table, *ledger))
            rows = [len(pd.read_csv(folder / f"{kind}-0.csv")) for kind in ("files", "pacs")]
    if rows[0] != rows[1]:
        raise SystemExit(f"classify has {rows[0]} rows, pacs {rows[1]}.")
    own, other = (median(both[kind]) for kind in ("pacs", "classify"))
    sys.stdout.write(
        f"| {options.films} films of {options.side} x {options.side} | seconds | ratio |\n"
        "| --- | --- | --- |\n"
        f"| `classify`, from a folder | {other:.1f} | 1.00 |\n"
        f"| `pacs`, from Orthanc | {own:.1f} | {own / other:.2f} |\n"
    )


if __name__ == "__main__":
    main()
