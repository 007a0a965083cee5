"""Fitted values of model.json computed again from the tables that they were fitted on."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from covid_model.common.architectures import TOGETHER
from covid_model.common.errors import CovidModelError
from covid_model.evaluation.reliability.calibration import (
    Calibration,
    calibration_in,
    class_weights,
    fit_calibration,
)
from covid_model.evaluation.reliability.left_out_fit import even_weights, fit_left_out
from covid_model.evaluation.reliability.selective_prediction import fit_threshold
from covid_model.evaluation.tables import (
    DISTANCE,
    novelty_limit,
    read_table,
    scores_of,
    truth_of,
)
from covid_model.runs import LEFT_OUT, LEFT_OUT_FILE, ModelInfo

AS_LIKELY = 1e-6  # nats an image: another processor's descent ends elsewhere
TOLERANCE = 2e-6  # of what is stored with six digits
LIMIT_TOLERANCE = 2e-6  # of the novelty limit, relative: tables have nine digits, ratios six


def differences(folder: Path, info: ModelInfo) -> tuple[int, list[str]]:
    """Hold what a network is served with to the tables that it follows from.

    Temperature, offsets, the least probability of an answer and the sets of plausible classes are
    fitted again on ``left_out.csv`` or ``validation.csv``; the novelty limit is the one that
    ``validation.csv`` has distances for, or, in a table of an earlier version, that its ratios
    fit.

    Args:
        folder: of the network.
        info: its ``model.json``.

    Returns:
        How many values were computed again, then a sentence for each that differs.
    """
    try:
        computed = {**_calibrated(folder, info), **_novelty(folder, info)}
    except (CovidModelError, KeyError, ValueError) as error:
        return 0, [f"model.json cannot be computed again: {error}"]
    written = _flat(info)
    problems = [
        f"model.json: {name} is {written.get(name)}, computed {value}."
        for name, value in computed.items()
        if not _same(name, written.get(name), value)
    ]
    surplus = [name for name in written if name not in computed and name != "thresholds.novelty"]
    problems += [f"model.json: {name} follows from no table of the run." for name in surplus]
    return len(computed), problems


def _flat(info: ModelInfo) -> dict[str, float]:
    """The fitted values that a ``model.json`` has, by name."""
    values: dict[str, Any] = {"temperature": info.temperature}
    values |= {f"offsets[{i}]": offset for i, offset in enumerate(info.offsets or ())}
    values |= {f"thresholds.{name}": value for name, value in info.thresholds.items()}
    values |= {f"sets.{name}": value for name, value in info.sets.items()}
    return {name: value for name, value in values.items() if value is not None}


def _calibrated(folder: Path, info: ModelInfo) -> dict[str, float]:
    known = calibration_in(info)
    if info.fitted_on == LEFT_OUT:
        table = read_table(folder / LEFT_OUT_FILE)
        fit = fit_left_out(table, name="")
        if fit is None:
            return {}
        calibration = _as_good(known, fit.calibration, table, even_weights(table))
        return _values(calibration, fit.threshold, fit.sets)
    validation = _validation(folder)
    if validation is None:
        return {}
    fitted = fit_calibration(scores_of(validation), truth_of(validation))
    if fitted is None:
        return {}
    calibration = _as_good(known, fitted, validation, class_weights(truth_of(validation)))
    familiar = validation
    if "novelty" in validation and info.architecture != TOGETHER:
        familiar = validation[validation["novelty"] <= 1]
    probabilities = calibration.apply(scores_of(familiar))
    return _values(calibration, fit_threshold(probabilities, truth_of(familiar), part=""), {})


def _as_good(
    known: Calibration | None, fitted: Calibration, table: pd.DataFrame, weights: np.ndarray
) -> Calibration:
    """The known calibration where it is as likely as the fitted one, else the fitted one.

    Where nearly every image is right, many temperatures are equally likely.
    """
    rows, truth = np.arange(len(table)), truth_of(table)

    def loss(calibration: Calibration) -> float:
        right = calibration.apply(scores_of(table))[rows, truth].astype(float)
        return float(np.average(-np.log(np.maximum(right, 1e-30)), weights=weights))

    return known if known and loss(known) - loss(fitted) < AS_LIKELY else fitted


def _values(
    calibration: Calibration, threshold: float, sets: Mapping[str, float]
) -> dict[str, float]:
    return {
        "temperature": calibration.temperature,
        **{f"offsets[{i}]": offset for i, offset in enumerate(calibration.offsets or ())},
        "thresholds.probability": threshold,
        **{f"sets.{name}": value for name, value in sets.items()},
    }


def _novelty(folder: Path, info: ModelInfo) -> dict[str, float]:
    """The novelty limit, where a network has one."""
    table, written = _validation(folder), info.thresholds.get("novelty")
    if info.architecture == TOGETHER or table is None or "novelty" not in table:
        return {}
    if DISTANCE in table:
        limit = novelty_limit(table[DISTANCE].to_numpy(np.float64))
        ratios = table[DISTANCE] / limit
        if not np.allclose(ratios, table["novelty"], rtol=0, atol=LIMIT_TOLERANCE):
            raise ValueError("novelty in validation.csv is not its distance over the limit")
        return {"thresholds.novelty": limit}
    # Ratios to the limit that was fitted: by them it is 1 of what model.json says.
    return {"thresholds.novelty": (written or 0.0) * novelty_limit(table["novelty"].to_numpy())}


def _validation(folder: Path) -> pd.DataFrame | None:
    path = folder / "validation.csv"
    return read_table(path) if path.is_file() else None


def _same(name: str, written: float | None, computed: float) -> bool:
    if written is None:
        return False
    if name == "thresholds.novelty":
        return math.isclose(written, computed, rel_tol=LIMIT_TOLERANCE)
    return math.isclose(written, computed, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
