"""Runs of tiny networks, one of them calibrated: ``python -m tests.calibrated_run FOLDER``."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from covid_model.common.architectures import REGISTRY
from covid_model.inference.network import Network
from covid_model.inference.novelty import features
from covid_model.runs import read_model_info, write_json
from covid_model.training.export import litert
from covid_model.training.export.reliability import fit_reliability
from covid_model.training.export.served_outputs import ServedOutputs
from tests.drawings import PARTS, drawn_rows
from tests.tiny import (
    fit_to_drawings,
    inputs_of,
    tiny_backbone,
    tiny_run_info,
    write_history,
    write_tiny_run,
)


def write_trusted_run(folder) -> None:
    """Write a run whose tiny networks tell drawings apart, with everything that serving can use."""
    frames = [drawn_rows(part, count) for part, count in PARTS.items()]
    parts = [(frame, inputs_of(frame)) for frame in frames]
    for name in REGISTRY:
        (folder / name).mkdir(parents=True)
        fitted = fit_to_drawings(tiny_backbone(name), *parts[0])
        litert.export_litert(fitted, folder / name / "model.tflite", weights="float32")
        litert.write_head(fitted, folder / name / "head.npz")
        write_history(folder / name, fitted)
        litert.write_info(folder / name, fitted, weights_format="float32")
        network = Network.load(folder / name / "model.tflite")
        train, validation, test = (served(network, *part) for part in parts)
        fit_reliability(validation, test, train=train).write(
            folder / name, read_model_info(folder / name)
        )
    write_json(folder / "run.json", tiny_run_info(folder.name))


def served(network: Network, frame: pd.DataFrame, images: np.ndarray) -> ServedOutputs:
    """What an exported tiny network says of drawn rows."""
    outputs = [network.run(image[None]) for image in images]
    scores = np.stack([scores for scores, _ in outputs])
    rows = [features(maps, image) for (_, maps), image in zip(outputs, images, strict=True)]
    return ServedOutputs(frame, scores, np.stack(rows))


if __name__ == "__main__":
    root = Path(sys.argv[1])
    write_tiny_run(root / "servable" / "tiny")
    write_tiny_run(root / "reports-only" / "reports", servable=False)
    write_trusted_run(root / "trusted" / "trusted")
