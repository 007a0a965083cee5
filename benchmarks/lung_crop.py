"""Whether networks tell the classes apart better on radiographs cropped to the lungs.

    python -m benchmarks.lung_crop --data DIR --weights BACKBONES [--models NAME ...] [--limit N]

Fits a new linear head to a backbone's features of whole images, then to those of the same images
cropped to the box of both lungs. Prints macro recall on the validation part with either, by source,
and the difference with its 95 % interval over patients. An image where no lungs are found stays
whole. The test part is never read.
"""

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
from tqdm import tqdm

from covid_model.common.architectures import ARCHITECTURES
from covid_model.common.classes import CLASS_NAMES
from covid_model.common.paper import PAPER_MODELS
from covid_model.data.dataset import Dataset, read_dataset
from covid_model.data.selection import Selection
from covid_model.evaluation.bootstrap import PatientBootstrap
from covid_model.evaluation.metrics import hits_by_class
from covid_model.inference.lung_segmentation import LungSegmenter
from covid_model.training.heads.refit import fit_head
from covid_model.training.inputs.mean_features import mean_features
from covid_model.training.networks.backbone import build_backbone
from covid_model.training.recipes.finetune import FinetuneRecipe
from covid_model.training.recipes.linear import LinearRecipe

MARGIN = 0.1  # of the box's side, on each side: the outline may miss the rim of the lungs
HEAD = "| network | validation images of | images | patients | whole | lungs | lungs - whole |"
PAIR = (CLASS_NAMES.index("covid"), CLASS_NAMES.index("infection"))
Pair = tuple[np.ndarray, np.ndarray]


def lung_box(mask: np.ndarray) -> tuple[slice, slice]:
    """Rows and columns of the smallest box around a mask bool (H, W), with ``MARGIN``."""
    sides = []
    for axis in (1, 0):
        there = np.flatnonzero(mask.any(axis=axis))
        low, high = int(there[0]), int(there[-1]) + 1
        more = round(MARGIN * (high - low))
        sides.append(slice(max(0, low - more), min(mask.shape[1 - axis], high + more)))
    return sides[0], sides[1]


def write_cropped(data: Dataset, folder: Path) -> tuple[Dataset, int]:
    """Write every image cropped to its lungs; return them with how many were left whole."""
    segmenter, whole = LungSegmenter.load(), 0
    names = [f"{row}.png" for row in range(len(data))]
    for row, name in enumerate(tqdm(names, "Cropping")):
        pixels = data.radiograph(row).pixels
        mask = segmenter.mask(pixels)
        whole += mask is None
        cropped = pixels if mask is None else pixels[lung_box(mask)]
        cv2.imwrite(str(folder / name), np.rint(cropped * 255).astype(np.uint8))
    columns = ["label", "source", "patient_id", "original"]
    data.frame[columns].assign(path=names).to_csv(folder / "metadata.csv", index=False)
    return read_dataset(folder), whole


def answers(name: str, weights: str, data: Dataset, held: np.ndarray, cache: Path) -> np.ndarray:
    """Fit a head to the images that are not held out; return its scores of those that are."""
    recipe = FinetuneRecipe(refit=LinearRecipe().strengths)
    backbone = build_backbone(name, weights=weights, size=recipe.size)
    validation = data.rows(held)
    fit = fit_head(backbone, data.rows(~held), validation, recipe, cache=cache)
    return fit.scores(mean_features(backbone, validation, recipe, cache=cache))


def table(name: str, frame: pd.DataFrame, truth: np.ndarray, both: Pair) -> Iterator[str]:
    """Yield a row for all images, for each source, for covid against infection within one."""
    everything, pair = np.arange(len(CLASS_NAMES)), np.array(PAIR)
    yield _row(name, "all sources", frame, truth, both, everything)
    for source in sorted(frame["source"].unique()):
        here = (frame["source"] == source).to_numpy()
        yield _row(name, source, *_only(here, frame, truth, both), everything)
        here = here & np.isin(truth, pair)
        if len(np.unique(truth[here])) == len(pair):
            what = f"{source}, COVID-19 against other infection"
            yield _row(name, what, *_only(here, frame, truth, both), pair)


def _only(
    rows: np.ndarray, frame: pd.DataFrame, truth: np.ndarray, both: Pair
) -> tuple[pd.DataFrame, np.ndarray, Pair]:
    return frame[rows], truth[rows], (both[0][rows], both[1][rows])


def _row(
    name: str, what: str, frame: pd.DataFrame, truth: np.ndarray, both: Pair, among: np.ndarray
) -> str:
    """Macro recall of either over the classes that are there, the best of ``among`` chosen."""
    whole, lungs = (hits_by_class(truth, among[scores[:, among].argmax(axis=1)]) for scores in both)
    means = [100 * np.nanmean(hits, axis=0).mean() for hits in (whole, lungs, lungs - whole)]
    bootstrap = PatientBootstrap(frame["patient_id"])
    interval = bootstrap.interval(100 * bootstrap.means(lungs - whole).mean(axis=1))
    ends = f" ({interval[0]:+.1f} to {interval[1]:+.1f})" if interval else ""
    return (
        f"| {ARCHITECTURES[name]} | {what} | {len(frame)} | {frame['patient_id'].nunique()} "
        f"| {means[0]:.1f} % | {means[1]:.1f} % | {means[2]:+.1f}{ends} |"
    )


def main() -> None:
    """Measure every network, then print the table."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = arguments.add_argument
    add("--data", type=Path, required=True)
    add("--weights", required=True, help="folder of backbones, see --recipe recover")
    add("--models", nargs="+", choices=tuple(ARCHITECTURES), default=list(PAPER_MODELS))
    add("--limit", type=int, default=0, help="most training images of each source and label")
    args = arguments.parse_args()
    selection = Selection(args.data, limit=args.limit)
    data, part = selection.split(selection.read(), LinearRecipe())
    used = (part != "test").to_numpy()
    data, held = data.rows(used), (part[used] == "validation").to_numpy()
    truth, frame = data.labels.argmax(axis=1)[held], data.frame[held]
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "images").mkdir()
        cropped, left = write_cropped(data, root / "images")
        for name in args.models:
            both = [
                answers(name, args.weights, images, held, root / "features")
                for images in (data, cropped)
            ]
            lines += table(name, frame, truth, (both[0], both[1]))
    print(HEAD, "| --- | --- | --- | --- | --- | --- | --- |", *lines, sep="\n")
    print(f"\n{left} of {len(data)} images show no plausible lungs and stayed whole.")


if __name__ == "__main__":
    main()
