"""Text of the viewer in the visitor's language."""

from typing import Any

from dashboard.i18n.translate import t


def viewer_text() -> dict[str, Any]:
    """Return every word that the browser's part of the viewer needs, by the name that it uses."""
    return {**_controls(), **_announcements(), **_around(), "keys": _keys()}


def _controls() -> dict[str, str]:
    return {
        "choice": t("Area of attention for"),
        "show": t("What is shown"),
        "map": t("Map"),
        "mapHint": t("Map on or off"),
        "outline": t("Lung outline"),
        "outlineHint": t("Lung outline on or off"),
        "invert": t("Invert"),
        "invertHint": t("Invert: black becomes white"),
        "original": t("Original"),
        "originalHint": t("Original: the radiograph as it was read, while held or until pressed"),
        "zoom": t("Zoom"),
        "zoomIn": t("Zoom in"),
        "zoomOut": t("Zoom out"),
        "reset": t("Reset"),
        "resetHint": t("Reset all but the class"),
        "help": t("Keys of the viewer"),
        "adjust": t("Opacity and grey values"),
        "opacity": t("Opacity"),
        "window": t("Window"),
        "level": t("Level"),
        "rows": t("Pictures"),
        "row_radiograph": t("Radiograph"),
        "row_map": t("Map"),
        "row_overlay": t("Map on radiograph"),
    }


def _announcements() -> dict[str, str]:
    return {
        "announce_map_on": t("Map on"),
        "announce_map_off": t("Map off: the radiograph alone"),
        "announce_outline_on": t("Lung outline on"),
        "announce_outline_off": t("Lung outline off"),
        "announce_invert_on": t("Inverted"),
        "announce_invert_off": t("No longer inverted"),
        "announce_original_on": t("The radiograph as it was read"),
        "announce_original_off": t("As set before"),
        "announce_help_on": t("The list of keys is shown"),
        "announce_help_off": t("The list of keys is hidden"),
        "announce_row_on": t("{title}: shown"),
        "announce_row_off": t("{title}: hidden"),
        "announceChoice": t("Area of attention for: {title}"),
        "announceOpacity": t("Opacity {value} %"),
        "announceZoom": t("Zoom {value} %"),
        "announceMove": t("Middle of the view: {x} % from the left, {y} % from the top"),
        "announceWindow": t("Window {window} %, level {level} %"),
        "announceReset": t("Everything but the class is as at first"),
    }


def _around() -> dict[str, Any]:
    return {
        "choiceHint": t(
            "Grad-CAM: where the network's last feature maps raised the score of the chosen class. "
            "An area of attention is no finding and no proof that the reason was a right one."
        ),
        "stage": t(
            "Pictures, which zoom and move together. Arrow keys move, plus and minus zoom, "
            "question mark lists the keys."
        ),
        "coldest": t("weak"),
        "hottest": t("strong: the maximum of each map"),
        "scale": t("Colours of the maps, from dark blue, weak, to yellow, the maximum of each map"),
        "pairs": t("How alike the maps are"),
        "pairHeadings": [t("Networks"), t("Rank correlation"), t("Overlap of the hottest fifth")],
        "pairNote": t(
            "Rank correlation (Spearman) of all places: 1 means the same order of heat, 0 none in "
            "common, −1 the reverse. Overlap (Dice) of the hottest fifth of each map: chance gives "
            "about 20 %. A dash: a map is empty. Maps that are alike are agreement, not proof."
        ),
    }


def _keys() -> list[tuple[str, str]]:
    """Return keys, with spaces between, beside what they do."""
    return [
        ("m", t("Map on or off")),
        ("o", t("Original: hold or press")),
        ("1 2 3 4", t("Class of the map")),
        (", .", t("Less or more opacity")),
        ("i", t("Invert")),
        ("l", t("Lung outline on or off")),
        ("[ ]", t("Narrower or wider window (contrast)")),
        ("; '", t("Lower or higher level (brightness)")),
        ("+ −", t("Zoom in or out; also the wheel after a click into a picture, or with Ctrl")),
        ("← ↑ → ↓", t("Move; also by dragging")),
        ("⇧", t("With Shift, or the right button, dragging sets window and level")),
        ("r 0", t("Reset all but the class")),
        ("?", t("This list")),
        ("n p", t("Next or previous file, anywhere outside a text field")),
        ("1 2 3 4 ↵", t("Read first: choose what you see; save, next unread file")),
    ]
