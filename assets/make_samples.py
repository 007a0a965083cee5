"""Make the composite sample radiographs: averages of many, none of which is a patient's image.

    python assets/make_samples.py --data DIR

Only training patients of the shipped run's split go in, each with one image.
"""

import argparse
import json
import sys
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from covid_model.common.classes import CLASSES
from covid_model.data.selection import Selection
from covid_model.training.recipes.paper import PaperRecipe

SIZE = 480


def composite(pictures: np.ndarray) -> np.ndarray:
    """Average grey levels uint8 (n, h, w), each image standardised, as uint8 (SIZE, SIZE)."""
    levels = pictures.astype(np.float32)
    mean, spread = (f(levels, axis=(1, 2), keepdims=True) for f in (np.mean, np.std))
    average = ((levels - mean) / spread).mean(axis=0)
    low, high = np.percentile(average, (0.5, 99.5))
    scaled = np.clip((average - low) / (high - low), 0, 1)
    grown = cv2.resize(scaled, (SIZE, SIZE), interpolation=cv2.INTER_CUBIC)
    return np.clip(grown * 255, 0, 255).astype(np.uint8)


def main() -> None:
    """Write assets/samples."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, required=True)
    arguments.add_argument("--out", type=Path, default=Path(__file__).parent / "samples")
    args = arguments.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    selection = Selection(args.data, limit=200)
    data, part = selection.split(selection.read(), PaperRecipe())
    one_each = ~data.frame["group"].duplicated()
    described = {}
    for info in CLASSES:
        chosen = data.rows((part == "train") & (data.frame["label"] == info.name) & one_each)
        cv2.imwrite(str(args.out / f"{info.name}.png"), composite(chosen.pictures(info.title)))
        described[info.name] = {
            "file": f"{info.name}.png",
            "title": info.title,
            "images": len(chosen),
            "note": f"Composite: the average of one radiograph each of {len(chosen)} "
            "training patients, no patient's image.",
        }
    (args.out / "samples.json").write_text(json.dumps(described, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
