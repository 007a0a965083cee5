"""The network and the state that a training goes on with, the same on every process."""

import json
import logging
import tempfile
from collections.abc import Callable
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path

import keras

from covid_model.common.errors import UsageError
from covid_model.training.loop.checkpoint import (
    CheckpointedTraining,
    TrainingState,
    checkpoint_file,
    differences,
    read_state,
    state_of,
)
from covid_model.training.loop.devices import precision
from covid_model.training.loop.optimizer import adamw
from covid_model.training.loop.processes import apart, count, from_first, is_first
from covid_model.training.recipes.base import EndToEndRecipe

log = logging.getLogger(__name__)
Build = Callable[[], tuple[keras.Model, str]]
Beginning = tuple[keras.Model | None, TrainingState]


def prepare(training: CheckpointedTraining, build: Build) -> Beginning:
    """Build the network, or read it as the last checkpoint has it.

    Returns:
        The compiled network, None where its training has ended, and how far it has come.

    Raises:
        UsageError: if the training began with other values.
    """
    training.folder.mkdir(parents=True, exist_ok=True)
    state = read_state(training)
    if state is not None and state.finished:
        log.info("%s has been trained: %d steps.", training.name, state.step)
        return None, state
    keras.utils.set_random_seed(training.recipe.seed)
    if state is None:
        return _start(training, build)
    log.info("%s goes on at step %d of %d.", training.name, state.step, training.total)
    return _load(checkpoint_file(training.folder, state), state), state


def hand_over(training: CheckpointedTraining, prepared: Beginning | None) -> Beginning:
    """Give every process what process 0 has prepared.

    Args:
        training: the training.
        prepared: of ``prepare`` on process 0, None on the others.

    Returns:
        The same on every process.

    Raises:
        UsageError: if another process was given other values, images or versions than process 0.
    """
    if count() == 1 and prepared is not None:
        return prepared
    model, state = prepared or (None, TrainingState())
    if model is not None:
        state = replace(state, seeds=seeds_of(model))
    own = training.identity | {name: version(name) for name in ("keras", "jax")}
    note = json.loads(from_first(json.dumps({"identity": own, "state": asdict(state)}).encode()))
    other = differences(note["identity"], own)
    if other:
        what = "; ".join(
            f"{name} is {there} there, {here} here" for name, (there, here) in other.items()
        )
        raise UsageError(
            f"Expected what process 0 trains with. Received: {what}. Give all the same."
        )
    state = state_of(note["state"])
    if state.finished:
        return None, state
    keras.utils.set_random_seed(training.recipe.seed)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "network.keras")
        if model is not None:
            with apart():
                model.optimizer.build(model.trainable_variables)
                model.save(file)
        file.write_bytes(from_first(file.read_bytes() if is_first() else b""))
        return _load(file, state), state


def seeds_of(model: keras.Model) -> dict[str, list[int]]:
    """The states of the layers' seed generators by layer."""
    generators = ((layer.name, getattr(layer, "seed_generator", None)) for layer in model.layers)
    return {
        name: [int(number) for number in keras.ops.convert_to_numpy(seed.state)]
        for name, seed in generators
        if seed is not None
    }


def _start(training: CheckpointedTraining, build: Build) -> Beginning:
    with precision(training.recipe.precision):
        model, origin = build()
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = training.recipe.momentum
    _compile(model, training.recipe, training.total)
    return model, TrainingState(origin=origin)


def _load(file: Path, state: TrainingState) -> keras.Model:
    model = keras.models.load_model(file)
    for layer in model.layers:
        if layer.name in state.seeds:
            layer.seed_generator.state.assign(state.seeds[layer.name])
    return model


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
