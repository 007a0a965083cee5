"""The networks of a run again, with their convolutions in int8 where nobody would notice."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from covid_model.common.errors import DataError
from covid_model.data.run_split import RunSplit
from covid_model.data.sampling import even_rows
from covid_model.imaging.preprocessing import Preprocessing
from covid_model.runs import ModelInfo
from covid_model.training.export.reliability import LEAST_VALIDATION
from covid_model.training.integers.network import Material, write_quantized
from covid_model.training.workflows.calibrate import run_calibrate

MOST_DRAWN = 84  # training images for ranges and biases


def run_quantize(
    run: Path, data: Path, out: Path, *, cache: Path | None = None, title: str = ""
) -> pd.DataFrame:
    """Compute convolutions in int8, calibrate, and write the result as a new run.

    A network is taken in int8 only where its answers and maps on the validation part are those of
    the run (``integers.acceptance``), otherwise it stays as it is. Neither Keras nor TensorFlow is
    needed.

    Args:
        run: the run folder.
        data: the folder of radiographs that it was trained on.
        out: the run folder to write.
        cache: as ``run_calibrate`` takes it.
        title: likewise.

    Returns:
        One row a network, as ``run_calibrate``.

    Raises:
        RunError, DataError: as ``run_calibrate``.
        DataError: if the run has too few validation images to tell.
    """
    return run_calibrate(run, data, out, cache=cache, title=title, change=_quantize)


def _quantize(source: Path, info: ModelInfo, folder: Path, split: RunSplit) -> ModelInfo:
    validation, train = split.images("validation"), split.images("train")
    if len(validation) < LEAST_VALIDATION or not len(train):
        raise DataError(
            f"Expected {LEAST_VALIDATION} validation images or more, and training images, to tell "
            f"whether a network in int8 answers alike. Received: {len(validation)} and "
            f"{len(train)}. Give a run of a larger split."
        )
    preprocessing = Preprocessing(**info.preprocessing)
    drawn = train.take(np.asarray(even_rows(train.frame, at_most=MOST_DRAWN)))
    shown = (replace(part, preprocessing=preprocessing) for part in (drawn, validation))
    return write_quantized(source, info, folder, Material(*shown))
