"""Cohen's kappa of two readers and its large-sample interval."""

import math
from dataclasses import dataclass

import numpy as np

Z95 = 1.959964  # standard normal quantile of 0.975


@dataclass(frozen=True)
class Kappa:
    """Agreement of two readers beyond chance.

    Attributes:
        cases: how many cases both gave a class.
        agreed: how many of them both gave the same.
        value: kappa, at most 1; None where it is undefined.
        interval: 95 %, within [-1, 1]; None where there are too few cases for it, or no spread.
        reason: why there is no interval, "" where there is one: "no cases", "one class" (both
            readers always gave the same single class, so chance alone explains everything), "few
            cases" or "no spread" (they never differed, for which the interval's formula has no
            width).
    """

    cases: int
    agreed: int
    value: float | None = None
    interval: tuple[float, float] | None = None
    reason: str = ""


def fewest_cases(classes: int) -> int:
    """Return the cases from which the large-sample interval holds: twice the classes squared.

    Cicchetti DV, Applied Psychological Measurement 1981; 5: 101-104.
    """
    return 2 * classes**2


def cohen_kappa(counts: np.ndarray) -> Kappa:
    """Compute Cohen's kappa with the large-sample interval.

    Kappa: Cohen J, Educational and Psychological Measurement 1960; 20: 37-46. Its standard error:
    Fleiss JL, Cohen J, Everitt BS, Psychological Bulletin 1969; 72: 323-327, formula 13.

    Args:
        counts: integers (k, k), >= 0: cases by the class of the first and of the second reader.
    """
    cases, agreed = int(counts.sum()), int(np.trace(counts))
    if not cases:
        return Kappa(cases, agreed, reason="no cases")
    shares = counts / cases
    first, second = shares.sum(axis=1), shares.sum(axis=0)
    observed, chance = agreed / cases, float(first @ second)
    if np.count_nonzero(counts) == 1 and agreed:
        return Kappa(cases, agreed, reason="one class")
    value = (observed - chance) / (1 - chance)
    if cases < fewest_cases(len(counts)):
        return Kappa(cases, agreed, value, reason="few cases")
    either = second[:, None] + first[None, :]  # by the first's class i, the second's class j
    same = np.diag(shares) @ (1 - chance - np.diag(either) * (1 - observed)) ** 2
    differ = (1 - observed) ** 2 * ((shares - np.diag(np.diag(shares))) * either**2).sum()
    spread = same + differ - (observed * chance - 2 * chance + observed) ** 2
    half = Z95 * math.sqrt(max(spread, 0) / cases) / (1 - chance) ** 2
    if agreed == cases:
        return Kappa(cases, agreed, value, reason="no spread")
    return Kappa(cases, agreed, value, (max(value - half, -1.0), min(value + half, 1.0)))
