"""Text on a network's answer once the lungs are hidden."""

from covid_model.common.architectures import ARCHITECTURES
from covid_model.common.classes import TITLES
from covid_model.common.messages import Message
from covid_model.serving.lung_occlusion import LungOcclusion
from dashboard.components.text import percent
from dashboard.i18n.translate import t

HARDLY = Message("The answer hardly changes without the lungs: do not trust it.")
NO_MASK = Message(
    "No lung mask: no two lungs that pass the check were found in this image, so it cannot be "
    "asked about without them."
)
UNUSABLE = Message("The lungs cannot be outlined")
HIDDEN = Message("The radiograph with its lungs hidden")
EXPLAINED = Message(
    "The lungs, with a narrow rim, have the mean grey of what stays. The network never learned "
    "from such a picture: a class that stays means that it did not need the lungs; one that goes "
    "is no proof that it looked at the right thing in them."
)


def compared(occlusion: LungOcclusion) -> str:
    """Put the predicted class's probability with and without the lungs into one line."""
    prediction = occlusion.prediction
    sentence = t(
        "With the lungs hidden, the {measure} of {name} is {hidden} instead of {before}",
        measure=prediction.measure,
        name=TITLES[prediction.predicted],
        hidden=percent(occlusion.score),
        before=percent(prediction.score),
    )
    if occlusion.hidden is None or occlusion.class_stays:
        return t("{said}; the class stays.", said=sentence)
    return t(
        "{said}, and {network} leans to {name}.",
        said=sentence,
        network=ARCHITECTURES[prediction.model],
        name=TITLES[occlusion.hidden.predicted],
    )


def shares(occlusion: LungOcclusion) -> dict[str, str]:
    """Say of each class's map how much of it lies in the lungs, where there is something to say."""
    return {name: sentence for name in occlusion.inside if (sentence := share(occlusion, name))}


def share(occlusion: LungOcclusion, name: str) -> str:
    """Say how much of one class's map lies in the lungs, "" where there is nothing to share."""
    inside = occlusion.inside.get(name)
    if inside is None:
        return ""
    return t(
        "{inside} of this area of attention lies inside the lungs, which are {lungs} of the image.",
        inside=percent(inside),
        lungs=percent(occlusion.lungs),
    )
