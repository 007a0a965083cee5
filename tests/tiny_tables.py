"""Tables of the run of tiny networks, and the mean of these, without any framework for training."""

from dataclasses import replace

import numpy as np
import pandas as pd

from covid_model.common.architectures import REGISTRY, TOGETHER
from covid_model.common.classes import CLASS_NAMES
from covid_model.evaluation.report import predictions_table, read_and_report
from covid_model.evaluation.tables import as_stored, write_table
from covid_model.runs import ModelInfo, write_json, write_model_info


def tiny_predictions(seed: int) -> pd.DataFrame:
    """Thirty predictions of fifteen patients, mostly right."""
    rng = np.random.default_rng(seed)
    labels = ["covid", "normal", "infection"] * 10
    frame = pd.DataFrame(
        {
            "original": [f"{i}.png" for i in range(30)],
            "source": ["here", "there"] * 15,
            "patient_id": [f"p{i // 2}" for i in range(30)],
            "label": labels,
        }
    )
    logits = rng.normal(size=(30, 3)) + 2 * np.eye(3)[[0, 1, 2] * 10]
    scores = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return predictions_table(frame, scores.astype(np.float32))


def write_mean(folder, *, threshold: float, temperature: float = 1.0) -> None:
    """Let the mean of the networks of a tiny run decide, by a calibration of its own."""
    own = folder / TOGETHER
    own.mkdir(exist_ok=True)
    info = ModelInfo(TOGETHER, CLASS_NAMES, (0, 0, 0, 0), "", "a mean", members=tuple(REGISTRY))
    fitted = {"temperature": temperature, "thresholds": {"probability": threshold}}
    predictions = as_stored(tiny_predictions(0))
    write_table(predictions, own / "predictions.csv")
    write_json(own / "report.json", read_and_report(predictions))
    write_model_info(own, replace(info, **fitted))
