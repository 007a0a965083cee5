"""Colours that everybody can read: contrast in both themes, classes for the colour-blind."""

import re
import tomllib
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

import dashboard
from covid_model.common.classes import CLASSES
from dashboard.components.charts import plotly_base

FOLDER = Path(dashboard.__file__).parent
THEME = tomllib.loads((FOLDER / ".streamlit" / "config.toml").read_text("utf-8"))["theme"]
BACKGROUNDS = ("backgroundColor", "secondaryBackgroundColor")
TEXT, GRAPHIC = 4.5, 3.0  # WCAG 2.2 AA, 1.4.3 with 1.4.11
# Machado, Oliveira, Fernandes 2009, severity 1, on linear RGB.
BLINDNESS = {
    "none": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
APART = 30  # of CIELAB's distance, where 2.3 is just noticeable


def linear(colour: str) -> np.ndarray:
    """Linear RGB of "#rrggbb", float64 (3,), range [0, 1]."""
    values = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def contrast(colour: str, other: str) -> float:
    """WCAG's ratio, range [1, 21]."""
    dark, light = sorted(TO_XYZ[1] @ linear(colour) for colour in (colour, other))
    return (light + 0.05) / (dark + 0.05)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIELAB of linear RGB, under D65."""
    share = TO_XYZ @ np.clip(rgb, 0, 1) / [0.95047, 1, 1.08883]
    x, y, z = np.where(share > 216 / 24389, np.cbrt(share), (24389 / 27 * share + 16) / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_and_controls_stand_out_from_what_is_behind_them(theme):
    colours = THEME[theme]
    for behind in (colours[name] for name in BACKGROUNDS):
        for name in ("textColor", "linkColor", "primaryColor"):
            assert contrast(colours[name], behind) >= TEXT, (name, behind)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_marks_of_the_charts_stand_out_from_the_page(theme):
    page = THEME[theme]["backgroundColor"]
    marks = [info.colour for info in CLASSES] + THEME["chartCategoricalColors"]
    marks += [plotly_base.TRAIN, plotly_base.VALIDATION, plotly_base.PAPER, plotly_base.MARK]
    assert [mark for mark in marks if contrast(mark, page) < GRAPHIC] == []


@pytest.mark.parametrize("kind", BLINDNESS)
def test_the_colour_blind_tell_the_classes_apart(kind):
    seen = [lab(np.array(BLINDNESS[kind]) @ linear(info.colour)) for info in CLASSES]
    assert min(np.linalg.norm(colour - other) for colour, other in combinations(seen, 2)) >= APART


def test_the_style_sheet_agrees_with_the_theme():
    style = (FOLDER / "frame" / "style.css").read_text("utf-8")
    pairs = dict(re.findall(r"--(\w+): (light-dark\(.+?\));", style))
    for name, option in (("line", "borderColor"), ("accent", "primaryColor")):
        values = ", ".join(THEME[theme][option] for theme in ("light", "dark"))
        assert pairs[name] == f"light-dark({values})"
