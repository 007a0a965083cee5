"""The words for what a network says once the lungs are hidden."""

from covid_model.runs import ARCHITECTURES
from covid_model.serving.counterfactual import Counterfactual
from dashboard.text import TITLES, percent

HARDLY = "The answer hardly changes without the lungs: do not trust it."
NO_MASK = (
    "No lung mask: no two lungs that pass the check were found in this image, so it cannot be "
    "asked about without them."
)
UNUSABLE = "The lungs cannot be outlined"
OUTLINE = "Lung outline"
HIDDEN = "The radiograph with its lungs hidden"
EXPLAINED = (
    "The lungs, with a narrow rim, have the mean grey of what stays. The network never learned "
    "from such a picture: a class that stays means that it did not need the lungs; one that goes "
    "is no proof that it looked at the right thing in them."
)


def compared(found: Counterfactual) -> str:
    """Put the predicted class's probability with and without the lungs into one line."""
    one = found.prediction
    said = (
        f"With the lungs hidden, the {one.measure} of {TITLES[one.predicted]} is "
        f"{percent(found.score)} instead of {percent(one.score)}"
    )
    if found.class_stays:
        return f"{said}; the class stays."
    return f"{said}, and {ARCHITECTURES[one.model]} leans to {TITLES[found.hidden.predicted]}."


def share(found: Counterfactual, name: str) -> str:
    """Say how much of one class's map lies in the lungs, "" where there is nothing to share."""
    inside = found.inside.get(name)
    if inside is None:
        return ""
    return (
        f"{percent(inside)} of this area of attention lies inside the lungs, which are "
        f"{percent(found.lungs)} of the image."
    )
