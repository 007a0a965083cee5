"""What a class that is named is worth where it is rarer, or more common, by Bayes' rule."""

from collections.abc import Mapping
from typing import Any


def predictive_values(row: Mapping[str, Any], *, prevalence: float) -> dict[str, Any]:
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
        return dict.fromkeys(("ppv", "npv", "named", "ppv_interval", "npv_interval"))
    ppv, npv = _values(sensitivity, specificity, prevalence)
    found = {
        "ppv": ppv,
        "npv": npv,
        "named": sensitivity * prevalence + (1 - specificity) * (1 - prevalence),
        "ppv_interval": None,
        "npv_interval": None,
    }
    ends = row.get("sensitivity_interval"), row.get("specificity_interval")
    if None not in ends:
        values = [_values(*pair, prevalence) for pair in zip(*ends, strict=True)]
        for name, interval in zip(("ppv", "npv"), zip(*values, strict=True), strict=True):
            found[f"{name}_interval"] = None if None in interval else list(interval)
    return found


def _values(sensitivity: float, specificity: float, prevalence: float) -> tuple:
    """PPV and NPV; None for a value that no image would get."""
    right, missed = sensitivity * prevalence, (1 - sensitivity) * prevalence
    cleared, wrong = specificity * (1 - prevalence), (1 - specificity) * (1 - prevalence)
    return (
        right / (right + wrong) if right + wrong > 0 else None,
        cleared / (cleared + missed) if cleared + missed > 0 else None,
    )
