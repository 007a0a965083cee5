"""Text of the reliability section."""

from covid_model.common.messages import Message
from covid_model.runs import LEFT_OUT
from covid_model.runs.report_schema import AnswersReport, CalibrationReport, Report
from dashboard.components.text import percent
from dashboard.i18n.translate import t

SECTION = Message("When the networks may not answer")
EXPLAINED = Message(
    "Temperature and thresholds were fitted on the validation images; every other figure is of the "
    "test images. Points on the diagonal keep what they promise; ECE, the expected calibration "
    "error, is their mean distance from it, each weighted by its images. A threshold is the lowest "
    "calibrated probability that is an answer; a novelty threshold is the largest Mahalanobis "
    "distance that counts as known. What is refused as novel is not answered."
)
EXPLAINED_LEFT_OUT = Message(
    "Temperature and threshold were fitted on hospitals or other groups left out of training, the "
    "novelty threshold on the validation images; every other figure is of the test images. Points "
    "on the diagonal keep what they promise; ECE, the expected calibration error, is their mean "
    "distance from it, each weighted by its images. A threshold is the lowest calibrated "
    "probability that is an answer; a novelty threshold is the largest Mahalanobis distance that "
    "counts as known. What is refused as novel is not answered."
)
CLASSES_ALIKE = Message(
    "The probabilities hold where the three classes are equally frequent, so every class counts "
    "the same in the diagram and in ECE, however many images it has. Answers are counted as the "
    "images come."
)
NOT_FITTED = Message(
    "This network was not calibrated and has no thresholds: it names a class for whatever it is "
    "shown, and its figures are scores, not probabilities. Train it again with this version to "
    "change that."
)
NO_CALIBRATION = Message(
    "This network was not calibrated: its figures are scores, without a threshold."
)
NO_NOVELTY = Message(
    "This network has no novelty threshold: it takes any picture for a chest radiograph."
)
LATERALS = Message(
    "Lateral views are recognised from the picture and refused. Each picture here was scored by a "
    "fit that had not seen its patient."
)
CHANCE = Message(
    "Within one source, the source cannot give the answer away. Only the two classes are asked "
    "for, so chance is 50.0 %. The AUROC (chance 0.5) says what another threshold could make of it."
)


def explained(report: Report) -> str:
    """Say what was fitted on what."""
    fitted_on = report["calibration"]["fitted_on"]["part"] if "calibration" in report else ""
    return t(EXPLAINED_LEFT_OUT if fitted_on == LEFT_OUT else EXPLAINED)


def lacking(report: Report) -> str:
    """Say what was not fitted for a network, "" where nothing is lacking."""
    calibrated, novelty = bool(report.get("calibration")), bool(report.get("novelty"))
    if not calibrated and not novelty:
        return t(NOT_FITTED)
    if not calibrated:
        return t(NO_CALIBRATION)
    return "" if novelty else t(NO_NOVELTY)


def reliability(calibration: CalibrationReport) -> str:
    """Put the reliability diagram into words, for screen readers."""
    return t(
        "Reliability diagram of {images:,} test images: the expected calibration error is {before} "
        "before calibration and {after} after it",
        images=sum(row["images"] for row in calibration["bins_after"]),
        before=percent(calibration["ece_before"]),
        after=percent(calibration["ece_after"]),
    )


def answers(report: AnswersReport) -> str:
    """Put the answers at the stored threshold into words, for screen readers."""
    return t(
        "Accuracy of the answers by share answered: at the threshold {threshold}, {answered} of "
        "the test images are answered and {accuracy} of these answers are right",
        threshold=percent(report["threshold"]),
        answered=percent(report["answered"]),
        accuracy=percent(report["accuracy"]),
    )
