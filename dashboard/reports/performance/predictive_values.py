"""Predictive values at another prevalence, by Bayes' rule."""

from typing import TypedDict

from covid_model.runs.report_schema import ClassRow, Interval


class PredictiveValues(TypedDict):
    """What naming a class is worth; shares of [0, 1], None where undefined.

    ``named`` is the share of images that get the class.
    """

    ppv: float | None
    npv: float | None
    named: float | None
    ppv_interval: Interval
    npv_interval: Interval


def predictive_values(row: ClassRow, *, prevalence: float) -> PredictiveValues:
    """Return PPV with NPV of one class against the rest, at another prevalence.

    PPV = se p / (se p + (1 - sp)(1 - p)), NPV = sp (1 - p) / (sp (1 - p) + (1 - se) p), see
    Altman & Bland 1994, BMJ 309:102. Both grow with sensitivity se and with specificity sp: an
    interval goes from the lower ends of both intervals to the upper ends. Sensitivity and
    specificity are taken to stay as they are, which holds where the patients are alike.

    Args:
        row: a class's figures with "sensitivity", "specificity", range [0, 1] or None, and
            their intervals where there are any.
        prevalence: share of images with the class, in (0, 1).

    Returns:
        "ppv", "npv", "named" (share of images that get the class), range [0, 1] or None, with
        "ppv_interval", "npv_interval".
    """
    sensitivity, specificity = row["sensitivity"], row["specificity"]
    if sensitivity is None or specificity is None:
        return PredictiveValues(
            ppv=None, npv=None, named=None, ppv_interval=None, npv_interval=None
        )
    ppv, npv = _values(sensitivity, specificity, prevalence)
    named = sensitivity * prevalence + (1 - specificity) * (1 - prevalence)
    low: tuple[float | None, float | None] = (None, None)
    high = low
    of_sensitivity, of_specificity = (
        row.get("sensitivity_interval"),
        row.get("specificity_interval"),
    )
    if of_sensitivity is not None and of_specificity is not None:
        low, high = (
            _values(*ends, prevalence) for ends in zip(of_sensitivity, of_specificity, strict=True)
        )
    return PredictiveValues(
        ppv=ppv,
        npv=npv,
        named=named,
        ppv_interval=_interval(low[0], high[0]),
        npv_interval=_interval(low[1], high[1]),
    )


def _interval(low: float | None, high: float | None) -> Interval:
    return None if low is None or high is None else [low, high]


def _values(
    sensitivity: float, specificity: float, prevalence: float
) -> tuple[float | None, float | None]:
    """PPV and NPV; None for a value that no image would get."""
    right, missed = sensitivity * prevalence, (1 - sensitivity) * prevalence
    cleared, wrong = specificity * (1 - prevalence), (1 - specificity) * (1 - prevalence)
    return (
        right / (right + wrong) if right + wrong > 0 else None,
        cleared / (cleared + missed) if cleared + missed > 0 else None,
    )
