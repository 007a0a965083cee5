"""What a session that uploads and removes much leaves in the server's memory.

    python -m benchmarks.removals [--rounds N]

Each round uploads four drawn DICOM files, 240 MiB together, waits for the answers and removes them.
Prints a Markdown table of the server's memory after each, with the ratio to what it was before the
first (Linux).
"""

import argparse
import sys
import time
from collections.abc import Sequence

import numpy as np
from pydicom.uid import ExplicitVRLittleEndian

from benchmarks.load import HERE, served
from tests.deployment.visitor import visit
from tests.dicoms import dataset, encode
from tests.drawings import drawing

FILES, SIDE = 4, 5608  # 60 MiB each, at 16 bits a pixel
SETTLED = 20  # seconds after which what was removed has been given back


def large(number: int) -> bytes:
    """Draw a DICOM file of 60 MiB."""
    picture = np.kron(drawing(), np.ones((24, 24), np.float32))
    pixels = (4000 * np.resize(picture, (SIDE, SIDE))).round().astype(np.uint16)
    pixels[0, 0] = number  # each one another picture
    return encode(dataset(pixels), ExplicitVRLittleEndian)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, then print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="default: %(default)s")
    options = parser.parse_args(arguments)
    files = [large(number) for number in range(FILES)]
    with served(HERE) as (url, memory), visit(url) as visitor:
        visitor.upload("small.dcm", files[0])
        visitor.press("Remove all files")
        time.sleep(SETTLED)
        before = memory.now()
        lines = [f"| before | {before:.0f} MiB | 1.00 |"]
        for number in range(1, options.rounds + 1):
            for place, file in enumerate(files):
                if visitor.upload(f"{number}-{place}.dcm", file) != 204:
                    raise SystemExit("An upload was refused.")
            visitor.press("Remove all files")
            time.sleep(SETTLED)
            now = memory.now()
            lines.append(f"| after round {number} | {now:.0f} MiB | {now / before:.2f} |")
    size = FILES * len(files[0]) / 2**20
    heading = (f"| rounds of {size:.0f} MiB | server's memory | ratio |", "| --- | --- | --- |")
    sys.stdout.write("\n".join((*heading, *lines)) + "\n")


if __name__ == "__main__":
    main()
