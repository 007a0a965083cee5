"""Overlay pictures: cold areas stay the radiograph, the hottest is yellow, the notice travels."""

import io
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from covid_model.common.disclaimer import NOTICE
from covid_model.inference.overlay import overlay, to_png, with_caption
from tests.imports import ROOT

PIXELS = np.linspace(0, 1, 60 * 80, dtype=np.float32).reshape(60, 80)


def test_no_heat_or_no_opacity_leaves_the_radiograph():
    grey = np.repeat(np.rint(PIXELS * 255).astype(np.uint8)[..., None], 3, axis=2)
    cold = overlay(PIXELS, np.zeros((7, 7), np.float32), opacity=1)
    assert cold.dtype == np.uint8
    np.testing.assert_array_equal(cold, grey)
    np.testing.assert_array_equal(overlay(PIXELS, np.ones((7, 7), np.float32), opacity=0), grey)


def test_hottest_is_yellow():
    red, green, blue = overlay(PIXELS, np.ones((7, 7), np.float32), opacity=1)[30, 40].astype(int)
    assert min(red, green) > 200
    assert blue < 100


def test_heat_lands_where_it_is_and_stays_in_range():
    heatmap = np.zeros((6, 8), np.float32)
    heatmap[1, 6] = 1
    black = np.zeros((60, 80), np.float32)
    result = overlay(black, heatmap, opacity=1).sum(axis=2)
    row, column = np.unravel_index(result.argmax(), result.shape)
    assert abs(row - 15) <= 3
    assert abs(column - 65) <= 3
    assert result[30:, :40].max() == 0


def test_opacity_is_the_weight_of_the_colour():
    heatmap = np.ones((7, 7), np.float32)
    half, full = (overlay(PIXELS, heatmap, opacity=share).astype(float) for share in (0.5, 1))
    expected = (np.rint(PIXELS * 255)[..., None] + full) / 2
    np.testing.assert_allclose(half, expected, atol=0.6)


@pytest.mark.parametrize("width", [64, 1024])
def test_caption_adds_a_readable_line_without_touching_the_picture(width):
    rgb = np.full((50, width, 3), 99, np.uint8)
    result = with_caption(rgb, NOTICE)
    assert result.shape[0] > 60
    assert result.shape[1] >= width
    left = (result.shape[1] - width) // 2
    np.testing.assert_array_equal(result[:50, left : left + width], rgb)
    ink = np.flatnonzero((result[50:] > 128).any(axis=(0, 2)))
    assert len(ink) > 100
    assert ink.max() < result.shape[1] - 2  # the whole line fits


def test_png_carries_the_notice():
    rgb = overlay(PIXELS, np.eye(7, dtype=np.float32))
    with Image.open(io.BytesIO(to_png(rgb, text={"Source": "Jürgen.png"}))) as image:
        assert image.text["Notice"] == NOTICE
        assert image.text["Source"] == "Jürgen.png"
        np.testing.assert_array_equal(np.asarray(image), rgb)


def test_a_caption_looks_the_same_whatever_was_written_before():
    """In a process of its own: OpenCV remembers the first weight that it drew with."""
    script = (
        "import cv2, hashlib, numpy as np\n"
        "from covid_model.inference.overlay import with_caption\n"
        "black = np.zeros((20, 300, 3), np.uint8)\n"
        "{before}"
        "print(hashlib.sha256(with_caption(black, 'Words').tobytes()).hexdigest())"
    )
    bold = (
        "cv2.putText(black.copy(), 'Words', (5, 15), (255,) * 3, cv2.FontFace('sans'), 11, 800)\n"
    )
    first, second = (
        subprocess.run(
            [sys.executable, "-c", script.format(before=before)],
            cwd=ROOT, capture_output=True, check=True,
        ).stdout
        for before in ("", bold)
    )  # fmt: skip
    assert first == second != b""
