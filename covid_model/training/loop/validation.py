"""Evaluation on held-out images during a training."""

from dataclasses import replace

import keras
import numpy as np

from covid_model.training.inputs.batches import ImagePool, as_input
from covid_model.training.loop.checkpoint import CheckpointedTraining, TrainingState
from covid_model.training.loop.processes import predict, share


def evaluate_held_out(
    model: keras.Model, pictures: ImagePool, *, size: int, batch: int
) -> dict[str, float]:
    """Judge a network on images held out.

    Returns:
        val_loss (nats), val_accuracy, val_recall (mean over the classes that have images).
    """
    outputs = []
    for start in range(0, len(pictures.grey), batch):
        grey = pictures.grey[start : start + batch]
        full = np.resize(grey, (batch, *grey.shape[1:]))  # one shape, which devices can share
        out = predict(model, as_input(full[share(batch)], size))
        outputs.append(np.asarray(out, np.float64)[: len(grey)])
    scores, truth = np.concatenate(outputs), pictures.labels.argmax(axis=1)
    right = scores.argmax(axis=1) == truth
    likelihood = scores[np.arange(len(truth)), truth]
    return {
        "val_loss": float(-np.log(np.maximum(likelihood, 1e-7)).mean()),
        "val_accuracy": float(right.mean()),
        "val_recall": float(np.mean([right[truth == c].mean() for c in np.unique(truth)])),
    }


def advance(
    training: CheckpointedTraining, state: TrainingState, row: dict[str, float]
) -> TrainingState:
    """The state after one more row: is it the best, is it the last?"""
    better = state.best is None or _merit(row) > _merit(state.best)
    stale = 0 if better else state.stale + 1
    patience = getattr(training.recipe, "patience", 0)
    return replace(
        state,
        step=int(row["step"]),
        history=(*state.history, row),
        best=row if better else state.best,
        stale=stale,
        finished=row["step"] == training.total or 0 < patience <= stale,
    )


def _merit(row: dict[str, float]) -> tuple[float, float]:
    return row["val_recall"], -row["val_loss"]
