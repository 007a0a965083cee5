"""What train_models.py does, one function a recipe."""

import logging
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd
from tqdm import tqdm

from covid_model.litert import Network
from covid_model.runs import ARCHITECTURES, SCHEMA, new_run, sha256_of, write_json
from covid_model.training import export
from covid_model.training.architectures import build_backbone
from covid_model.training.dataset import Dataset, counts, shared_patients, split_by_patient
from covid_model.training.evaluation import predictions_table
from covid_model.training.fit import Samples, copy_head, fit, full_model, head_model
from covid_model.training.frozen_features import frozen_features
from covid_model.training.pretrain import Pictures, pretrain, save_backbone
from covid_model.training.recipes import PaperRecipe, PretrainRecipe
from covid_model.training.selection import Selection, describe, save_split, without_held_out

log = logging.getLogger(__name__)
LEAST_AGREEMENT = 0.995
PACKAGES = ("keras", "tensorflow", "numpy", "opencv-python-headless", "scikit-learn")


@dataclass(frozen=True)
class Job:
    """What to fit and where to write it.

    Attributes:
        models: keys of ``runs.ARCHITECTURES``.
        out: the run folder to write.
        weights: ``imagenet``, ``random`` or a path, as ``build_backbone`` takes it.
        weights_format: ``auto``, one of ``export.WEIGHT_FORMATS``, or "" to write reports only.
        cache: folder of the frozen features, None for the user's cache.
        title: what people call the run.
        companion: name of the run to show beside it.
        notes: sentences to show with the run.
    """

    models: Sequence[str]
    out: Path
    weights: str = "imagenet"
    weights_format: str = "auto"
    cache: Path | None = None
    title: str = ""
    companion: str | None = None
    notes: Sequence[str] = ()


def run_paper(selection: Selection, job: Job, *, recipe: PaperRecipe) -> pd.DataFrame:
    """Fit the paper's head on frozen convolutions and write a run folder.

    Returns:
        One row a network: images, accuracy, macro recall, AUROC on the test part.
    """
    if job.weights_format:
        export.require_tensorflow()
    data, part = selection.split(selection.read(), recipe)
    log.info("%s", describe(data, part))
    rows = []
    with new_run(job.out) as folder:
        for name in job.models:
            (folder / name).mkdir()
            report = _fit_one(name, data, part, job, recipe, folder / name)
            rows.append(
                {
                    "network": ARCHITECTURES[name],
                    "test images": report["images"],
                    **{key: report[key] for key in ("accuracy", "macro_recall", "auroc_macro")},
                }
            )
        save_split(data, part, folder / "split.csv")
        write_json(folder / "run.json", _run_info(folder, selection, job, recipe, (data, part)))
    return pd.DataFrame(rows)


def run_pretrain(
    selection: Selection,
    models: Sequence[str],
    *,
    recipe: PretrainRecipe,
    held_out: Sequence[Path],
    out: Path,
) -> list[Path]:
    """Train backbones from random weights on patients that no target set holds out.

    Args:
        selection: the radiographs.
        models: keys of ``runs.ARCHITECTURES``.
        recipe: every value of the training.
        held_out: split files whose validation and test patients are left out.
        out: folder for ``<name>.weights.h5``, checkpoints and curves.

    Returns:
        The weight files written.
    """
    data = without_held_out(selection.read(), held_out)
    part = split_by_patient(data, seed=recipe.seed, test=recipe.monitor, validation=0)
    log.info("%s", describe(data, part))
    watched, data = data.rows(part == "test"), data.rows(part == "train")
    monitor = Pictures.of(watched, source_exponent=1.0)
    train = Pictures.of(data, source_exponent=recipe.source_exponent)
    written = []
    for name in models:
        backbone = pretrain(name, train, monitor, recipe=recipe, folder=out)
        written.append(save_backbone(backbone, data, recipe, out))
        log.info("Wrote %s", written[-1])
    return written


def _fit_one(
    name: str, data: Dataset, part: pd.Series, job: Job, recipe: PaperRecipe, folder: Path
) -> dict[str, Any]:
    """Fit, predict the test part, write one model folder; return its report."""
    backbone = build_backbone(name, weights=job.weights, size=recipe.size)
    samples = Samples(frozen_features(backbone, data, cache=job.cache), data.labels)
    train, validation = (samples.rows((part == p).to_numpy()) for p in ("train", "validation"))
    keras.utils.set_random_seed(recipe.seed)
    head = head_model(samples.inputs.shape[1:], recipe)
    history = fit(head, train, validation, recipe=recipe, title=name)
    model = full_model(backbone, recipe)
    copy_head(head, model)
    fitted = export.Fitted(backbone, model, history)

    test = data.rows(part == "test")
    scores = head.predict(samples.rows((part == "test").to_numpy()).inputs, verbose=0)
    weights_format = ""
    if job.weights_format:
        export.write_head(fitted, folder / "head.npz")
        weights_format, scores = _export(fitted, folder, test, scores, job.weights_format)
    report = export.write_reports(folder, fitted, predictions_table(test.frame, scores))
    export.write_info(folder, fitted, weights_format=weights_format)
    return report


def _export(
    fitted: export.Fitted, folder: Path, test: Dataset, scores: np.ndarray, wanted: str
) -> tuple[str, np.ndarray]:
    """Write model.tflite; return its weights' format and its scores on the test images.

    ``auto`` takes the smallest format that still predicts as float32 does, labels unseen.
    """
    formats = ("int8", "float16") if wanted == "auto" else (wanted,)
    for weights in formats:
        export.export_litert(fitted, folder / "model.tflite", weights=weights)
        served = _served_scores(folder / "model.tflite", test)
        same = float((served.argmax(1) == scores.argmax(1)).mean())
        log.info("%s weights predict as float32 on %.2f %% of the test images", weights, 100 * same)
        if same >= LEAST_AGREEMENT:
            break
    return weights, served


def _served_scores(path: Path, data: Dataset) -> np.ndarray:
    """Scores (n, 3) of the exported network: the reports tell of what is served."""
    network = Network.load(path)
    rows = tqdm(range(len(data)), "Test images", unit="image")
    return np.stack([network.run(data.inputs([row]))[0] for row in rows])


def _run_info(
    folder: Path,
    selection: Selection,
    job: Job,
    recipe: PaperRecipe,
    split: tuple[Dataset, pd.Series],
) -> dict[str, Any]:
    """The content of run.json."""
    data, part = split
    return {
        "schema": SCHEMA,
        "name": job.out.name,
        "title": job.title or job.out.name,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "recipe": asdict(recipe),
        "data": {
            "only": selection.only,
            "limit": selection.limit,
            "digest": data.digest,
            "split_by": selection.split_by,
            "shared_patients": shared_patients(data, part) if data.patients_known else None,
            "counts": counts(data, part).to_dict("records"),
        },
        "seed": recipe.seed,
        "versions": {name: version(name) for name in PACKAGES},
        "commit": _commit(),
        "notes": list(job.notes),
        "companion": job.companion,
        "sha256": {"split.csv": sha256_of(folder / "split.csv")},
    }


def _commit() -> str:
    """The code's commit, "" outside a git clone."""
    root = Path(__file__).resolve().parents[2]
    command = ["git", "-C", str(root), "rev-parse", "HEAD"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()
