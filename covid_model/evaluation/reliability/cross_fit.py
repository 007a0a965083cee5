"""Images of each group left out, judged by what is fitted on the other groups."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from covid_model.common.classes import CLASS_NAMES
from covid_model.evaluation.reliability.left_out_fit import (
    LeftOutFit,
    fit_left_out,
    scores_and_truth,
)
from covid_model.inference.calibration import prediction_sets

GROUP = "left_out"  # column


@dataclass(frozen=True, eq=False)
class Judged:
    """What becomes of images under some calibration, threshold and prediction sets.

    Attributes:
        known: whether there was anything to judge the image with, bool (n,).
        answered: whether it is answered, bool (n,).
        right: whether its highest probability is its class's, bool (n,).
        covered: whether its class is in its set, bool (n,).
        size: classes in its set, int (n,).
    """

    known: np.ndarray
    answered: np.ndarray
    right: np.ndarray
    covered: np.ndarray
    size: np.ndarray

    @classmethod
    def by(cls, fit: LeftOutFit, table: pd.DataFrame) -> Self:
        """Judge the rows of a table as a network with this fit does."""
        scores, truth = scores_and_truth(table)
        probabilities = fit.calibration.apply(scores)
        sets = prediction_sets(probabilities, [fit.sets[name] for name in CLASS_NAMES])
        return cls(
            known=np.ones(len(table), bool),
            answered=probabilities.max(axis=1) >= fit.threshold,
            right=probabilities.argmax(axis=1) == truth,
            covered=sets[np.arange(len(table)), truth],
            size=sets.sum(axis=1),
        )

    @classmethod
    def crossed(cls, table: pd.DataFrame) -> Self:
        """Judge each group by what is fitted on the other groups."""
        whole = cls(*(np.zeros(len(table), kind) for kind in (bool, bool, bool, bool, int)))
        for group in sorted(table[GROUP].unique()):
            here = (table[GROUP] == group).to_numpy()
            fit = fit_left_out(table[~here], name="")
            if fit is None:
                continue
            for key, values in vars(cls.by(fit, table[here])).items():
                vars(whole)[key][here] = values
        return whole
