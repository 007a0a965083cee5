"""The words for when a network may not answer."""

from collections.abc import Mapping
from typing import Any

from covid_model.common.messages import Sentence
from covid_model.serving.classifier import Prediction
from dashboard.components.text import percent
from dashboard.i18n.translate import t

NOVEL = Sentence("This does not look like the radiographs that the networks know")
ANSWER = Sentence("The networks answer")
CANT_TELL = {
    "": Sentence("Can't tell"),
    "low": Sentence("Can't tell: the calibrated probability is low"),
    "disagree": Sentence("Can't tell: the networks disagree"),
}
WITHHELD = Sentence(
    "The picture was read, but nothing is said of a disease. Novelty is the distance of a picture "
    "from the radiographs that a network learned from, as a share of the largest distance that "
    "counts as known."
)

SECTION = Sentence("When the networks may not answer")
EXPLAINED = Sentence(
    "Temperature and thresholds were fitted on the validation images; every other figure is of the "
    "test images. Points on the diagonal keep what they promise; ECE, the expected calibration "
    "error, is their mean distance from it, each weighted by its images. A threshold is the lowest "
    "calibrated probability that is an answer; a novelty threshold is the largest Mahalanobis "
    "distance that counts as known. What is refused as novel is not answered."
)
CLASSES_ALIKE = Sentence(
    "The probabilities hold where the three classes are equally frequent, so every class counts "
    "the same in the diagram and in ECE, however many images it has. Answers are counted as the "
    "images come."
)
NOT_FITTED = Sentence(
    "This network was not calibrated and has no thresholds: it names a class for whatever it is "
    "shown, and its figures are scores, not probabilities. Train it again with this version to "
    "change that."
)
NO_CALIBRATION = Sentence(
    "This network was not calibrated: its figures are scores, without a threshold."
)
NO_NOVELTY = Sentence(
    "This network has no novelty threshold: it takes any picture for a chest radiograph."
)
CHANCE = Sentence(
    "Within one source, the source cannot give the answer away. Only the two classes are asked "
    "for, so chance is 50.0 %. The AUROC (chance 0.5) says what another threshold could make of it."
)
NOISY_SOURCE = "nih-chestxray8"
NOISY = Sentence(
    "NIH's labels were mined from text reports and are noisy: a share of what counts as wrong in "
    "nih-chestxray8 is an error of the label."
)


def leads(prediction: Prediction, *, network: str, status: str) -> str:
    """Say what stands before the class that a network names."""
    if status == "uncertain":
        return t("{network} can't tell; it leans to", network=network)
    if prediction.threshold is None:
        return t("{network} predicts", network=network)
    return t("{network} answers", network=network)


def figures(prediction: Prediction) -> str:
    """List the figures behind a class: the probability or score, its threshold, the novelty."""
    said = f"{t(prediction.measure)} {percent(prediction.score)}"
    if not prediction.calibrated:
        said += t(", not calibrated")
    if prediction.threshold is not None:
        said += t(", an answer takes {threshold}", threshold=percent(prediction.threshold))
    if prediction.novelty is None:
        return said
    if prediction.novelty <= 1:
        return said + t("; novelty {novelty:.2f}, the limit is 1", novelty=prediction.novelty)
    return said + t("; novelty {novelty:.2f}, above the limit of 1", novelty=prediction.novelty)


def lacking(report: Mapping[str, Any]) -> str:
    """Say what was not fitted for a network, "" where nothing is lacking."""
    calibrated, novelty = bool(report.get("calibration")), bool(report.get("novelty"))
    if not calibrated and not novelty:
        return t(NOT_FITTED)
    if not calibrated:
        return t(NO_CALIBRATION)
    return "" if novelty else t(NO_NOVELTY)


def noisy(report: Mapping[str, Any]) -> str:
    """Say that labels are noisy where the report counts such images, else ""."""
    sources = {row["group"] for row in report.get("groups", {}).get("source", ())}
    return t(NOISY) if NOISY_SOURCE in sources else ""


def reliability(calibration: Mapping[str, Any]) -> str:
    """Put the reliability diagram into words, for screen readers."""
    return t(
        "Reliability diagram of {images} test images: the expected calibration error is {before} "
        "before calibration and {after} after it",
        images=sum(row["images"] for row in calibration["bins_after"]),
        before=percent(calibration["ece_before"]),
        after=percent(calibration["ece_after"]),
    )


def answers(found: Mapping[str, Any]) -> str:
    """Put the answers at the stored threshold into words, for screen readers."""
    return t(
        "Accuracy of the answers by share answered: at the threshold {threshold}, {answered} of "
        "the test images are answered and {accuracy} of these answers are right",
        threshold=percent(found["threshold"]),
        answered=percent(found["answered"]),
        accuracy=percent(found["accuracy"]),
    )
