"""Training of all layers, with checkpoints that resume exactly."""

import logging
import time
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import replace
from typing import Any

import keras
import numpy as np
from tqdm import tqdm

from covid_model.common.errors import UsageError
from covid_model.training.inputs.batches import batch_of, prefetched
from covid_model.training.loop.checkpoint import (
    CheckpointedTraining,
    TrainingState,
    checkpoint_file,
    read_state,
    save_state,
)
from covid_model.training.loop.devices import precision
from covid_model.training.loop.optimizer import adamw
from covid_model.training.loop.tensorboard import curves
from covid_model.training.loop.validation import advance, evaluate_held_out
from covid_model.training.networks.torch_kernels import arrange, torch_kernels
from covid_model.training.recipes.base import EndToEndRecipe

log = logging.getLogger(__name__)
Build = Callable[[], tuple[keras.Model, str]]


def train(training: CheckpointedTraining, build: Build) -> TrainingState:
    """Train a network, or resume where its folder says that it was.

    Batches depend on the seed and the step alone, checkpoints hold all that the next step
    depends on, so that a broken training ends as an unbroken one on the same machine. Each look
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
    training.folder.mkdir(parents=True, exist_ok=True)
    state = read_state(training)
    if state is not None and state.finished:
        log.info("%s has been trained: %d steps.", training.name, state.step)
        return state
    keras.utils.set_random_seed(training.recipe.seed)
    model, state = _start(training, build) if state is None else _resume(training, state)
    arrange(model)
    steps = range(state.step, training.total)
    batches = prefetched(lambda step: batch_of(training.train, training.recipe, step), steps)
    with (
        torch_kernels(),
        closing(batches) as feed,
        curves(training.tensorboard, training.name, since=state.step) as draw,
        tqdm(total=training.total, initial=state.step, desc=training.name, unit="step") as bar,
    ):
        while not state.finished:
            state = _train_until_validation(training, model, state, feed, bar)
            save_state(training, state, model)
            draw(state.history[-1])
    return state


def _start(training: CheckpointedTraining, build: Build) -> tuple[keras.Model, TrainingState]:
    with precision(training.recipe.precision):
        model, origin = build()
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = training.recipe.momentum
    _compile(model, training.recipe, training.total)
    return model, TrainingState(origin=origin)


def _resume(
    training: CheckpointedTraining, state: TrainingState
) -> tuple[keras.Model, TrainingState]:
    model = keras.models.load_model(checkpoint_file(training.folder, state))
    for layer in model.layers:
        if layer.name in state.seeds:
            layer.seed_generator.state.assign(state.seeds[layer.name])
    log.info("%s goes on at step %d of %d.", training.name, state.step, training.total)
    return model, state


def _compile(model: keras.Model, recipe: EndToEndRecipe, total: int) -> None:
    warmup = max(1, int(recipe.warmup * total))
    optimizer = adamw(
        recipe.learning_rate,
        steps=total,
        warmup=warmup,
        weight_decay=recipe.weight_decay,
        clipnorm=recipe.clipnorm,
    )
    loss = keras.losses.CategoricalCrossentropy(label_smoothing=recipe.label_smoothing)
    model.compile(optimizer, loss, metrics=["accuracy"])


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
    return advance(training, replace(state, seeds=_seeds(model)), row)


def _seeds(model: keras.Model) -> dict[str, list[int]]:
    generators = ((layer.name, getattr(layer, "seed_generator", None)) for layer in model.layers)
    return {
        name: [int(number) for number in keras.ops.convert_to_numpy(seed.state)]
        for name, seed in generators
        if seed is not None
    }
