"""The words for maps of attention that were put to the test."""

from collections.abc import Mapping
from typing import Any

from dashboard.text import percent

TITLE = "Maps under test"
INSIDE = (
    "The share of the map's heat that lies inside the lungs stands beside the lungs' share of the "
    "picture. A map that knew nothing of lungs would have the same share inside as the lungs have."
)
CURVES = {
    "deletion": (
        "The hottest parts of the map are blurred first, then the next, and the probability of the "
        "named class is read at each step; the same is done in random order. A map that marks what "
        "moved the network makes it fall sooner than random does, so that its area is smaller."
    ),
    "insertion": (
        "It starts from the blurred picture; the hottest parts of the map are made sharp first. "
        "A map that marks what moved the network makes the probability rise sooner than random "
        "does, so that its area is larger."
    ),
}
RANDOMISED = (
    "Weights of the network are drawn anew at random, and its map is compared with the one before: "
    "1 is the same order of parts, 0 none in common. A map that stays alike shows the picture more "
    "than what the network has learned."
)
RANDOMISED_PARTS = {"head": "Head", "last_block": "Last block of convolutions"}
AGREEMENT = (
    "The maps of two networks are compared for the same class of the same picture: 1 is the same "
    "order of parts, 0 none in common. Where they disagree, the networks look at different places; "
    "where they agree, the place may still be the wrong one."
)
NO_MAPS = "Too few images had their maps tested, so nothing is said of the maps."


def introduction(maps: Mapping[str, Any]) -> str:
    """Say what the tests ask, on how many images."""
    return (
        "An area of attention looks convincing whether or not it says what moved the network. "
        f"These tests ask whether it does, on {maps['images']} maps of the class that the network "
        "names."
    )


def inside_alt(found: Mapping[str, Any]) -> str:
    """Give both shares, for screen readers."""
    return (
        f"{percent(found['share'])} of the maps lies inside the lungs, which are "
        f"{percent(found['lungs'])} of the picture"
    )


def curve_alt(found: Mapping[str, Any], kind: str) -> str:
    """Give the areas under a pair of curves, for screen readers."""
    return (
        f"{kind.capitalize()} curves: area {found['map_area']:.3f} by the map, "
        f"{found['random_area']:.3f} at random"
    )


def curve_verdict(found: Mapping[str, Any], kind: str) -> str:
    """Say whether a map does better than random order, with the areas."""
    areas = f"Area by the map {found['map_area']:.3f}, at random {found['random_area']:.3f}"
    if found["difference_interval"] is None:
        return f"{areas}; too few patients for an interval."
    low, high = found["difference_interval"]
    difference = f"difference {low:+.3f} to {high:+.3f}"
    if low <= 0 <= high:
        return f"{areas} ({difference}): no better or worse than random that can be told."
    better = high < 0 if kind == "deletion" else low > 0
    return f"{areas} ({difference}): {'better' if better else 'worse'} than random."


def inside_verdict(found: Mapping[str, Any]) -> str:
    """Say whether the maps favour the lungs."""
    share, lungs = found["share_interval"], found["lungs_interval"]
    if share is None or lungs is None:
        return ""
    if share[0] > lungs[1]:
        return "The maps favour the lungs."
    if share[1] < lungs[0]:
        return "The maps favour what lies outside the lungs."
    return "That the maps favour the lungs cannot be told."
