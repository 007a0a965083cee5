"""Calibration of a trained run without changing its networks."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd

from covid_model.common.system.cache import default_cache
from covid_model.data.dataset import Dataset
from covid_model.data.run_split import RunSplit, read_run_split
from covid_model.evaluation.comparison.models import write_comparison
from covid_model.evaluation.report import summary_row
from covid_model.evaluation.tables import read_table
from covid_model.imaging.preprocessing import Preprocessing
from covid_model.runs import (
    LEFT_OUT_FILE,
    ModelInfo,
    Run,
    check_file,
    load_run,
    new_run,
    require_servable,
    run_digests,
    write_run_file,
)
from covid_model.runs.model_card.card import write_card
from covid_model.training.audit.run import audit_run
from covid_model.training.export.reliability import fit_reliability, training_draw
from covid_model.training.export.run_info import now
from covid_model.training.export.served_outputs import ServedOutputs, served_outputs
from covid_model.training.export.together import write_together

KEPT_FILES = ("model.tflite", "head.npz", "history.csv")
KEPT_IF_THERE = ("lateral.npz", "laterals.csv")


Change = Callable[[Path, ModelInfo, Path, RunSplit], ModelInfo]


def run_calibrate(
    run: Path,
    data: Path,
    out: Path,
    *,
    cache: Path | None = None,
    title: str = "",
    change: Change | None = None,
) -> pd.DataFrame:
    """Calibrate the networks of a run on its own split; write the result as a new run.

    Nothing is trained: ``model.tflite``, ``head.npz`` and ``history.csv`` are copied. Temperature
    and thresholds come from the run's validation part, novelty from a draw of its training part,
    reports from its test part. Neither Keras nor TensorFlow is needed.

    Args:
        run: the run folder.
        data: the folder of radiographs that it was trained on.
        out: the run folder to write.
        cache: folder that keeps the networks' outputs, so that a broken run resumes; the
            user's cache when None.
        title: what people call the new run, "" for the title of the other.
        change: what to do to each network's files before it is calibrated, given its folder in
            the run, its description, its new folder with the copies, and the split; returns the
            new description.

    Returns:
        One row a network, the last one for their mean, see ``summary_row``.

    Raises:
        RunError: if the run is damaged, holds reports only, or ``out`` exists.
        DataError: if the folder does not hold the radiographs of the run's split.
    """
    source = load_run(run)
    source.require_whole()
    for name in source.models:
        require_servable(source.model_folder(name), source.model_info(name))
    split = read_run_split(source, data)
    drawn = training_draw(split.data, split.part)
    draw = split.data.take(drawn) if len(drawn) else None
    outputs, rows = cache or default_cache("outputs"), []
    with new_run(out) as folder:
        for name in source.models:
            network = _copy_model(source, name, folder / name)
            if change is not None:
                network = change(source.model_folder(name), network, folder / name, split)
            table = source.model_folder(name) / LEFT_OUT_FILE
            left_out = read_table(table) if table.is_file() else None
            served = _outputs(folder / name, network, split, draw, outputs)
            judgement = fit_reliability(
                served["validation"], served["test"], train=served.get("train"), left_out=left_out
            )
            judgement.write(folder / name, network)
            rows.append(summary_row(name, judgement.report))
        rows += [summary_row(*pair) for pair in write_together(folder, source.models).items()]
        shutil.copyfile(source.folder / "split.csv", folder / "split.csv")
        alike = audit_run(folder, split.data, split.part, source.models)
        write_comparison(folder, source.models, map_agreement=alike)
        info = {**source.info, "name": Path(out).name, "calibrated": now()}
        info["title"] = title or info["title"]
        write_run_file(folder, info, run_digests(folder))
        write_card(folder)
    return pd.DataFrame(rows)


def _outputs(
    folder: Path, info: ModelInfo, split: RunSplit, draw: Dataset | None, cache: Path
) -> dict[str, ServedOutputs]:
    """Run one network over its images, by part; there is no "train" without a draw of it."""
    images = {part: split.images(part) for part in ("validation", "test")}
    if draw is not None:
        images["train"] = draw
    preprocessing = Preprocessing(**info.preprocessing)
    return {
        part: served_outputs(
            folder / "model.tflite",
            replace(data, preprocessing=preprocessing),
            title=f"{info.title}: {part} images",
            cache=cache,
        )
        for part, data in images.items()
    }


def _copy_model(run: Run, name: str, folder: Path) -> ModelInfo:
    """Copy what calibration does not change into a new folder; return its description."""
    folder.mkdir()
    info = run.model_info(name)
    for file in (*KEPT_FILES, *(file for file in KEPT_IF_THERE if file in info.sha256)):
        check_file(run.model_folder(name), file, info)
        shutil.copyfile(run.model_folder(name) / file, folder / file)
    return info
