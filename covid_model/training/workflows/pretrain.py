"""Pretraining: every layer of a network, from random weights, on radiographs."""

import logging
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import keras

from covid_model.common.classes import CLASS_NAMES
from covid_model.data.dataset import Dataset
from covid_model.data.selection import Selection, describe, without_held_out
from covid_model.data.splits import split_by_patient
from covid_model.runs import write_json
from covid_model.training.inputs.batches import ImagePool, as_input
from covid_model.training.loop.checkpoint import (
    CheckpointedTraining,
    TrainingState,
    checkpoint_file,
)
from covid_model.training.loop.processes import leave
from covid_model.training.loop.trainer import train
from covid_model.training.networks.backbone import Backbone, build_backbone
from covid_model.training.networks.scaling import scale_output
from covid_model.training.recipes.base import trained_on
from covid_model.training.recipes.pretrain import PretrainRecipe

log = logging.getLogger(__name__)


def run_pretrain(
    selection: Selection,
    models: Sequence[str],
    *,
    recipe: PretrainRecipe,
    held_out: Sequence[Path],
    out: Path,
    tensorboard: Path | None = None,
) -> list[Path]:
    """Train backbones from random weights on patients that no target set holds out.

    Args:
        selection: the radiographs.
        models: keys of ``architectures.ARCHITECTURES``.
        recipe: every value of the training.
        held_out: split files whose validation and test patients are left out.
        out: folder for ``<name>.weights.h5`` with ``<name>.json``, and one folder a network with
            checkpoints and curves.
        tensorboard: folder for TensorBoard's event files, None for none.

    Returns:
        The weight files written; none where this process has only helped another one to train.
    """
    data = without_held_out(selection.read(), held_out)
    part = split_by_patient(data, seed=recipe.seed, test=recipe.monitor, validation=0)
    log.info("%s", describe(data, part))
    watched, data = data.rows(part == "test"), data.rows(part == "train")
    monitor, pictures = (ImagePool.for_recipe(part, recipe) for part in (watched, data))
    facts = {"data": data.digest, "watched": watched.digest}
    trainings = [
        CheckpointedTraining(
            name, pictures, monitor, recipe.of(name), out / name, facts, tensorboard
        )
        for name in models
    ]
    states = [pretrain(training) for training in trainings]
    if not leave():
        return []
    written = []
    for training, state in zip(trainings, states, strict=True):
        backbone = trained_backbone(training, state)
        written.append(save_backbone(backbone, data, training.recipe, out))
        log.info("Wrote %s", written[-1])
    return written


def pretrain(training: CheckpointedTraining[PretrainRecipe]) -> TrainingState:
    """Train a network from random weights, continuing from its folder when it was interrupted.

    Args:
        training: the training; its name is a key of ``architectures.REGISTRY``.
    """
    recipe = training.recipe

    def build() -> tuple[keras.Model, str]:
        backbone = build_backbone(training.name, size=None)
        x = keras.layers.GlobalAveragePooling2D()(backbone.model.output)
        x = keras.layers.Dropout(recipe.dropout, seed=recipe.seed, name="dropout")(x)
        x = keras.layers.Dense(len(CLASS_NAMES), activation="softmax", dtype="float32")(x)
        return keras.Model(backbone.model.input, x), backbone.origin

    return train(training, build)


def trained_backbone(
    training: CheckpointedTraining[PretrainRecipe], state: TrainingState
) -> Backbone:
    """The trained network without its top.

    The last weights are taken: the watched images are watched and never chosen by.
    """
    model = keras.models.load_model(checkpoint_file(training.folder, state), compile=False)
    backbone = build_backbone(training.name, size=None)
    trained = (layer for layer in model.layers if layer.weights)
    for layer in backbone.model.layers:  # by order: keras numbers unnamed layers again
        if layer.weights:
            layer.set_weights(next(trained).get_weights())
    scale_output(backbone, as_input(training.train.grey[:32]), training.recipe.output_sum)
    return backbone


def save_backbone(backbone: Backbone, data: Dataset, recipe: PretrainRecipe, folder: Path) -> Path:
    """Write ``<name>.weights.h5`` and, in ``<name>.json``, where the weights came from."""
    name = backbone.architecture.name
    origin = f"trained from random weights on {trained_on(data, recipe)}; no ImageNet weights"
    path = folder / f"{name}.weights.h5"
    backbone.model.save_weights(path)
    note = {"origin": origin, "data": data.digest, "recipe": asdict(recipe)}
    write_json(folder / f"{name}.json", note)
    return path
