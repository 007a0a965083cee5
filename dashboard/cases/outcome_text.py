"""Text on the outcome of one file."""

from covid_model.common.classes import TITLES
from covid_model.common.messages import Message
from covid_model.serving.classifier import Prediction
from dashboard.components.text import percent
from dashboard.i18n.translate import t

NOVEL = Message("This does not look like the radiographs that the networks know")
LATERAL = Message("This does not look like a frontal view")
TITLES_OF = {
    "ok": Message("The networks answer"),
    "uncalibrated": Message("Not calibrated: this is no answer to rely on"),
}


CANT_TELL = {
    "": Message("Can't tell"),
    "low": Message("Can't tell: the calibrated probability is low"),
    "disagree": Message("Can't tell: the networks disagree"),
}


WITHHELD = Message(
    "The picture was read, but nothing is said of a disease. Novelty is the distance of a picture "
    "from the radiographs that a network learned from, as a share of the largest distance that "
    "counts as known."
)


WITHHELD_LATERAL = Message(
    "The picture was read, but nothing is said of a disease: no network has learned from lateral "
    "views. The score is what a small head makes of a network's feature maps."
)


def leads(prediction: Prediction, *, network: str, status: str) -> str:
    """Say what stands before the class that a network names."""
    if status == "uncertain":
        return t("{network} can't tell; it leans to", network=network)
    if status == "uncalibrated":
        return t("{network} predicts, not calibrated", network=network)
    return t("{network} answers", network=network)


def together(prediction: Prediction) -> str:
    """Say what the networks say together, with the metrics behind it."""
    return t(
        "Together the networks say {name}: {metrics}.",
        name=TITLES[prediction.predicted],
        metrics=metrics(prediction),
    )


def metrics(prediction: Prediction) -> str:
    """List the metrics behind a class: the probability or score, its threshold, the novelty."""
    line = f"{t(prediction.measure)} {percent(prediction.score)}"
    if not prediction.calibrated:
        line += t(", not calibrated")
    if prediction.threshold is not None:
        line += t(", an answer takes {threshold}", threshold=percent(prediction.threshold))
    if prediction.novelty is None:
        return line
    if prediction.novelty <= 1:
        return line + t("; novelty {novelty:.2f}, the limit is 1", novelty=prediction.novelty)
    return line + t("; novelty {novelty:.2f}, above the limit of 1", novelty=prediction.novelty)
