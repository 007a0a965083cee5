"""Training of all layers, with checkpoints that resume exactly."""

import time
from collections.abc import Generator
from contextlib import closing
from dataclasses import replace
from typing import Any

import keras
import numpy as np
from tqdm import tqdm

from covid_model.common.errors import UsageError
from covid_model.training.inputs.batches import batch_of, prefetched
from covid_model.training.loop.beginning import Build, hand_over, prepare, seeds_of
from covid_model.training.loop.checkpoint import CheckpointedTraining, TrainingState, save_state
from covid_model.training.loop.processes import apart, is_first, share, together
from covid_model.training.loop.tensorboard import curves
from covid_model.training.loop.validation import advance, evaluate_held_out
from covid_model.training.networks.torch_kernels import arrange, torch_kernels


def train(training: CheckpointedTraining, build: Build) -> TrainingState:
    """Train a network, or resume where its folder says that it was.

    Batches depend on the seed and the step alone, checkpoints hold all that the next step
    depends on, so that a broken training ends as an unbroken one on the same machine. Of several
    processes (``processes.join``) each computes its share of every batch and of the watched
    images, so that all have the same weights; the first one alone reads and writes files. Each look
    at the watched images adds a row with the columns of ``paper_head.HISTORY`` (``epoch`` counts
    the looks) and step, images, size (px), val_recall (macro, range [0, 1]).

    Args:
        training: the training.
        build: makes the network, image -> probabilities (n, 3), not compiled, with one sentence
            on where its weights come from; not called when the training resumes.

    Returns:
        How it ended; ``checkpoint.checkpoint_file`` and ``best_file`` find its weights.

    Raises:
        UsageError: if it began with other values, or its loss is not finite.
    """
    prepared = prepare(training, build) if is_first() else None
    with together():
        model, state = hand_over(training, prepared)
        if model is None:
            return state
        arrange(model)
        return _train(training, model, state)


def _train(
    training: CheckpointedTraining, model: keras.Model, state: TrainingState
) -> TrainingState:
    """Train to the end, with a checkpoint at each validation."""
    recipe, own, first = training.recipe, share(training.recipe.batch), is_first()
    steps = range(state.step, training.total)
    batches = prefetched(lambda step: batch_of(training.train, recipe, step, own), steps)
    with (
        torch_kernels(),
        closing(batches) as feed,
        curves(training.tensorboard if first else None, training.name, since=state.step) as draw,
        tqdm(total=training.total, initial=state.step, desc=training.name, unit="step") as bar,
    ):
        while not state.finished:
            state = _train_until_validation(training, model, state, feed, bar)
            if first:
                with apart():
                    save_state(training, state, model)
            draw(state.history[-1])
    return state


def _train_until_validation(
    training: CheckpointedTraining,
    model: keras.Model,
    state: TrainingState,
    feed: Generator[Any],
    bar: tqdm,
) -> TrainingState:
    """Train up to the next validation on the watched images, then validate."""
    recipe, started = training.recipe, time.monotonic()
    end = min(training.total, state.step + recipe.watch_steps)
    logs = []
    for _ in range(state.step, end):
        logs.append(model.train_on_batch(*next(feed), return_dict=True))
        bar.update()
    loss, accuracy = (float(np.mean([step[key] for step in logs])) for key in ("loss", "accuracy"))
    if not np.isfinite(loss):
        raise UsageError(
            f"The loss of {training.name} is no longer finite at step {end}: begin anew with a "
            f"lower learning rate than {recipe.learning_rate:g}, or with precision=float32."
        )
    size = recipe.watch_size or recipe.stage_of(end - 1).size
    row = {
        "epoch": len(state.history) + 1,
        "step": end,
        "images": end * recipe.batch,
        "size": recipe.stage_of(end - 1).size,
        "loss": loss,
        "accuracy": accuracy,
        **evaluate_held_out(model, training.watched, size=size, batch=recipe.batch),
        "learning_rate": float(keras.ops.convert_to_numpy(model.optimizer.learning_rate)),
        "seconds": time.monotonic() - started,
    }
    bar.set_postfix_str(f"loss {loss:.3f}, recall {row['val_recall']:.3f}")
    return advance(training, replace(state, seeds=seeds_of(model)), row)
