"""Drawn radiographs of three classes, which tiny networks can tell apart, beside other pictures."""

import io
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
from PIL import Image

from covid_model.common.classes import CLASS_NAMES

HEIGHT, WIDTH = 300, 260
PARTS = {"train": 240, "validation": 120, "test": 60}  # drawings of the trusted run


def drawing(*, covid: float = 0, infection: float = 0) -> np.ndarray:
    """Two dark lungs, float32 (300, 260), range [0, 1].

    Args:
        covid: how much brighter the lower half of both lungs is, range [0, 1].
        infection: how much brighter the upper half of the lung on the left is, range [0, 1].
    """
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    right, left = (((x - c) / 45) ** 2 + ((y - 150) / 95) ** 2 < 1 for c in (80, 180))
    picture = 0.75 - 0.5 * (right + left) + 0.1 * np.sin(y / 9)
    picture += 0.4 * covid * ((right + left) & (y > 150)) + 0.4 * infection * (right & (y < 150))
    return picture.astype(np.float32)


def varied(label: str, seed: int) -> np.ndarray:
    """A drawing of one class: more or less typical, of varying exposure, with noise."""
    rng = np.random.default_rng((CLASS_NAMES.index(label), seed))
    typical = rng.uniform(0.3, 1)
    signs = {"covid": 0.0, "infection": 0.0}
    if label == "normal":
        signs[rng.choice(list(signs))] = 1 - typical
    else:
        signs[label] = typical
    picture = rng.uniform(0.9, 1.1) * drawing(**signs) + rng.normal(0, 0.02, (HEIGHT, WIDTH))
    return picture.clip(0, 1).astype(np.float32)


def drawn_rows(part: str, count: int) -> pd.DataFrame:
    """Rows of drawings: two sources, both with every class, two images a patient."""
    return pd.DataFrame(
        {
            "original": [f"{part}-{i}.png" for i in range(count)],
            "source": ["here", "here", "here", "there", "there", "there"] * (count // 6),
            "patient_id": [f"{part}{i // 2}" for i in range(count)],
            "label": list(CLASS_NAMES) * (count // 3),
            "view": ["PA", "AP", "", "PA"] * (count // 4),
            "seed": [1000 * list(PARTS).index(part) + i for i in range(count)],
        }
    )


def noise() -> np.ndarray:
    """A picture of another kind: coarse noise without any lung, float32 (300, 260)."""
    cells = np.random.default_rng(0).random((15, 13), dtype=np.float32)
    return np.kron(cells, np.ones((20, 20), np.float32))


def png(picture: np.ndarray) -> bytes:
    """Encode float32 (H, W), range [0, 1], as PNG."""
    stream = io.BytesIO()
    Image.fromarray((255 * picture).astype(np.uint8)).save(stream, "PNG")
    return stream.getvalue()


def write_data_folder(root: Path, count: int) -> Path:
    """Fill a folder with pictures as bright as their class, two a patient, and metadata.csv."""
    rng = np.random.default_rng(0)
    rows = []
    for i in range(count):
        label = CLASS_NAMES[i // 2 % 3]
        picture = rng.normal(60 + 60 * CLASS_NAMES.index(label), 20, (90, 80))
        cv2.imwrite(str(root / f"{i}.png"), np.clip(picture, 0, 255).astype(np.uint8))
        rows.append({"path": f"{i}.png", "label": label, "patient_id": f"p{i // 2}"})
    pd.DataFrame(rows).to_csv(root / "metadata.csv", index=False)
    return root
