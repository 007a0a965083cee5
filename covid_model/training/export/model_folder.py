"""The model folder of a fitted network, evaluated on what it serves."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd

from covid_model.data.dataset import Dataset
from covid_model.runs import read_model_info
from covid_model.training.export import litert
from covid_model.training.export.lateral import add_laterals
from covid_model.training.export.reliability import fit_reliability, training_draw
from covid_model.training.export.served_outputs import ServedOutputs, served_outputs
from covid_model.training.heads.paper_head import HISTORY
from covid_model.training.job import Job

log = logging.getLogger(__name__)
LEAST_AGREEMENT = 0.99  # int8 is half the size; what is served is what the report judges
BATCH = 16


@dataclass(frozen=True)
class EvaluationData:
    """What a network is judged on.

    Attributes:
        data: all images.
        part: one of ``schema.PARTS`` an image.
        scores: maps row numbers of ``data`` to the float32 scores (n, 3) that Keras gives them.
        laterals: folder of lateral views that a head learns from, None for no such head.
        left_out: rows of ``left_out.csv``, None where no groups were left out.
    """

    data: Dataset
    part: pd.Series
    scores: Callable[[np.ndarray], np.ndarray]
    laterals: Path | None = None
    left_out: pd.DataFrame | None = None

    def rows(self, part: str) -> np.ndarray:
        """The row numbers of one part."""
        return np.flatnonzero((self.part == part).to_numpy())

    def images(self, rows: np.ndarray) -> Dataset:
        """The images of some rows, in the order of the data."""
        return self.data.take(rows)


def write_model(
    folder: Path, fitted: litert.Fitted, split: tuple[Dataset, pd.Series], job: Job
) -> dict[str, Any]:
    """Write one network's folder: model, novelty, tables, report, ``model.json`` last.

    What decides between int8 or float16, the temperature, the thresholds: all are taken from the
    validation part. The report is on the test part.

    Args:
        folder: where to write; it exists.
        fitted: the network after its training.
        split: all images, the part of each.
        job: its ``weights_format`` and ``laterals``.

    Returns:
        The content of ``report.json``.
    """
    data, part = split

    def scores(rows: np.ndarray) -> np.ndarray:
        size = fitted.model.input_shape[1]
        batches = [rows[start : start + BATCH] for start in range(0, len(rows), BATCH)]
        outputs = [
            fitted.model.predict_on_batch(data.inputs(b.tolist(), size=size)) for b in batches
        ]
        return np.concatenate([keras.ops.convert_to_numpy(output) for output in outputs])

    material = EvaluationData(data, part, scores, job.laterals)
    return write_evaluated(folder, fitted, material, weights_format=job.weights_format)


def write_evaluated(
    folder: Path, fitted: litert.Fitted, material: EvaluationData, *, weights_format: str
) -> dict[str, Any]:
    """Do what ``write_model`` does where Keras' scores are had more cheaply than by running it.

    Args:
        folder: where to write; it exists.
        fitted: the network after its training.
        material: what it is judged on.
        weights_format: ``auto``, one of ``job.WEIGHT_FORMATS``, or "" to write reports only.
    """
    history = pd.DataFrame(fitted.history, columns=list(HISTORY))
    history.to_csv(folder / "history.csv", index=False, float_format="%.6g")
    if weights_format:
        litert.write_head(fitted, folder / "head.npz")
        weights_format, validation = _export(fitted, folder, material, weights_format)
        test = _served(folder, material, material.rows("test"), "Test images")
        drawn = training_draw(material.data, material.part)
        train = _served(folder, material, drawn, "Training images") if len(drawn) else None
        if material.laterals is not None:
            _add_laterals(folder, material, [out for out in (train, validation) if out])
    else:
        validation, test = (_by_keras(material, part) for part in ("validation", "test"))
        train = None
    judgement = fit_reliability(validation, test, train=train, left_out=material.left_out)
    litert.write_info(folder, fitted, weights_format=weights_format)
    judgement.write(folder, read_model_info(folder))
    return dict(judgement.report)


def _add_laterals(folder: Path, material: EvaluationData, frontal: Sequence[ServedOutputs]) -> None:
    """Fit a head to lateral views that are prepared as the other images are."""

    def served(laterals: Dataset) -> ServedOutputs:
        shown = replace(laterals, preprocessing=material.data.preprocessing)
        return served_outputs(folder / "model.tflite", shown, title="Lateral views")

    if material.laterals is not None:
        add_laterals(folder, frontal, material.laterals, served)


def _export(
    fitted: litert.Fitted, folder: Path, material: EvaluationData, wanted: str
) -> tuple[str, ServedOutputs]:
    """Write model.tflite; return its weights' format and its outputs on the validation part.

    ``auto`` takes the smallest format that still predicts as float32 does, labels unseen.
    """
    rows = material.rows("validation")
    expected = _by_keras(material, "validation").scores.argmax(axis=1)
    formats = ("int8", "float16") if wanted == "auto" else (wanted,)
    for weights in formats:
        litert.export_litert(fitted, folder / "model.tflite", weights=weights)
        outputs = _served(folder, material, rows, f"Validation images, {weights}")
        same = float((outputs.scores.argmax(axis=1) == expected).mean()) if len(rows) else 0.0
        log.info("%s predicts as Keras on %.2f %% of %d images", weights, 100 * same, len(rows))
        if same >= LEAST_AGREEMENT:
            break
    return weights, outputs


def _served(folder: Path, material: EvaluationData, rows: np.ndarray, title: str) -> ServedOutputs:
    return served_outputs(folder / "model.tflite", material.images(rows), title=title)


def _by_keras(material: EvaluationData, part: str) -> ServedOutputs:
    rows = material.rows(part)
    scores = material.scores(rows) if len(rows) else np.zeros((0, 3), np.float32)
    return ServedOutputs(material.images(rows).frame, scores)
