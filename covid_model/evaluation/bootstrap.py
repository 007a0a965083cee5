"""Bootstrap intervals over patients, since the images of one patient are alike."""

from collections.abc import Hashable, Iterable
from typing import Any

import numpy as np
import pandas as pd

LEVEL = 0.95
METHOD = "percentile bootstrap over patients"
OVER_IMAGES = "percentile bootstrap over images, as patients are unknown"
OVER_BOTH = "percentile bootstrap over patients, over images where these are unknown"
REPLICATES = 1000
SEED = 0


class PatientBootstrap:
    """Resamples of the patients of some images, each patient with all its images.

    A replicate draws as many patients as there are, with replacement (Efron & Tibshirani 1993,
    ch. 13). Where all patients are alike an interval has no width: the bootstrap knows nothing of
    patients that it never saw.

    Attributes:
        draws: float64 (replicates, patients), how often each replicate draws each patient.
    """

    def __init__(
        self, patients: Iterable[Hashable], *, replicates: int = REPLICATES, seed: int = SEED
    ):
        """Draw the replicates.

        Args:
            patients: the patient of each of n images.
            replicates: how many resamples.
            seed: of the draws.
        """
        of_images: list[Any] = list(patients)
        self._patient_of, names = pd.factorize(
            pd.Series(of_images, dtype=object), use_na_sentinel=False
        )
        count = len(names)
        self.draws = np.zeros((replicates, count))
        if count:
            chosen = np.random.default_rng(seed).integers(count, size=(replicates, count))
            cells = chosen + count * np.arange(replicates)[:, None]
            flat = np.bincount(cells.ravel(), minlength=self.draws.size)
            self.draws[:] = flat.reshape(self.draws.shape)

    @property
    def weights(self) -> np.ndarray:
        """How often each replicate has each image, float64 (replicates, n), whole numbers."""
        return self.draws[:, self._patient_of]

    def sums(self, values: np.ndarray) -> np.ndarray:
        """The sum over the images of each replicate, exact where the values are whole numbers.

        Args:
            values: (n,) or (n, k), finite.

        Returns:
            float64 (replicates,) or (replicates, k).
        """
        values = np.asarray(values, float)
        by_patient = np.zeros((self.draws.shape[1], *values.shape[1:]))
        np.add.at(by_patient, self._patient_of, values)
        return self.draws @ by_patient

    def means(self, values: np.ndarray) -> np.ndarray:
        """The mean over the images of each replicate.

        Args:
            values: (n,) or (n, k); an image counts only where its value is not NaN.

        Returns:
            float64 (replicates,) or (replicates, k), NaN where no image counts.
        """
        values = np.asarray(values, float)
        counts = ~np.isnan(values)
        return self.ratios(np.where(counts, values, 0), counts)

    def ratios(self, above: np.ndarray, below: np.ndarray) -> np.ndarray:
        """The sum of one value over the sum of another, in each replicate.

        Args:
            above: (n,) or (n, k), finite.
            below: of the same shape, >= 0.

        Returns:
            float64 (replicates,) or (replicates, k), NaN where the lower sum is 0.
        """
        above, below = self.sums(above), self.sums(below)
        return np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0)

    def interval(self, values: np.ndarray) -> list[float] | None:
        """The percentile interval of a value.

        Args:
            values: (replicates,), the value in each replicate, NaN where it is not defined.

        Returns:
            [low, high] rounded to six digits; None with fewer than two patients, or where more
            than 1 - ``LEVEL`` of the replicates have no value.
        """
        values = np.asarray(values, float)
        defined = values[~np.isnan(values)]
        if self.draws.shape[1] < 2 or len(defined) < LEVEL * len(values):
            return None
        tail = (1 - LEVEL) / 2
        return [round(float(value), 6) for value in np.quantile(defined, (tail, 1 - tail))]

    def mean_interval(self, values: np.ndarray) -> list[float] | None:
        """The interval of a mean over images.

        Args:
            values: (n,), NaN where an image does not count.
        """
        return self.interval(self.means(values))
