"""Whether what the networks say of one image is an answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from covid_model.classes import TITLES
from covid_model.runs import ARCHITECTURES
from covid_model.serving.classifier import Prediction


@dataclass(frozen=True)
class Decision:
    """One image's status with its reason.

    Attributes:
        status: "ok"; "uncertain", where classes are named with a doubt; "refused", where none is.
        reason: sentences for a clinician with the figures, "" when ok; names no class when refused.
        cause: "novel" (refused), "disagree" or "low" (uncertain), "" when ok.
    """

    status: Literal["ok", "uncertain", "refused"]
    reason: str = ""
    cause: Literal["", "novel", "disagree", "low"] = ""


def decide(predictions: Sequence[Prediction]) -> Decision:
    """Decide on one image.

    It is refused when at least half of the networks that can judge novelty find it novel. It is
    uncertain when the networks name different classes, or when one of them names its class with a
    probability below its own threshold. A figure that is not a number never counts as trust.

    Args:
        predictions: one a network that was asked.
    """
    judges = [one for one in predictions if one.novelty is not None]
    novel = [one for one in judges if not one.novelty <= 1]
    if novel and 2 * len(novel) >= len(judges):
        return Decision("refused", _novel(judges, len(novel)), "novel")
    asked = [one for one in predictions if one.threshold is not None]
    low = [_low(one) for one in asked if not one.score >= one.threshold]
    if len({one.predicted for one in predictions}) > 1:
        return Decision("uncertain", " ".join([_disagree(predictions), *low]), "disagree")
    if low:
        return Decision("uncertain", " ".join(low), "low")
    return Decision("ok")


def _novel(judges: Sequence[Prediction], count: int) -> str:
    figures = in_words([f"{_apart(one.novelty, 1)} by {_title(one)}" for one in judges])
    share = "" if len(judges) == 1 else f" for {count} of {len(judges)} networks"
    known = "the network knows" if len(judges) == 1 else "the networks know"
    return (
        f"This picture is not like the frontal chest radiographs that {known}, so no class is "
        f"named: its novelty is {figures}, above the limit of 1{share}."
    )


def _disagree(predictions: Sequence[Prediction]) -> str:
    said = in_words([f"{_title(one)} says {TITLES[one.predicted]}" for one in predictions])
    return f"The networks disagree: {said}."


def _low(one: Prediction) -> str:
    return (
        f"{_title(one)} gives {TITLES[one.predicted]} a {one.measure} of only "
        f"{_apart(one.score, one.threshold)}, where an answer takes {one.threshold:.2f}."
    )


def _apart(value: float, limit: float) -> str:
    """Two decimals, or as many as tell a value from its limit."""
    digits = next((n for n in range(2, 6) if round(value, n) != round(limit, n)), 6)
    return f"{value:.{digits}f}"


def _title(one: Prediction) -> str:
    return ARCHITECTURES.get(one.model, one.model)


def in_words(words: Sequence[str]) -> str:
    """Join words as a sentence does: "a", "a and b", "a, b and c"."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
