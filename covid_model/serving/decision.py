"""Decision on one image: answered, uncertain or refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from covid_model.common.architectures import ARCHITECTURES
from covid_model.common.classes import TITLES
from covid_model.common.messages import Message, in_words, join
from covid_model.serving.classifier import Prediction

LATERAL = Message(
    "This looks like a lateral view, so no class is named: the networks know frontal views alone. "
    "Upload the frontal (PA or AP) radiograph."
)


@dataclass(frozen=True)
class Decision:
    """One image's status with its reason.

    Attributes:
        status: "ok"; "uncertain", where classes are named with a doubt; "refused", where none is.
        reason: sentences for a clinician with the figures, "" when ok; names no class when refused;
            a ``Message`` with its parts where it says something.
        cause: "lateral" or "novel" (refused), "disagree" or "low" (uncertain), "" when ok.
    """

    status: Literal["ok", "uncertain", "refused"]
    reason: str = ""
    cause: Literal["", "lateral", "novel", "disagree", "low"] = ""


def decide(predictions: Sequence[Prediction]) -> Decision:
    """Decide on one image.

    It is refused when at least half of the networks that can tell take it for a lateral view, or
    at least half of those that can judge novelty find it novel. It is
    uncertain when the networks name different classes, or when one of them names its class with a
    probability below its own threshold. A figure that is not a number never counts as trust.

    Args:
        predictions: one a network that was asked.
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
    low = [
        _low(prediction, prediction.threshold)
        for prediction in predictions
        if prediction.threshold is not None and not prediction.score >= prediction.threshold
    ]
    if len({prediction.predicted for prediction in predictions}) > 1:
        return Decision("uncertain", join([_disagree(predictions), *low]), "disagree")
    if low:
        return Decision("uncertain", join(low), "low")
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


def _low(prediction: Prediction, threshold: float) -> Message:
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
    return ARCHITECTURES.get(prediction.model, prediction.model)
