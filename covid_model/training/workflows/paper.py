"""The paper's recipe, from a folder of radiographs to a run."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd

from covid_model.common.architectures import title_of
from covid_model.data.dataset import Dataset
from covid_model.data.selection import Selection, describe
from covid_model.training.export import litert
from covid_model.training.export.model_folder import EvaluationData, write_evaluated
from covid_model.training.export.run_folder import write_run
from covid_model.training.heads.paper_head import Samples, copy_head, fit, full_model, head_model
from covid_model.training.inputs.feature_cache import frozen_features
from covid_model.training.job import Job
from covid_model.training.networks.backbone import build_backbone
from covid_model.training.recipes.paper import PaperRecipe

log = logging.getLogger(__name__)


def run_paper(selection: Selection, job: Job, *, recipe: PaperRecipe) -> pd.DataFrame:
    """Fit the paper's head on frozen convolutions and write a run folder.

    Returns:
        One row a network: images, accuracy, macro recall, AUROC on the test part.
    """
    if job.weights_format:
        litert.require_tensorflow()
    split = selection.split(selection.read(), recipe)
    log.info("%s", describe(*split))
    reports = write_run(
        selection,
        job,
        split,
        lambda name, folder: _fit_one(name, split, job, recipe, folder),
        recipe=recipe,
    )
    return pd.DataFrame([_row(name, report) for name, report in reports.items()])


def _row(name: str, report: Mapping[str, Any]) -> dict[str, Any]:
    figures = {key: report[key] for key in ("accuracy", "macro_recall", "auroc_macro")}
    return {"network": str(title_of(name)), "test images": report["images"], **figures}


def _fit_one(
    name: str,
    split: tuple[Dataset, pd.Series],
    job: Job,
    recipe: PaperRecipe,
    folder: Path,
) -> dict[str, Any]:
    """Fit the head, write one model folder; return its report."""
    data, part = split
    backbone = build_backbone(name, weights=job.weights, size=recipe.size)
    samples = Samples(frozen_features(backbone, data, cache=job.cache), data.labels)
    train, validation = (samples.rows((part == p).to_numpy()) for p in ("train", "validation"))
    keras.utils.set_random_seed(recipe.seed)
    head = head_model(samples.inputs.shape[1:], recipe)
    history = fit(head, train, validation, recipe=recipe, title=name)
    model = full_model(backbone, recipe)
    copy_head(head, model)

    def scores(rows: np.ndarray) -> np.ndarray:  # the head alone, as the features are there
        return head.predict(samples.inputs[rows], verbose=0)

    return write_evaluated(
        folder,
        litert.Fitted(backbone, model, history),
        EvaluationData(data, part, scores, job.laterals),
        weights_format=job.weights_format,
    )
