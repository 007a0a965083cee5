"""A linear head on frozen convolutions, from a folder of radiographs to a run."""

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from covid_model.common.classes import CLASS_NAMES
from covid_model.common.errors import UsageError
from covid_model.data.dataset import Dataset
from covid_model.data.selection import Selection, describe
from covid_model.evaluation.report import summary_row
from covid_model.training.export import litert
from covid_model.training.export.model_folder import EvaluationData, write_evaluated
from covid_model.training.export.run_folder import write_run
from covid_model.training.heads.logistic import fit_logistic, logistic_model
from covid_model.training.heads.paper_head import Samples
from covid_model.training.inputs.mean_features import mean_features
from covid_model.training.job import Job
from covid_model.training.networks.backbone import Backbone, build_backbone
from covid_model.training.recipes.linear import LinearRecipe

log = logging.getLogger(__name__)


def run_linear(selection: Selection, job: Job, *, recipe: LinearRecipe) -> pd.DataFrame:
    """Fit linear heads on frozen convolutions and write a run folder.

    Returns:
        One row a network, see ``report.summary_row``.

    Raises:
        UsageError: if a class has no training image, or there are no validation images.
        RunError: if the run exists.
    """
    if job.weights_format:
        litert.require_tensorflow()
    data, part = split = selection.split(selection.read(), recipe)
    log.info("%s", describe(data, part))
    there = [sorted(set(data.frame["label"][part == name])) for name in ("train", "validation")]
    if len(there[0]) < len(CLASS_NAMES) or not len(there[1]):
        raise UsageError(
            "Expected training images of every class with others to validate by. Received: "
            f"training images of {', '.join(there[0])}, validation images of "
            f"{', '.join(there[1]) or 'no class'}: add images, or set validation above 0."
        )

    def write_one(name: str, folder: Path) -> dict[str, Any]:
        return _write_one(name, split, job, recipe, folder)

    reports = write_run(selection, job, split, write_one, recipe=recipe)
    return pd.DataFrame([summary_row(*pair) for pair in reports.items()])


def _write_one(
    name: str,
    split: tuple[Dataset, pd.Series],
    job: Job,
    recipe: LinearRecipe,
    folder: Path,
) -> dict[str, Any]:
    """Fit the head, write one model folder; return its report."""
    data, part = split
    backbone = build_backbone(name, weights=job.weights, size=recipe.size)

    def samples(images: Dataset, variants: int = 1) -> Samples:
        features = mean_features(backbone, images, recipe, variants=variants, cache=job.cache)
        return Samples(features, np.repeat(images.labels, variants, axis=0))

    def scores(rows: np.ndarray) -> np.ndarray:  # the head alone, as the features are there
        return fit.scores(samples(data.take(rows)).inputs)

    train = data.rows(part == "train")
    weights = len(train) * recipe.weights(train)
    fit = fit_logistic(
        samples(train, recipe.variants),
        samples(data.rows(part == "validation")),
        np.repeat(weights, recipe.variants),
        strengths=recipe.strengths,
        title=name,
    )
    patients = train.frame["group"].nunique()
    origin = (
        f"{backbone.origin}; a linear head on {len(train)} radiographs of {patients} patients "
        f"(C = {fit.strength:g})"
    )
    backbone = Backbone(backbone.architecture, backbone.model, origin)
    fitted = litert.Fitted(backbone, logistic_model(backbone, fit), [fit.row])
    material = EvaluationData(data, part, scores)
    return write_evaluated(folder, fitted, material, weights_format=job.weights_format)
