"""One image's status from what the networks say: never more sure than the least sure of them."""

from dataclasses import replace

import numpy as np
import pytest

from covid_model.common.classes import CLASSES
from covid_model.serving.classifier import Prediction
from covid_model.serving.decision import Decision, decide

SURE, UNSURE, OTHER = (0.9, 0.06, 0.04), (0.5, 0.3, 0.2), (0.05, 0.05, 0.9)


def says(model, scores=SURE, *, novelty=0.5, threshold=0.7, plausible=(), lateral=None):
    trust = {"calibrated": threshold is not None, "novelty": novelty, "threshold": threshold}
    trust |= {"lateral": lateral, "lateral_threshold": None if lateral is None else 0.8}
    trust["plausible"] = plausible
    return Prediction(model, np.array(scores, np.float32), np.zeros((3, 1, 1)), 0.1, **trust)


def three(*options):
    names = ("xception", "resnet50v2", "vgg16")
    return [says(name, **values) for name, values in zip(names, options, strict=True)]


def names_a_class(reason):
    return any(word in reason for info in CLASSES for word in (info.name, info.title))


def test_agreement_of_the_sure_is_an_answer():
    assert decide(three({}, {}, {})) == Decision("ok")
    assert decide([says("vgg16")]) == Decision("ok")


def test_without_a_threshold_nothing_is_ok():
    old = {"novelty": None, "threshold": None}
    decision = decide([says("vgg16", UNSURE, **old)])
    assert (decision.status, decision.cause) == ("uncalibrated", "")
    assert decision.reason == (
        "No threshold was set for VGG16: how often such an answer is right is not known."
    )
    assert decide(three({}, old, old)).reason.startswith(
        "No threshold was set for ResNet50V2 and VGG16: "
    )
    assert decide(three({}, old, {"scores": UNSURE})).status == "uncertain"
    assert decide(three({}, old, old), says("together")) == Decision("ok")


@pytest.mark.parametrize(
    ("novelties", "refused"),
    [
        ([1.01], True),
        ([1.0], False),
        ([None], False),
        ([2, 2, 0.5], True),
        ([2, 0.5, 0.5], False),
        ([2, 0.5, None], True),  # half of those that can judge
        ([2, None, None], True),
        ([float("nan")], True),
        ([float("inf")], True),
    ],
)
def test_half_of_the_judges_refuse(novelties, refused):
    decision = decide([says("vgg16", novelty=novelty) for novelty in novelties])
    assert decision.cause == ("novel" if refused else "")
    assert decision.status == ("refused" if refused else "ok")


@pytest.mark.parametrize(
    ("scores", "refused"),
    [
        ([0.9], True),
        ([0.8], True),  # the threshold itself
        ([0.79], False),
        ([None], False),
        ([0.9, 0.1], True),  # half of those that can tell
        ([0.9, 0.1, 0.1], False),
        ([0.9, None, None], True),
        ([float("nan")], False),
    ],
)
def test_half_of_those_that_can_tell_refuse_a_lateral_view(scores, refused):
    decision = decide([says("vgg16", lateral=score, novelty=None) for score in scores])
    assert decision.cause == ("lateral" if refused else "")
    assert decision.status == ("refused" if refused else "ok")


def test_lateral_comes_before_novel_and_names_no_class():
    decision = decide(three({"lateral": 0.9, "novelty": 3}, {"novelty": 3}, {"lateral": 0.1}))
    assert decision.cause == "lateral"
    assert not names_a_class(decision.reason)
    assert decision.reason.endswith("Upload the frontal (PA or AP) radiograph.")


def test_a_refusal_names_no_class_but_every_judges_figure():
    reason = decide(three({"novelty": 3.25}, {"novelty": None}, {"novelty": 0.9})).reason
    assert not names_a_class(reason)
    assert "3.25 by Xception and 0.90 by VGG16" in reason
    assert "1 of 2 networks" in reason
    assert "ResNet50V2" not in reason


def test_novel_comes_before_every_doubt():
    options = {"novelty": 2, "scores": UNSURE}, {"novelty": 2, "scores": OTHER}, {"novelty": 2}
    decision = decide(three(*options))
    assert decision.cause == "novel"
    assert not names_a_class(decision.reason)


def test_disagreement_is_uncertain_even_without_thresholds():
    old = {"novelty": None, "threshold": None}
    decision = decide(three(old, {**old, "scores": OTHER}, old))
    assert (decision.status, decision.cause) == ("uncertain", "disagree")
    for part in (
        "Xception says COVID-19",
        "ResNet50V2 says Other infection",
        "VGG16 says COVID-19",
    ):
        assert part in decision.reason


def test_the_unsure_is_named_with_its_figures():
    decision = decide(three({}, {"scores": UNSURE}, {}))
    assert (decision.status, decision.cause) == ("uncertain", "low")
    assert decision.reason == (
        "ResNet50V2 gives COVID-19 a calibrated probability of only 0.50, "
        "where an answer takes 0.70."
    )


def test_disagreement_also_tells_who_is_unsure():
    decision = decide(three({"scores": UNSURE}, {"scores": OTHER}, {}))
    assert decision.cause == "disagree"
    assert "Xception gives COVID-19 a calibrated probability of only 0.50" in decision.reason


def test_the_threshold_itself_is_an_answer():
    scores = np.array([0.75, 0.25, 0], np.float32)
    assert decide([says("vgg16", scores, threshold=0.75)]).status == "ok"
    assert decide([says("vgg16", scores, threshold=0.76)]).status == "uncertain"


def test_a_figure_never_looks_like_the_limit_it_misses():
    assert "of only 0.6997, where" in decide([says("vgg16", (0.6997, 0.2003, 0.1))]).reason
    assert "novelty is 1.002 by" in decide([says("vgg16", novelty=1.002)]).reason


WORTH = (
    "What a network leaves open was set to hold the truth for 95 % of the radiographs of each "
    "class from hospitals left out of its training."
)


@pytest.mark.parametrize(
    ("plausible", "sentences"),
    [
        ((), ""),
        (("covid", "infection"), f" It leaves open COVID-19 or Other infection. {WORTH}"),
        (("covid",), f" It leaves open COVID-19 alone. {WORTH}"),
        (("covid", "normal", "infection"), " It cannot rule out any of the three classes."),
    ],
)
def test_the_reason_names_the_classes_that_stay_open(plausible, sentences):
    decision = decide([says("vgg16", UNSURE, plausible=plausible)])
    assert decision == Decision("uncertain", decision.reason, "low")
    figures = "VGG16 gives COVID-19 a calibrated probability of only 0.50, where an answer takes "
    assert decision.reason == f"{figures}0.70.{sentences}"


def test_an_answer_names_no_classes_that_stay_open():
    assert decide([says("vgg16", plausible=("covid", "normal"))]) == Decision("ok")


def test_what_sets_are_worth_is_said_once():
    unsure = {"scores": UNSURE, "plausible": ("covid", "normal")}
    reason = decide(three(unsure, {}, unsure)).reason
    assert reason.count("It leaves open COVID-19 or Normal.") == 2
    assert reason.count(WORTH) == 1
    assert reason.endswith(WORTH)


def test_a_profile_says_what_its_own_sets_are_worth():
    prediction = says("vgg16", UNSURE, plausible=("covid", "normal"))
    reason = decide([replace(prediction, profile="st-mary")]).reason
    assert WORTH not in reason
    assert "was set by the profile st-mary to hold the truth for 95 %" in reason
