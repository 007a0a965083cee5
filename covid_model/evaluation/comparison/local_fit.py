"""Adjustment to a hospital, fitted on half of its patients and judged on the others."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from covid_model.common.classes import CLASS_NAMES
from covid_model.common.errors import DataError
from covid_model.evaluation.bootstrap import PatientBootstrap
from covid_model.evaluation.comparison.before_after import weights_of
from covid_model.evaluation.reliability.calibration import fit_calibration
from covid_model.evaluation.reliability.label_shift import class_shares, shift_offsets
from covid_model.evaluation.reliability.left_out_fit import conformal_limit, patient_weights
from covid_model.evaluation.reliability.selective_prediction import fit_threshold
from covid_model.evaluation.tables import scores_of, truth_of
from covid_model.inference.calibration.profile import Adjustment

# Of each class. Of 19 patients to fit on, one may be missed at 95 %: of fewer, none, so that no
# class could ever be ruled out. Twice that, as the other half judges.
LEAST_PATIENTS = 40
# For the mix alone: the error of a share is then 5 points at most, were every image told rightly.
LEAST_FOR_MIX = 100
MIX_REPLICATES = 200
EVEN = np.full(len(CLASS_NAMES), 1 / len(CLASS_NAMES))


def to_fit_on(table: pd.DataFrame, *, seed: int = 0) -> np.ndarray:
    """Part the patients in two halves, alike in their classes: True for the half to fit on.

    Args:
        table: rows of ``predictions.csv``.
        seed: of the order in which patients are dealt out.

    Returns:
        bool (n,); all images of a patient are in one half.
    """
    first = table.drop_duplicates("patient_id")[["patient_id", "label"]]
    shuffled = first.sample(frac=1, random_state=seed)
    number = shuffled.groupby("label").cumcount()
    chosen = shuffled["patient_id"][number % 2 == 0]
    return table["patient_id"].isin(chosen).to_numpy()


def require_enough(table: pd.DataFrame) -> None:
    """Refuse to fit on too few labelled patients.

    Raises:
        DataError: if a class has fewer than ``LEAST_PATIENTS``, with the numbers.
    """
    patients = table.groupby("label")["patient_id"].nunique().reindex(CLASS_NAMES, fill_value=0)
    short = {name: int(n) for name, n in patients.items() if n < LEAST_PATIENTS}
    if short:
        counts = ", ".join(f"{name} {n}" for name, n in short.items())
        raise DataError(
            "To adjust, {least} labelled patients of each class are needed (images, where "
            "patients are unknown): half to fit on, half to judge by. Received: {counts}. Add "
            "some, or adjust the mix of classes alone (--adjust prior).",
            least=LEAST_PATIENTS,
            counts=counts,
        )


def require_for_mix(table: pd.DataFrame) -> None:
    """Refuse to estimate a mix of classes from too few patients.

    Half of those with a truth judge, so that they do not count.

    Args:
        table: rows with ``patient_id`` and ``label``, which is None or "" without a truth.

    Raises:
        DataError: if fewer than ``LEAST_FOR_MIX`` are left to estimate from, with the numbers.
    """
    labelled = table["label"].fillna("").isin(CLASS_NAMES)
    with_truth, without = (table["patient_id"][rows].nunique() for rows in (labelled, ~labelled))
    if with_truth // 2 + without < LEAST_FOR_MIX:
        raise DataError(
            "To estimate the mix of classes, {least} patients are needed (images, where patients "
            "are unknown); half of those with a truth judge and do not count. Received: {known} "
            "with a truth, {unknown} without. Add some.",
            least=LEAST_FOR_MIX,
            known=with_truth,
            unknown=without,
        )


def fit_adjustment(
    table: pd.DataFrame, *, mix: Mapping[str, float] | None, belongs_to: str
) -> Adjustment:
    """Fit temperature, offsets, threshold and sets on labelled images of a hospital.

    Unlike what a run is served with, they hold for the mix of its patients, or for a given one.

    Args:
        table: rows of ``predictions.csv`` to fit on.
        mix: as of ``weights_of``.
        belongs_to: ``fingerprint`` of the network.

    Raises:
        DataError: if no calibration can be fitted.
    """
    weights, truth, served = weights_of(table, mix), truth_of(table), scores_of(table)
    calibration = fit_calibration(served, truth, weights=weights, images="images to adjust by")
    if calibration is None or calibration.offsets is None:
        raise DataError(
            "No adjustment can be fitted: these images are told apart without fault, or not at "
            "all. The networks are best left as they are."
        )
    probabilities, patients = calibration.apply(served), patient_weights(table)
    return Adjustment(
        belongs_to=belongs_to,
        temperature=calibration.temperature,
        offsets=calibration.offsets,
        threshold=fit_threshold(probabilities, truth, weights=weights, part="the half fitted on"),
        sets={
            name: conformal_limit(probabilities[truth == c, c], patients[truth == c])
            for c, name in enumerate(CLASS_NAMES)
        },
    )


def estimated_mix(probabilities: np.ndarray, patients: pd.Series) -> dict[str, Any]:
    """The mix of classes of unlabelled images, with the interval of each share over patients.

    Args:
        probabilities: calibrated for equally frequent classes, float (n, 3).
        patients: of the images.

    Returns:
        Class -> ``share`` with its interval.

    """
    bootstrap = PatientBootstrap(patients, replicates=MIX_REPLICATES)
    draws = class_shares(probabilities, base=EVEN, weights=bootstrap.weights)
    whole = class_shares(probabilities, base=EVEN)
    return {
        name: {
            "share": round(float(whole[c]), 6),
            "share_interval": bootstrap.interval(draws[:, c]),
        }
        for c, name in enumerate(CLASS_NAMES)
    }


def mix_adjustment(mix: Mapping[str, float], *, belongs_to: str) -> Adjustment:
    """The adjustment of calibrated probabilities to another mix of classes, and nothing else."""
    shares = np.array([mix[name] for name in CLASS_NAMES])
    return Adjustment(belongs_to, offsets=shift_offsets(shares / shares.sum(), EVEN))
