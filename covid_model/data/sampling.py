"""Balanced draws of images and the weights for drawing them."""

import math
from collections.abc import Hashable, Mapping, Sequence

import numpy as np
import pandas as pd

from covid_model.common.errors import UsageError
from covid_model.data.dataset import Dataset

MOST_IMAGES = 1500


def even_rows(frame: pd.DataFrame, *, at_most: int = MOST_IMAGES, seed: int = 0) -> np.ndarray:
    """Draw row numbers by ``balanced_rows``, as even over sources with labels as they allow."""
    groups = list(zip(frame["source"], frame["label"], strict=True))
    return balanced_rows(groups, at_most=at_most, seed=seed)


def balanced_rows(
    groups: Sequence[Hashable], *, at_most: int = MOST_IMAGES, seed: int = 0
) -> np.ndarray:
    """Draw rows so that every group gives as many, or all that it has.

    Args:
        groups: the group of every row, such as its source with its label.
        at_most: rows to draw.
        seed: of the draw.

    Returns:
        int64 (m,), m <= ``at_most``, ascending row numbers.
    """
    shuffled = np.random.default_rng(seed).permutation(len(groups))
    seen: dict[Hashable, int] = {}
    rank = np.zeros(len(groups), np.int64)
    for row in shuffled:
        rank[row] = seen.get(groups[row], 0)
        seen[groups[row]] = rank[row] + 1
    order = shuffled[np.argsort(rank[shuffled], kind="stable")]
    return np.sort(order[:at_most])


def sampling_weights(
    data: Dataset,
    source_exponent: float,
    *,
    within_source: float = 0.0,
    repeat: float = 1.5,
    class_exponent: float = 0.0,
) -> np.ndarray:
    """Probability of drawing each image.

    Classes are drawn alike unless ``class_exponent`` says otherwise. Covid radiographs come from
    one source, so whoever knows the source knows the class, unless that source's other classes
    are drawn about as often: their share is raised to ``within_source`` of the share of the class
    that is drawn most from it, as far as ``repeat`` lets few images stand for many; the class's
    other sources give way.

    Args:
        data: n images.
        source_exponent: a class is drawn from each source in proportion to the number of its
            images there to this power: 1 as they come, 0 all sources alike.
        within_source: least ratio between the classes of one source, in [0, 1].
        repeat: what is raised stays below this many times the weight of an image of the
            smallest class.
        class_exponent: classes are drawn in proportion to the number of their images to this
            power: 0 alike, 1 as they come.

    Returns:
        float64 (n,), sum 1; the same sum for every class where ``class_exponent`` is 0.
    """
    label, source = (pd.factorize(data.frame[name])[0] for name in ("label", "source"))
    images = np.zeros((label.max() + 1, source.max() + 1))  # class x source
    np.add.at(images, (label, source), 1)
    share = np.where(images > 0, images**source_exponent, 0)
    share /= share.sum(axis=1, keepdims=True)
    most = repeat * images / images.sum(axis=1).min()
    least = np.where(images > 0, np.minimum(within_source * share.max(axis=0), most), 0)
    raised = least > share
    share = np.where(raised, least, share)
    fixed, rest = (
        np.where(mask, share, 0).sum(axis=1, keepdims=True) for mask in (raised, ~raised)
    )
    give = np.clip((1 - fixed) / np.where(rest > 0, rest, 1), 0, None)
    share = np.where(raised | (fixed >= 1), share, share * give)
    share /= share.sum(axis=1, keepdims=True)
    share *= images.sum(axis=1, keepdims=True) ** class_exponent
    weight = (share / np.maximum(images, 1))[label, source]
    return weight / weight.sum()


def label_factors(texts: Sequence[str]) -> dict[str, float]:
    """How much an image counts by what its label rests on.

    Args:
        texts: each ``VALUE=NUMBER`` with a value of ``label_quality``; none for all alike.

    Raises:
        UsageError: if one is no such pair, or its number is negative or not finite.
    """
    factors = {}
    for text in texts:
        value, _, number = text.rpartition("=")
        try:
            factors[value] = float(number)
        except ValueError:
            factors[value] = math.nan
        if not (value and math.isfinite(factors[value]) and factors[value] >= 0):
            raise UsageError(
                "Expected label_weights as VALUE=NUMBER,... with numbers of 0 or more, such as "
                f"report=0.5. Received: {text!r}."
            )
    return factors


def weighed_by_label(
    weights: np.ndarray, data: Dataset, factors: Mapping[str, float]
) -> np.ndarray:
    """Have images count by what their labels rest on; each class keeps its sum.

    Args:
        weights: of n images, float64 (n,), sum 1.
        data: the images.
        factors: value of ``label_quality`` -> factor, >= 0; 1 for values that are not named.

    Returns:
        float64 (n,), sum 1.

    Raises:
        UsageError: if no image has a value, or a class has no image left that counts.
    """
    if not factors:
        return weights
    quality = data.frame.get("label_quality")
    known = [] if quality is None else sorted(set(quality) - {""})
    absent = [value for value in factors if value not in known]
    if quality is None or absent:
        raise UsageError(
            "Expected label_weights of values in the column label_quality of metadata.csv: "
            f"{', '.join(known) or 'there are none'}. Received: {', '.join(absent)}. Leave it out."
        )
    weighed = weights * quality.map(lambda value: factors.get(value, 1.0)).to_numpy(float)
    for label in sorted(set(data.frame["label"])):
        of_class = (data.frame["label"] == label).to_numpy()
        left = weighed[of_class].sum()
        if not left > 0:
            raise UsageError(
                f"Expected label_weights that leave images of {label}. Received: "
                f"{', '.join(f'{k}={v:g}' for k, v in factors.items())}. Give one above 0."
            )
        weighed[of_class] *= weights[of_class].sum() / left
    return weighed
