"""Finetuning of all layers or the last blocks, into a run that predicts."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import pandas as pd

from covid_model.common.errors import UsageError
from covid_model.data.dataset import Dataset
from covid_model.data.selection import Selection, describe
from covid_model.evaluation.report import summary_row
from covid_model.runs import refuse_existing
from covid_model.training.export.litert import Fitted
from covid_model.training.export.model_folder import write_model
from covid_model.training.export.reuse import networks_to_reuse
from covid_model.training.export.run_folder import write_run
from covid_model.training.heads.logistic import LogisticFit, logistic_model
from covid_model.training.heads.refit import fit_head
from covid_model.training.inputs.batches import ImagePool, as_input
from covid_model.training.job import Job
from covid_model.training.loop.beginning import Build
from covid_model.training.loop.checkpoint import (
    CheckpointedTraining,
    TrainingState,
    best_file,
    checkpoint_file,
)
from covid_model.training.loop.devices import precision
from covid_model.training.loop.processes import leave
from covid_model.training.loop.trainer import train
from covid_model.training.networks.backbone import RANDOM_ORIGIN, Backbone, build_backbone
from covid_model.training.networks.finetune import finetune_model
from covid_model.training.networks.scaling import scale_mean
from covid_model.training.recipes.base import trained_on
from covid_model.training.recipes.finetune import FinetuneRecipe
from covid_model.training.recipes.sizes import check_size

log = logging.getLogger(__name__)
Finetuning = CheckpointedTraining[FinetuneRecipe]


def run_finetune(
    selection: Selection,
    job: Job,
    *,
    recipe: FinetuneRecipe,
    work: Path,
    tensorboard: Path | None = None,
) -> pd.DataFrame | None:
    """Train networks from ``job.weights`` and write a run folder.

    Args:
        selection: the radiographs and how they are split.
        job: what to fit, where to write it.
        recipe: every value of the training.
        work: folder for one folder a network with checkpoints; a training there resumes.
        tensorboard: folder for TensorBoard's event files, None for none.

    Returns:
        One row a network, see ``report.summary_row``; None where this process has only helped
        another one to train.

    Raises:
        RunError: if the run exists.
        UsageError: after the training, if the backend cannot export; nothing is lost.
    """
    refuse_existing(job.out)
    data, part = split = selection.split(selection.read(), recipe)
    networks_to_reuse(job.keep, split, job.models)  # refused now, not after the training
    log.info("%s", describe(data, part))
    parts = [data.rows(part == name) for name in ("train", "validation")]
    trainings = _trainings(job, parts, recipe, work=work, tensorboard=tensorboard)
    states = {
        training.name: train(training, _builder(training, job.weights)) for training in trainings
    }
    if not leave():
        return None
    heads = {
        training.name: _head(training, states[training.name], parts, job.cache or work / "features")
        for training in trainings
    }
    if job.weights_format and keras.backend.backend() != "tensorflow":
        raise UsageError(
            f"The training is done and kept in {work}. Expected KERAS_BACKEND=tensorflow to "
            f"export it. Received: {keras.backend.backend()}. Repeat the command with "
            "KERAS_BACKEND=tensorflow and --resume: it will not train again."
        )
    own = {training.name: training for training in trainings}

    def write_one(name: str, folder: Path) -> dict[str, Any]:
        fitted = _fitted(own[name], states[name], parts[0], heads[name])
        return write_model(folder, fitted, split, job)

    reports = write_run(selection, job, split, write_one, recipe=recipe)
    return pd.DataFrame([summary_row(name, report) for name, report in reports.items()])


def _trainings(
    job: Job,
    parts: Sequence[Dataset],
    recipe: FinetuneRecipe,
    *,
    work: Path,
    tensorboard: Path | None,
) -> list[Finetuning]:
    """One training a network, on the same images: those to train on, those to validate by."""
    if not all(map(len, parts)):
        raise UsageError(
            "Expected images to train on with others to validate by. Received: "
            f"{len(parts[0])} and {len(parts[1])} images: set validation above 0."
        )
    for name in job.models:  # what is served is built after the training
        check_size(name, recipe.of(name).size)
    images, held = (ImagePool.for_recipe(part, recipe) for part in parts)
    facts = {"data": parts[0].digest, "watched": parts[1].digest}
    return [
        CheckpointedTraining(name, images, held, recipe.of(name), work / name, facts, tensorboard)
        for name in job.models
    ]


def _builder(training: Finetuning, weights: str) -> Build:
    """What makes a training's network from its first weights."""

    def build() -> tuple[keras.Model, str]:
        backbone = build_backbone(training.name, weights=weights, size=None)
        if training.recipe.output_mean:
            images = as_input(training.train.grey[:32])
            scale_mean(backbone, images, training.recipe.output_mean)
        return finetune_model(backbone, training.recipe), backbone.origin

    return build


def _trained(training: Finetuning, state: TrainingState) -> tuple[Backbone, keras.Model]:
    """The kept weights of a training, for images of the size that serves."""
    backbone = build_backbone(training.name, size=training.recipe.size)
    model = finetune_model(backbone, training.recipe)
    if training.recipe.keep == "best":
        model.load_weights(best_file(training.folder, state))
    else:
        last = keras.models.load_model(checkpoint_file(training.folder, state), compile=False)
        model.set_weights(last.get_weights())
    return backbone, model


def _head(
    training: Finetuning,
    state: TrainingState,
    parts: Sequence[Dataset],
    cache: Path,
) -> LogisticFit | None:
    """The head that was refitted, None where the recipe keeps the trained one."""
    if not training.recipe.refit:
        return None
    with precision(training.recipe.precision):
        backbone, _ = _trained(training, state)
    train_part, validation = parts
    return fit_head(backbone, train_part, validation, training.recipe, cache=cache)


def _fitted(
    training: Finetuning,
    state: TrainingState,
    data: Dataset,
    head: LogisticFit | None,
) -> Fitted:
    """The kept weights of a training, under their last head, in a float32 graph."""
    recipe = training.recipe
    backbone, model = _trained(training, state)
    what = {"all": "all layers", "0": "the head alone"}.get(
        recipe.unfrozen, f"the last {recipe.unfrozen} blocks"
    )
    first = "" if state.origin == RANDOM_ORIGIN else f"{state.origin}; then "
    origin = f"{first}{what} trained on {trained_on(data, recipe)}"
    if head is not None:
        model = logistic_model(backbone, head)
        origin += f"; then a linear head on the same images (C = {head.strength:g})"
    return Fitted(Backbone(backbone.architecture, backbone.model, origin), model, state.history)
