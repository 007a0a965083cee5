"""Leakage between parts of a split: one patient under two names."""

import logging

import numpy as np
import pandas as pd

from covid_model.data.dataset import Dataset
from covid_model.data.duplicates.perceptual_hash import LIMIT, perceptual_hash
from covid_model.runs import PARTS

log = logging.getLogger(__name__)


def leaked_patients(data: Dataset, part: pd.Series) -> np.ndarray:
    """Mark the images of patients who share a radiograph with someone of an earlier part.

    One person under two ids, or one radiograph published twice, often in another size: the bytes
    differ, the perceptual hashes do not. Whoever was trained on one has seen the other, so such a
    patient may neither validate nor test.

    Args:
        data: n images whose ``group`` stands in one part each.
        part: one of ``schema.PARTS`` an image, in whose order parts are early or late.

    Returns:
        bool (n,).
    """
    place = part.map(PARTS.index).to_numpy()
    if len(np.unique(place)) < 2:
        return np.zeros(len(data), bool)
    hashes = data.stacked(
        lambda row: perceptual_hash(data.radiograph(row).pixels), "Looking for copies"
    )
    seen = np.zeros(len(data), bool)
    for row in np.flatnonzero(place > 0):
        bits = np.bitwise_count(hashes[place < place[row]] ^ hashes[row]).sum(axis=1)
        seen[row] = bits.min(initial=LIMIT + 1) <= LIMIT
    out = data.frame["group"].isin(data.frame["group"][seen]).to_numpy()
    if out.any() and not data.patients_known:
        log.warning(
            "Left out: %d validation or test images that show a radiograph of an earlier part; one "
            "of them is row %d.",
            out.sum(),
            np.flatnonzero(seen)[0] + 1,
        )
    elif out.any():
        log.warning(
            "Left out: %d validation or test images of %d patients who share a radiograph with a "
            "patient of an earlier part; one of them is row %d.",
            out.sum(),
            data.frame["group"][out].nunique(),
            np.flatnonzero(seen)[0] + 1,
        )
    return out
