"""What networks answer to a film in JPEG 2000, read at half its size, beside the film as it is.

    python -m benchmarks.half_resolution --data DIR [--run DIR] [--limit N] [--seed N]

Radiographs of DIR are enlarged to 3000 pixels of 12 bits, with noise, and stored as JPEG 2000; to
tell how much that is, also as they are but rounded to 10 bits. Prints a Markdown table with a row a
network: how many answers name the class that they name for the film as it is, and how far
the probabilities of a class are apart. Below it, how many outcomes (answered, "can't tell",
refused) are the same.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
from tqdm import tqdm

from benchmarks.films import BITS, enlarged, jpeg_2000, uncompressed
from covid_model.runs import load_run, open_shelf
from covid_model.serving import CaseResult, Classifier, Together, classify_case

SIDE = 3000  # pixels of a film's longer side
WINDOW = {"WindowCenter": 2 ** (BITS - 1), "WindowWidth": 2**BITS}
HALF, ROUNDED = "half its size", "10 bits"
APART = {"median": 0.5, "95 in 100": 0.95, "most": 1.0}


def films(root: Path, *, limit: int, seed: int) -> Iterator[np.ndarray]:
    """Draw radiographs of a folder with ``metadata.csv``; yield them as films of 12 bits."""
    frame = pd.read_csv(root / "metadata.csv")
    rng = np.random.default_rng(seed)
    drawn = frame["path"].sample(min(limit, len(frame)), random_state=seed)
    for path in tqdm(drawn, unit="film"):
        picture = cv2.imread(str(root / path), cv2.IMREAD_GRAYSCALE) / 255
        height, width = (round(side * SIDE / max(picture.shape)) for side in picture.shape)
        yield enlarged(picture, (width, height), rng)


def as_stored(film: np.ndarray) -> dict[str, bytes]:
    """The film in each of the ways that are compared, after the one that they are compared to."""
    return {
        "": uncompressed(film, **WINDOW),
        HALF: jpeg_2000(film, **WINDOW),
        ROUNDED: uncompressed(film >> 2 << 2, **WINDOW),
    }


def compared(whole: CaseResult, other: CaseResult) -> Iterator[tuple[str, bool, float]]:
    """Yield each network that answered both, whether with the same class, and how far apart."""
    for one, two in zip(whole.reported, other.reported, strict=False):
        if one.model == two.model:
            apart = float(np.abs(one.probabilities - two.probabilities).max())
            yield one.model, one.predicted == two.predicted, apart


def table(rows: pd.DataFrame) -> str:
    """Write the rows of way, network, same and apart as Markdown."""
    lines = [["network", "stored", "films", "same class", *APART]]
    lines.append(["---"] * len(lines[0]))
    for (network, way), group in rows.groupby(["network", "way"], sort=False):
        quantiles = [f"{group['apart'].quantile(share):.3f}" for share in APART.values()]
        lines.append([network, way, str(len(group)), str(group["same"].sum()), *quantiles])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Compare, then print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--run", type=Path, metavar="DIR", help="default: the shipped run")
    parser.add_argument("--limit", type=int, default=240, help="films, default: %(default)s")
    parser.add_argument("--seed", type=int, default=1, help="default: %(default)s")
    options = parser.parse_args(arguments)
    run = load_run(options.run) if options.run else open_shelf().default
    networks = [Classifier.load(run.model_folder(name)) for name in run.servable_models]
    together = Together.load(run)
    rows, outcomes = [], []
    for film in films(options.data, limit=options.limit, seed=options.seed):
        answers = {
            way: classify_case(data, "film.dcm", networks, together)
            for way, data in as_stored(film).items()
        }
        whole = answers.pop("")
        for way, answer in answers.items():
            rows += [(way, *row) for row in compared(whole, answer)]
            outcomes.append((way, answer.status == whole.status))
    frame = pd.DataFrame(rows, columns=["way", "network", "same", "apart"])
    sys.stdout.write(f"{table(frame)}\n\n")
    for way, group in pd.DataFrame(outcomes, columns=["way", "same"]).groupby("way"):
        sys.stdout.write(f"Same outcome at {way}: {group['same'].sum()} of {len(group)}.\n")


if __name__ == "__main__":
    main()
