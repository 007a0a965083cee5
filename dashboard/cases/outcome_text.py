"""Text on the outcome of one file: its verdict in one sentence, how often such a one is right."""

from dataclasses import dataclass
from typing import Literal

from covid_model.common.classes import CLASS_NAMES, TITLES
from covid_model.common.messages import Message
from covid_model.runs.report_schema import Report
from covid_model.serving import CaseResult, Prediction, decide
from dashboard.components.formatting import share
from dashboard.components.text import percent, percent_below, plain
from dashboard.i18n.translate import t

NOVEL = Message("Refused: this does not look like the radiographs that the networks know")
LATERAL = Message("Refused: this does not look like a frontal view")
WITHHELD = Message(
    "The picture was read, but nothing is said of a disease. Novelty is the distance of a picture "
    "from the radiographs that a network learned from, as a share of the largest distance that "
    "counts as known."
)
WITHHELD_LATERAL = Message(
    "The picture was read, but nothing is said of a disease: no network has learned from lateral "
    "views. The score is what a small head makes of a network's feature maps."
)
SPREAD = Message("Lowest and highest probability or score of each class, with their difference")


@dataclass(frozen=True)
class Verdict:
    """What is said of one picture, once.

    Attributes:
        kind: "uncalibrated" where a class is named without a threshold.
        sentence: in the visitor's language.
    """

    kind: Literal["ok", "uncertain", "uncalibrated", "refused"]
    sentence: str


def of_network(prediction: Prediction) -> Verdict:
    """Say what one network, or the mean of several, says: the same words wherever it is shown."""
    decision = decide([prediction])
    if decision.status == "refused":
        return Verdict("refused", t(LATERAL if decision.cause == "lateral" else NOVEL))
    if prediction.threshold is None:
        return Verdict("uncalibrated", _without_threshold(prediction))
    name, threshold = TITLES[prediction.predicted], prediction.threshold
    score = percent_below(prediction.score, threshold)
    if decision.status == "uncertain":
        return Verdict(
            "uncertain",
            t(
                "Not sure: leans to {name} ({score}; it answers from {threshold})",
                name=name,
                score=score,
                threshold=percent_below(threshold, prediction.score),
            ),
        )
    return Verdict("ok", t("{name} ({score})", name=name, score=score))


def _without_threshold(prediction: Prediction) -> str:
    places = {"name": TITLES[prediction.predicted], "score": percent_below(prediction.score)}
    if prediction.calibrated:
        return t("No threshold: probability only, highest for {name} ({score})", **places)
    return t("Not calibrated: score only, highest for {name} ({score})", **places)


def of_case(result: CaseResult) -> Verdict:
    """Say what those that were asked say of a file that is not refused.

    The mean of the networks speaks for them where there is one. Where there is none, all have to
    name one class, each above its own threshold.
    """
    said = [of_network(prediction) for prediction in result.predictions]
    if result.together is not None:
        return of_network(result.together)
    if len(said) == 1:
        return said[0]
    if len({prediction.predicted for prediction in result.predictions}) > 1:
        return Verdict("uncertain", t("Not sure: the networks disagree"))
    places = {"name": TITLES[result.predictions[0].predicted], "count": len(said)}
    if any(prediction.threshold is None for prediction in result.predictions):
        sentence = t("Not calibrated: scores only, highest for {name} by all {count}", **places)
        return Verdict("uncalibrated", sentence)
    if result.status == "ok":
        return Verdict("ok", t("{name}, by all {count} networks", **places))
    return Verdict("uncertain", t("Not sure: all {count} networks lean to {name}", **places))


def track_record(report: Report, prediction: Prediction, kind: str) -> str:
    """Say how often such a verdict is right, by the figures that a run has of its own.

    Args:
        report: of what gave the verdict.
        prediction: the verdict's.
        kind: of the verdict.

    Returns:
        One or two sentences, "" where the report has no such figure.
    """
    left_out = report.get("left_out")
    if left_out is None or kind == "uncalibrated":
        return _own_test(report, kind)
    crossed = left_out["cross_fitted"]
    if kind == "ok":
        return t(
            "On hospitals not seen in training, {right} of such answers were right.",
            right=share(crossed, "right"),
        )
    said = (_left_open(prediction, crossed["coverage"]), _unsure(crossed["answered"]))
    return " ".join(filter(None, said))


def by_profile(name: str) -> str:
    """Say that a profile adjusted the probabilities, whose figures are not the run's."""
    return t(
        "Adjusted by the profile {name}. How often such answers are right, the report of its "
        "evaluation says.",
        name=plain(name),
    )


def _own_test(report: Report, kind: str) -> str:
    answers = report.get("answers")
    if kind == "ok" and answers is not None:
        return t(
            "On the run's own test images, {right} of such answers were right.",
            right=share(answers, "accuracy"),
        )
    return t(
        "Of the run's own test images, {right} were named rightly.", right=share(report, "accuracy")
    )


def _unsure(answered: float | None) -> str:
    """How often there is no answer."""
    if answered is None:
        return ""
    return t(
        "On hospitals not seen in training, {share} stayed without an answer.",
        share=percent(1 - answered, 0),
    )


def _left_open(prediction: Prediction, coverage: float | None) -> str:
    """Name the classes that stay open, with how often such ones held the truth."""
    names = [TITLES[name] for name in prediction.plausible]
    if not 1 <= len(names) < len(CLASS_NAMES) or coverage is None:
        return ""
    listed = t(names[0])
    if len(names) == 2:
        listed = t("{first} or {second}", first=names[0], second=names[1])
    return t(
        "Left open: {listed}; what was left open held the truth in {coverage}.",
        listed=listed,
        coverage=percent(coverage, 0),
    )


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
