"""What the paper's recipe costs on frozen features beside the whole frozen graph.

    python -m benchmarks.paper_recipe --data DIR [--only paper=1]

Prints a Markdown table with a row a network: the seconds of features and 80 epochs on the head;
the seconds of one epoch through the frozen convolutions, with the 80 epochs extrapolated from it.
Weights are random: they do not change the time.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from covid_model.common.architectures import ARCHITECTURES
from covid_model.common.paper import PAPER_MODELS
from covid_model.data.selection import Selection
from covid_model.training.heads.paper_head import Samples, fit, full_model, head_model
from covid_model.training.inputs.feature_cache import frozen_features
from covid_model.training.networks.backbone import build_backbone
from covid_model.training.recipes.paper import PaperRecipe

ROW = "| {:10} | {:>16.0f} | {:>27.0f} | {:>33.0f} | {:>5.0f} |"


def seconds(function: Callable[[], object]) -> float:
    """Time one call."""
    started = time.perf_counter()
    function()
    return time.perf_counter() - started


def measure(name: str, selection: Selection, recipe: PaperRecipe) -> tuple[float, float]:
    """Return the seconds of the recipe on features, then of one epoch of the whole graph."""
    data, part = selection.split(selection.read(), recipe)
    train, validation = ((part == p).to_numpy() for p in ("train", "validation"))
    backbone = build_backbone(name, size=recipe.size)

    def on_features() -> None:
        with tempfile.TemporaryDirectory() as cache:
            samples = Samples(frozen_features(backbone, data, cache=Path(cache)), data.labels)
        head = head_model(samples.inputs.shape[1:], recipe)
        fit(head, samples.rows(train), samples.rows(validation), recipe=recipe, title=name)

    quick = seconds(on_features)
    images = Samples(data.inputs(range(len(data))), data.labels)
    model, once = full_model(backbone, recipe), replace(recipe, epochs=2)
    history = fit(
        model, images.rows(train), images.rows(validation), recipe=once, title=f"whole {name}"
    )
    return quick, float(np.min([row["seconds"] for row in history]))  # the first compiles


def main() -> None:
    """Measure every network, then print the table."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--data", type=Path, required=True)
    arguments.add_argument("--only", default="paper=1")
    args = arguments.parse_args()
    recipe, selection = PaperRecipe(), Selection(args.data, args.only, "image")
    lines, total, all_whole = [], 0.0, 0.0
    for name in PAPER_MODELS:
        quick, epoch = measure(name, selection, recipe)
        whole = recipe.epochs * epoch
        total += quick
        all_whole += whole
        lines.append(ROW.format(ARCHITECTURES[name], quick, epoch, whole, whole / quick))
    print(
        "| network | on features (s) | one whole epoch (s) | 80 of them, extrapolated (s) | ratio |"
    )
    print("| --- | --- | --- | --- | --- |")
    print(*lines, sep="\n")
    print(f"\nAll on features: {total / 60:.1f} minutes, {all_whole / total:.0f} times less.")


if __name__ == "__main__":
    main()
