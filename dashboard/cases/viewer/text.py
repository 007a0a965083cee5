"""Text of the viewer in the visitor's language."""

from typing import Any

from covid_model.common.disclaimer import NOTICE
from dashboard.i18n import translate
from dashboard.i18n.translate import t


def viewer_text() -> dict[str, Any]:
    """Return every word that the browser's part of the viewer needs, by the name that it uses."""
    parts = (_controls(), _tools(), _announcements(), _around())
    words = {name: word for part in parts for name, word in part.items()}
    return {**words, "keys": _keys(), "language": translate.current().replace("_", "-")}


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


def _tools() -> dict[str, str]:
    return {
        "tools": t("Tools"),
        "detail": t("Every pixel with all of its bits"),
        "turn": t("Rotate by 90°"),
        "flip": t("Flip left and right"),
        "length": t("Measure a length"),
        "heart": t("Cardiothoracic ratio, by two lines"),
        "fullScreen": t("Full screen"),
        "save": t("Save what is seen as PNG"),
        "shownSmall": t("Shown at {width} × {height} of {columns} × {rows} pixels"),
        "shownWhole": t("All {columns} × {rows} pixels, {bits} bits"),
        "loading": t("Loading all {columns} × {rows} pixels"),
        "markTurn": t("rotated by {degrees}°"),
        "markFlip": t("flipped"),
        "markInvert": t("inverted"),
        "millimetres": t("{value} mm"),
        "pixels": t("{value} pixels"),
        "lengthIs": t("Length: {value}"),
        "ratioIs": t("Heart {heart}, chest {chest}: cardiothoracic ratio {ratio}"),
        "bySpacing": t("Millimetres by the file's Pixel Spacing"),
        "atDetector": t(
            "Millimetres at the detector, by the Imager Pixel Spacing: in the body lengths are "
            "shorter, by the magnification"
        ),
        "noSpacing": t("The file does not say how many millimetres a pixel is"),
        "notice": t(NOTICE),
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
        "announceTurn": t("Rotated by {degrees}°"),
        "announce_flip_on": t("Flipped left and right"),
        "announce_flip_off": t("No longer flipped"),
        "announceWhole": t("All {width} × {height} pixels are shown"),
        "announce_length": t("Draw a line, or move the cross with the arrow keys and press space"),
        "announce_heart": t("Draw the widest line across the heart, or use arrow keys and space"),
        "announce_chest": t("Now the widest line across the inside of the chest"),
        "announceStart": t("The line begins here"),
        "announceDrawn": t("No line is drawn"),
        "announceRemoved": t("The last line is removed"),
        "announceSaved": t("Saved as radiograph.png"),
        "announceNoFullScreen": t("The browser does not allow full screen here"),
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
        ("d", t("Every pixel with all of its bits; else once the zoom needs them")),
        ("t", t("Rotate by 90°")),
        ("h", t("Flip left and right")),
        ("k", t("Measure a length")),
        ("c", t("Cardiothoracic ratio: a line across the heart, then one across the chest")),
        ("← ↑ → ↓ ␣", t("While a line is drawn: move the cross (finer with Shift), set an end")),
        ("⌫", t("Remove the last line")),
        ("f", t("Full screen")),
        ("s", t("Save what is seen as PNG")),
        ("r 0", t("Reset all but the class")),
        ("?", t("This list")),
    ]
