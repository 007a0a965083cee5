"""Calibration of scores: by a temperature with offsets, and by the profile of a hospital."""

from covid_model.inference.calibration.temperature import (
    COVERAGE,
    LEAST,
    apply_temperature,
    mean_probabilities,
    prediction_sets,
    undo_temperature,
)

__all__ = [
    "COVERAGE",
    "LEAST",
    "apply_temperature",
    "mean_probabilities",
    "prediction_sets",
    "undo_temperature",
]
