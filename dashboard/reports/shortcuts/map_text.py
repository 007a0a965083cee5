"""Text on the tests of the maps."""

from covid_model.common.messages import Message
from covid_model.runs.audit_schema import InsideLungs, MapCurve, MapMetrics
from dashboard.components.text import percent
from dashboard.i18n.translate import t

TITLE = Message("Maps under test")
INSIDE = Message(
    "The share of the map's heat that lies inside the lungs stands beside the lungs' share of the "
    "picture. A map that knew nothing of lungs would have the same share inside as the lungs have."
)
KINDS = {"deletion": Message("Deletion"), "insertion": Message("Insertion")}
CURVES = {
    "deletion": Message(
        "The hottest parts of the map are blurred first, then the next, and the probability of the "
        "named class is read at each step; the same is done in random order. A map that marks what "
        "moved the network makes it fall sooner than random does, so that its area is smaller."
    ),
    "insertion": Message(
        "It starts from the blurred picture; the hottest parts of the map are made sharp first. "
        "A map that marks what moved the network makes the probability rise sooner than random "
        "does, so that its area is larger."
    ),
}
RANDOMISED = Message(
    "Weights of the network are drawn anew at random, and its map is compared with the one before: "
    "1 is the same order of parts, 0 none in common. A map that stays alike shows the picture more "
    "than what the network has learned."
)
AGREEMENT = Message(
    "The maps of two networks are compared for the same class of the same picture: 1 is the same "
    "order of parts, 0 none in common. Where they disagree, the networks look at different places; "
    "where they agree, the place may still be the wrong one."
)
NO_MAPS = Message("Too few images had their maps tested, so nothing is said of the maps.")


def introduction(maps: MapMetrics) -> str:
    """Say what the tests ask, on how many images."""
    return t(
        "An area of attention looks convincing whether or not it says what moved the network. "
        "These tests ask whether it does, on {images:,} maps of the class that the network names.",
        images=maps["images"],
    )


def inside_alt(inside: InsideLungs) -> str:
    """Give both shares, for screen readers."""
    return t(
        "{share} of the maps lies inside the lungs, which are {lungs} of the picture",
        share=percent(inside["share"]),
        lungs=percent(inside["lungs"]),
    )


def curve_alt(curve: MapCurve, kind: str) -> str:
    """Give the areas under a pair of curves, for screen readers."""
    return t(
        "{kind} curves: area {map:.3f} by the map, {random:.3f} at random",
        kind=KINDS[kind],
        map=curve["map_area"],
        random=curve["random_area"],
    )


def curve_verdict(curve: MapCurve, kind: str) -> str:
    """Say whether a map does better than random order, with the areas."""
    areas = t(
        "Area by the map {map:.3f}, at random {random:.3f}",
        map=curve["map_area"],
        random=curve["random_area"],
    )
    if curve["difference_interval"] is None:
        return t("{areas}; too few patients for an interval.", areas=areas)
    low, high = curve["difference_interval"]
    said = t("{areas} (difference {low:+.3f} to {high:+.3f})", areas=areas, low=low, high=high)
    if low <= 0 <= high:
        return t("{said}: no better or worse than random that can be told.", said=said)
    if high < 0 if kind == "deletion" else low > 0:
        return t("{said}: better than random.", said=said)
    return t("{said}: worse than random.", said=said)


def inside_verdict(inside: InsideLungs) -> str:
    """Say whether the maps favour the lungs."""
    share, lungs = inside.get("share_interval"), inside.get("lungs_interval")
    if share is None or lungs is None:
        return ""
    if share[0] > lungs[1]:
        return t("The maps favour the lungs.")
    if share[1] < lungs[0]:
        return t("The maps favour what lies outside the lungs.")
    return t("That the maps favour the lungs cannot be told.")
