"""A linear head on frozen convolutions, from a folder of radiographs to a run."""

import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from covid_model.common.classes import CLASS_NAMES
from covid_model.common.errors import UsageError
from covid_model.data.dataset import Dataset
from covid_model.data.leave_out import left_out_groups
from covid_model.data.selection import Selection, describe
from covid_model.evaluation.report import summary_row
from covid_model.imaging.preprocessing import LUNGS
from covid_model.training.export import litert
from covid_model.training.export.model_folder import EvaluationData, write_evaluated
from covid_model.training.export.run_folder import write_run
from covid_model.training.heads.left_out import Judged, predict_left_out
from covid_model.training.heads.logistic import fit_logistic, logistic_model
from covid_model.training.heads.paper_head import Samples
from covid_model.training.inputs.map_statistics import map_statistics
from covid_model.training.inputs.mean_features import mean_features
from covid_model.training.job import Job
from covid_model.training.networks.backbone import Backbone, build_backbone
from covid_model.training.networks.rectified import cut_before, of_grey, over_lungs, rectify
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
    if job.leave_out_by:  # its errors before any work
        left_out_groups(data.rows(part != "test"), job.leave_out_by, seed=recipe.seed)
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
    recipe = recipe.of(name)
    data, part = replace(split[0], preprocessing=recipe.preprocessing), split[1]
    train = data.rows(part == "train")
    backbone = _convolutions(name, train, job, recipe)

    def samples(images: Dataset, variants: int = 1) -> Samples:
        features = mean_features(backbone, images, recipe, variants=variants, cache=job.cache)
        return Samples(features, np.repeat(images.labels, variants, axis=0))

    def scores(rows: np.ndarray) -> np.ndarray:  # the head alone, as the features are there
        return fit.scores(samples(data.take(rows)).inputs)

    strengths, left_out = recipe.strengths, None
    if job.leave_out_by:
        seen = data.rows(part != "test")
        groups = left_out_groups(seen, job.leave_out_by, seed=recipe.seed)
        judged = Judged(seen, groups, samples(seen).inputs)
        strength, left_out = predict_left_out(judged, recipe, title=name)
        strengths = (strength,)
    weights = len(train) * recipe.weights(train)
    fit = fit_logistic(
        samples(train, recipe.variants),
        samples(data.rows(part == "validation")),
        np.repeat(weights, recipe.variants),
        strengths=strengths,
        title=name,
    )
    origin = f"{backbone.origin}; a linear head on {train.count_in_words} (C = {fit.strength:g})"
    fitted = litert.Fitted(
        replace(backbone, origin=origin),
        logistic_model(backbone, fit),
        [fit.row],
        recipe.preprocessing,
    )
    material = EvaluationData(data, part, scores, laterals=job.laterals, left_out=left_out)
    return write_evaluated(folder, fitted, material, weights_format=job.weights_format)


def _convolutions(name: str, train: Dataset, job: Job, recipe: LinearRecipe) -> Backbone:
    """The frozen convolutions whose maps the head reads."""
    backbone = build_backbone(name, weights=job.weights, size=recipe.size, scaling=recipe.scaling)
    if recipe.layers:
        backbone = cut_before(backbone, recipe.layers)
    lungs = recipe.preprocessing.pooling == LUNGS
    if lungs:
        backbone = of_grey(backbone)
    if recipe.rectified:
        usual = map_statistics(backbone, train, size=recipe.size, seed=recipe.seed)
        backbone = rectify(backbone, *usual)
    if lungs:
        backbone = over_lungs(backbone)
    return backbone
