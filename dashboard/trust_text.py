"""The words for when a network may not answer."""

from collections.abc import Mapping
from typing import Any

from covid_model.serving.classifier import Prediction
from dashboard.text import percent

NOVEL = "This does not look like the radiographs that the networks know"
ANSWER = "The networks answer"
CANT_TELL = {
    "": "Can't tell",
    "low": "Can't tell: the calibrated probability is low",
    "disagree": "Can't tell: the networks disagree",
}
WITHHELD = (
    "The picture was read, but nothing is said of a disease. Novelty is the distance of a picture "
    "from the radiographs that a network learned from, as a share of the largest distance that "
    "counts as known."
)

SECTION = "When the networks may not answer"
EXPLAINED = (
    "Temperature and thresholds were fitted on the validation images; every other figure is of the "
    "test images. Points on the diagonal keep what they promise; ECE, the expected calibration "
    "error, is their mean distance from it, each weighted by its images. A threshold is the lowest "
    "calibrated probability that is an answer; a novelty threshold is the largest Mahalanobis "
    "distance that counts as known. What is refused as novel is not answered."
)
NOT_FITTED = (
    "This network was not calibrated and has no thresholds: it names a class for whatever it is "
    "shown, and its figures are scores, not probabilities. Train it again with this version to "
    "change that."
)
NO_CALIBRATION = "This network was not calibrated: its figures are scores, without a threshold."
NO_NOVELTY = "This network has no novelty threshold: it takes any picture for a chest radiograph."
CHANCE = (
    "Within one source, the source cannot give the answer away. Only the two classes are asked "
    "for, so chance is 50.0 %."
)
NOISY_SOURCE = "nih-chestxray8"
NOISY = (
    "NIH's labels were mined from text reports and are noisy: a share of what counts as wrong in "
    "nih-chestxray8 is an error of the label."
)


def leads(prediction: Prediction, *, network: str, status: str) -> str:
    """Say what stands before the class that a network names."""
    if status == "uncertain":
        return f"{network} can't tell; it leans to"
    return f"{network} {'predicts' if prediction.threshold is None else 'answers'}"


def figures(prediction: Prediction) -> str:
    """List the figures behind a class: the probability or score, its threshold, the novelty."""
    said = f"{prediction.measure} {percent(prediction.score)}"
    if not prediction.calibrated:
        said += ", not calibrated"
    if prediction.threshold is not None:
        said += f", an answer takes {percent(prediction.threshold)}"
    if prediction.novelty is not None:
        side = "above the limit of 1" if not prediction.novelty <= 1 else "the limit is 1"
        said += f"; novelty {prediction.novelty:.2f}, {side}"
    return said


def lacking(report: Mapping[str, Any]) -> str:
    """Say what was not fitted for a network, "" where nothing is lacking."""
    calibrated, novelty = bool(report.get("calibration")), bool(report.get("novelty"))
    if not calibrated and not novelty:
        return NOT_FITTED
    if not calibrated:
        return NO_CALIBRATION
    return "" if novelty else NO_NOVELTY


def noisy(report: Mapping[str, Any]) -> str:
    """Say that labels are noisy where the report counts such images, else ""."""
    sources = {row["group"] for row in report.get("groups", {}).get("source", ())}
    return NOISY if NOISY_SOURCE in sources else ""


def reliability(calibration: Mapping[str, Any]) -> str:
    """Put the reliability diagram into words, for screen readers."""
    before, after = percent(calibration["ece_before"]), percent(calibration["ece_after"])
    images = sum(row["images"] for row in calibration["bins_after"])
    return (
        f"Reliability diagram of {images} test images: the expected calibration error is {before} "
        f"before calibration and {after} after it"
    )


def answers(found: Mapping[str, Any]) -> str:
    """Put the answers at the stored threshold into words, for screen readers."""
    return (
        f"Accuracy of the answers by share answered: at the threshold {percent(found['threshold'])}"
        f", {percent(found['answered'])} of the test images are answered and "
        f"{percent(found['accuracy'])} of these answers are right"
    )
