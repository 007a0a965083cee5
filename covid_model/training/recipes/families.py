"""Weights of images by families of sources: hospitals, age groups or channels that go together."""

import math
from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from covid_model.common.errors import UsageError
from covid_model.data.dataset import Dataset

FORM = "SOURCE+SOURCE=NUMBER,... such as kermany+kermany-224=0.4"


def families_in(texts: Sequence[str]) -> dict[str, tuple[str, float]]:
    """Read which sources go together.

    Args:
        texts: each ``SOURCE+SOURCE`` or ``SOURCE+SOURCE=NUMBER``; without a number it is 1.

    Returns:
        Source -> name of its family, how much this counts.

    Raises:
        UsageError: if one is no such text, names a source twice, or its number is not above 0.
    """
    families: dict[str, tuple[str, float]] = {}
    for text in texts:
        names, equals, number = text.partition("=")
        try:
            weight = float(number) if equals else 1.0
        except ValueError:
            weight = math.nan
        sources = names.split("+")
        if not all(sources) or not (math.isfinite(weight) and weight > 0):
            raise UsageError(f"Expected families as {FORM}. Received: {text!r}.")
        for source in sources:
            if source in families:
                raise UsageError(f"Expected each source in one family. Received: {source} twice.")
            families[source] = (names, weight)
    return families


def families_of(texts: Sequence[str], sources: Collection[str]) -> tuple[str, ...]:
    """The families without the sources that are not among ``sources``; a number stays."""
    kept = []
    for text in texts:
        names, equals, number = text.partition("=")
        there = "+".join(name for name in names.split("+") if name in sources)
        kept += [f"{there}{equals}{number}"] if there else []
    return tuple(kept)


def family_weights(data: Dataset, families: Sequence[str], *, repeat: float) -> np.ndarray:
    """Weigh images so that a family does not tell the class.

    Hospitals, age groups and the channels that images came through go with classes: one has
    covid alone, another children alone. Where every class of a family counts the same, knowing
    the family does not help to name the class. Each family counts by its own number, in equal
    parts for the classes that it has; then the classes are made alike.

    Args:
        data: n images.
        families: of ``families_in``; a source in none is a family of its own.
        repeat: before the classes are made alike, no image counts more than this many times as
            much as the images of the smallest class do if classes are alike, so that a handful is
            not learned by heart.

    Returns:
        float64 (n,), sum 1, the same sum for every class.

    Raises:
        UsageError: as ``families_in``, or if a family names a source that the images do not have.
    """
    known, sources = families_in(families), data.frame["source"].astype(str)
    absent = sorted(set(known) - set(sources))
    if absent:
        raise UsageError(
            f"Expected families of the sources {', '.join(sorted(set(sources)))}. Received: "
            f"{', '.join(absent)}. Leave it out."
        )
    label = data.frame["label"].astype(str)
    known = {source: (source, 1.0) for source in set(sources)} | known
    family = sources.map(lambda source: known[source][0])
    share = sources.map(lambda source: known[source][1]).to_numpy(float)
    cell = pd.Series(list(zip(family, label, strict=True)), index=data.frame.index)
    images = cell.map(cell.value_counts()).to_numpy(float)
    classes = label.groupby(family).transform("nunique").to_numpy(float)
    of_class = label.map(label.value_counts()).to_numpy(float)
    most = repeat / (label.nunique() * of_class.min())
    weights = share / classes / images
    weights = np.minimum(weights / weights.sum(), most)
    sums = pd.Series(weights).groupby(label.to_numpy()).transform("sum").to_numpy()
    return weights / sums / label.nunique()
