"""Decision on one image: answered, answered without a threshold, uncertain or refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from covid_model.common.architectures import TOGETHER, title_of
from covid_model.common.classes import CLASS_NAMES, TITLES
from covid_model.common.messages import Message, in_words, join
from covid_model.inference.calibration import COVERAGE
from covid_model.serving.classifier import Prediction

# By class, as it was fitted: how far it holds for a group that took no part in the fit is reported.
WORTH = Message(
    "What a network leaves open was set to hold the truth for {coverage:.0f} % of the radiographs "
    "of each class from hospitals left out of its training."
)
UNCALIBRATED = Message(
    "No threshold was set for {networks}: how often such an answer is right is not known."
)
WORTH_HERE = Message(
    "What a network leaves open was set by the profile {profile} to hold the truth for "
    "{coverage:.0f} % of the radiographs of each class."
)
LATERAL = Message(
    "This looks like a lateral view, or at least like no frontal radiograph, so no class is named: "
    "the networks know frontal views alone. Upload the frontal (PA or AP) radiograph."
)

Status = Literal["ok", "uncalibrated", "uncertain", "refused"]


@dataclass(frozen=True)
class Decision:
    """One image's status with its reason.

    Attributes:
        status: "ok"; "uncalibrated", where a class is named without a threshold for an answer;
            "uncertain", where classes are named with a doubt; "refused", where none is.
        reason: sentences for a clinician with the figures, "" when ok; names no class when refused;
            a ``Message`` with its parts where it says something.
        cause: "lateral" or "novel" (refused), "disagree" or "low" (uncertain), "" otherwise.
    """

    status: Status
    reason: str = ""
    cause: Literal["", "lateral", "novel", "disagree", "low"] = ""


def decide(predictions: Sequence[Prediction], together: Prediction | None = None) -> Decision:
    """Decide on one image.

    It is refused when at least half of the networks that can tell take it for a lateral view, or
    at least half of those that can judge novelty find it novel. It is
    uncertain when the networks name different classes, or when one of them names its class with a
    probability below its own threshold; the reason then names the classes that stay open, where
    the run has prediction sets. A figure that is not a number never counts as trust. It is
    uncalibrated where none of this is so, but one of them has no threshold.

    Where the networks have a mean, that alone decides whether an image that is not refused is
    answered: it is uncertain when the mean's probability is below the mean's threshold.

    Args:
        predictions: one a network that was asked.
        together: the mean of these networks, None where there is none.
    """
    if looks_lateral(predictions):
        return Decision("refused", LATERAL, "lateral")
    novelties = [
        (_title(prediction), prediction.novelty)
        for prediction in predictions
        if prediction.novelty is not None
    ]
    novel = [novelty for _, novelty in novelties if not novelty <= 1]
    if novel and 2 * len(novel) >= len(novelties):
        return Decision("refused", _novel(novelties, len(novel)), "novel")
    deciding = predictions if together is None else [together]
    low = _doubts(deciding)
    if len({prediction.predicted for prediction in deciding}) > 1:
        return Decision("uncertain", join([_disagree(predictions), *low]), "disagree")
    if low:
        return Decision("uncertain", join(low), "low")
    bare = [_title(prediction) for prediction in deciding if prediction.threshold is None]
    if bare:
        return Decision("uncalibrated", Message(UNCALIBRATED, networks=in_words(bare)))
    return Decision("ok")


def looks_lateral(predictions: Sequence[Prediction]) -> bool:
    """Whether at least half of the networks that can tell take a picture for a lateral view."""
    votes = [vote for one in predictions if (vote := one.looks_lateral) is not None]
    return any(votes) and 2 * sum(votes) >= len(votes)


def _novel(novelties: Sequence[tuple[str, float]], count: int) -> Message:
    figures = in_words(
        [
            Message("{figure} by {network}", figure=_apart(novelty, 1), network=network)
            for network, novelty in novelties
        ]
    )
    if len(novelties) == 1:
        return Message(
            "This picture is not like the frontal chest radiographs that the network knows, so no "
            "class is named: its novelty is {figures}, above the limit of 1.",
            figures=figures,
        )
    return Message(
        "This picture is not like the frontal chest radiographs that the networks know, so no "
        "class is named: its novelty is {figures}, above the limit of 1 for {count} of {judges} "
        "networks.",
        figures=figures,
        count=count,
        judges=len(novelties),
    )


def _disagree(predictions: Sequence[Prediction]) -> Message:
    classes = [
        Message(
            "{network} says {name}",
            network=_title(prediction),
            name=TITLES[prediction.predicted],
        )
        for prediction in predictions
    ]
    return Message("The networks disagree: {said}.", said=in_words(classes))


def _doubts(predictions: Sequence[Prediction]) -> list[Message]:
    """A sentence or two for each network below its threshold, then what their sets are worth."""
    sentences, worth, profile = [], False, ""
    for prediction in predictions:
        threshold, plausible = prediction.threshold, prediction.plausible
        if threshold is None or prediction.score >= threshold:
            continue
        sentences.append(_low(prediction, threshold))
        if plausible:
            together = prediction.model == TOGETHER
            sentences.append((_all_leave_open if together else _open)(plausible))
            worth |= len(plausible) < len(CLASS_NAMES)
            profile = prediction.profile
    if worth and profile:
        return [*sentences, Message(WORTH_HERE, profile=profile, coverage=100 * COVERAGE)]
    return [*sentences, Message(WORTH, coverage=100 * COVERAGE)] if worth else sentences


def _all_leave_open(plausible: Sequence[str]) -> Message:
    """Name the classes that stay open to the networks together, one at least."""
    names = [TITLES[name] for name in plausible]
    if len(names) == len(CLASS_NAMES):
        return Message("They cannot rule out any of the three classes.")
    if len(names) == 1:
        return Message("They leave open {name} alone.", name=names[0])
    return Message("They leave open {first} or {second}.", first=names[0], second=names[1])


def _open(plausible: Sequence[str]) -> Message:
    """Name the classes that stay open, one at least."""
    names = [TITLES[name] for name in plausible]
    if len(names) == len(CLASS_NAMES):
        return Message("It cannot rule out any of the three classes.")
    if len(names) == 1:
        return Message("It leaves open {name} alone.", name=names[0])
    return Message("It leaves open {first} or {second}.", first=names[0], second=names[1])


def _low(prediction: Prediction, threshold: float) -> Message:
    if prediction.model == TOGETHER:
        return Message(
            "The networks together give {name} a {measure} of only {score}, where an answer takes "
            "{threshold:.2f}.",
            name=TITLES[prediction.predicted],
            measure=prediction.measure,
            score=_apart(prediction.score, threshold),
            threshold=threshold,
        )
    return Message(
        "{network} gives {name} a {measure} of only {score}, where an answer takes "
        "{threshold:.2f}.",
        network=_title(prediction),
        name=TITLES[prediction.predicted],
        measure=prediction.measure,
        score=_apart(prediction.score, threshold),
        threshold=threshold,
    )


def _apart(value: float, limit: float) -> Message:
    """Two decimals, or as many as tell a value from its limit."""
    digits = next((n for n in range(2, 6) if round(value, n) != round(limit, n)), 6)
    return Message("{value:.{digits}f}", value=value, digits=digits)


def _title(prediction: Prediction) -> str:
    return title_of(prediction.model)
