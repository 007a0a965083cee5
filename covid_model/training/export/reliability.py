"""Temperature, thresholds and novelty model of a network, fitted before its report."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd

from covid_model.data.dataset import Dataset
from covid_model.data.sampling import even_rows
from covid_model.evaluation.left_out import LeftOut
from covid_model.evaluation.reliability.calibration import Calibration, fit_calibration
from covid_model.evaluation.reliability.left_out_fit import fit_left_out
from covid_model.evaluation.reliability.selective_prediction import fit_threshold
from covid_model.evaluation.report import predictions_table, read_and_report
from covid_model.evaluation.tables import DISTANCE, as_stored, truth_of, write_table
from covid_model.evaluation.verification.lateral import with_laterals
from covid_model.inference.novelty import NoveltyModel
from covid_model.runs import LEFT_OUT, LEFT_OUT_FILE, ModelInfo, write_json, write_model_info
from covid_model.runs.report_schema import Report
from covid_model.training.export.novelty import fit_novelty, threshold_of
from covid_model.training.export.served_outputs import ServedOutputs

log = logging.getLogger(__name__)
LEAST_TRAINING = 200
LEAST_VALIDATION = 100  # of which the threshold leaves out one


@dataclass(frozen=True)
class ReliabilityFit:
    """Everything about a network that is known from its outputs alone.

    Attributes:
        calibration: what makes the scores probabilities, None when not calibrated.
        thresholds: as in ``ModelInfo``.
        novelty: the model of what the network knows, None where there were too few images.
        validation: rows of ``validation.csv``, not calibrated.
        predictions: rows of ``predictions.csv``, as they are served.
        report: the content of ``report.json``, computed from the tables as they are stored.
        sets: as in ``ModelInfo``.
        left_out: rows of ``left_out.csv``, None where no group was left out.
    """

    calibration: Calibration | None
    thresholds: Mapping[str, float]
    novelty: NoveltyModel | None
    validation: pd.DataFrame
    predictions: pd.DataFrame
    report: Mapping[str, Any]
    sets: Mapping[str, float] = field(default_factory=dict)
    left_out: pd.DataFrame | None = None

    def write(self, folder: Path, info: ModelInfo) -> None:
        """Write the tables, the report and novelty.npz; last of all model.json.

        What is in the folder already of lateral views goes into the report.
        """
        if self.novelty is not None:
            self.novelty.save(folder / "novelty.npz")
        write_table(self.validation, folder / "validation.csv")
        write_table(self.predictions, folder / "predictions.csv")
        if self.left_out is not None:
            write_table(self.left_out, folder / LEFT_OUT_FILE)
        write_json(folder / "report.json", with_laterals(cast(Report, self.report), folder))
        fitted = replace(
            info,
            temperature=self.calibration.temperature if self.calibration else None,
            offsets=self.calibration.offsets if self.calibration else None,
            thresholds=dict(self.thresholds),
            sets=dict(self.sets),
            fitted_on=LEFT_OUT if self.sets else "",
        )
        write_model_info(folder, fitted)


def training_draw(data: Dataset, part: pd.Series, *, seed: int = 0) -> np.ndarray:
    """The training images that novelty is fitted on: sources and labels as even as they allow.

    Args:
        data: all images.
        part: the part of each.
        seed: of the draw.

    Returns:
        At most ``sampling.MOST_IMAGES`` row numbers; none, with the reason in the log, where
        there are fewer than ``LEAST_TRAINING`` training or ``LEAST_VALIDATION`` validation images.
    """
    train, validation = (int((part == name).sum()) for name in ("train", "validation"))
    if train < LEAST_TRAINING or validation < LEAST_VALIDATION:
        log.warning(
            "No novelty model: %d training, %d validation images, where it takes %d with %d.",
            train,
            validation,
            LEAST_TRAINING,
            LEAST_VALIDATION,
        )
        return np.array([], int)
    rows = np.flatnonzero((part == "train").to_numpy())
    return rows[even_rows(data.frame.iloc[rows], seed=seed)]


def fit_reliability(
    validation: ServedOutputs,
    test: ServedOutputs,
    *,
    train: ServedOutputs | None = None,
    left_out: pd.DataFrame | None = None,
) -> ReliabilityFit:
    """Fit on groups left out or on the validation part, judge on the test part.

    Args:
        validation: the validation part, may be empty.
        test: the test part.
        train: the draw of ``training_draw``, None for no novelty model.
        left_out: rows of ``left_out.csv``, whose scores are not calibrated. Temperature, offsets,
            threshold and sets are fitted on them where they allow it, on the validation part
            otherwise; None where no group was left out.
    """
    novelty = None if train is None else _fit_novelty(train, validation, test)
    familiar = np.ones(len(validation.frame), bool) if novelty is None else novelty.validation <= 1
    left_out = None if left_out is None else as_stored(left_out)
    fit = None if left_out is None else fit_left_out(left_out)
    calibration, threshold = (
        (fit.calibration, fit.threshold) if fit else _fit_validation(validation, familiar)
    )
    probabilities = calibration.apply(test.scores) if calibration else test.scores
    sets = fit.sets if fit else {}
    named = {"probability": threshold, "novelty": novelty.limit if novelty else None}
    thresholds = {name: value for name, value in named.items() if value is not None}
    tables = (
        _table(
            validation,
            validation.scores,
            novelty.validation if novelty else None,
            novelty.distances if novelty else None,
        ),
        _table(test, probabilities, novelty.test if novelty else None),
    )
    return ReliabilityFit(
        calibration=calibration,
        thresholds=thresholds,
        novelty=novelty.model if novelty else None,
        validation=tables[0],
        predictions=tables[1],
        report=read_and_report(
            tables[1],
            tables[0],
            calibration=calibration,
            thresholds=thresholds,
            left_out=None if left_out is None else LeftOut(left_out, sets),
        ),
        sets=sets,
        left_out=left_out,
    )


def _fit_validation(
    validation: ServedOutputs, familiar: np.ndarray
) -> tuple[Calibration | None, float | None]:
    """The calibration by the validation part, the threshold by those of it that are familiar."""
    truth = truth_of(validation.frame)
    calibration = fit_calibration(validation.scores, truth)
    if calibration is None:
        return None, None
    probabilities = calibration.apply(validation.scores[familiar])
    return calibration, fit_threshold(probabilities, truth[familiar])


@dataclass(frozen=True, eq=False)
class _NoveltyFit:
    """A novelty model with its threshold; ratios of the parts' distances to it, float64 (n,).

    ``distances`` are those of the validation part, from which the threshold follows.
    """

    model: NoveltyModel
    limit: float
    validation: np.ndarray
    test: np.ndarray
    distances: np.ndarray


def _fit_novelty(
    train: ServedOutputs, validation: ServedOutputs, test: ServedOutputs
) -> _NoveltyFit:
    model = fit_novelty(_features(train))
    limit = threshold_of(model, _features(validation))
    # Rounded as they are stored, so that the same images are familiar to all who read them.
    distances = [model.distance_of(_features(outputs)) for outputs in (validation, test)]
    ratios = [np.round(part / limit, 6) for part in distances]
    return _NoveltyFit(model, limit, ratios[0], ratios[1], distances[0])


def _features(outputs: ServedOutputs) -> np.ndarray:
    """The features of served images; a part without images has none."""
    return np.zeros((0, 0), np.float32) if outputs.features is None else outputs.features


def _table(
    outputs: ServedOutputs,
    probabilities: np.ndarray,
    ratio: np.ndarray | None,
    distance: np.ndarray | None = None,
) -> pd.DataFrame:
    """Rows of a predictions file; novelty is above 1 where the image is not like those known."""
    columns = {"novelty": ratio, DISTANCE: distance}
    table = predictions_table(outputs.frame, probabilities)
    return as_stored(table.assign(**{k: v for k, v in columns.items() if v is not None}))
