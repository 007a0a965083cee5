"""Lungs of drawings: a segmenter without training, a data folder with masks."""

from pathlib import Path

import cv2
import numpy as np
import pandas as pd
from PIL import Image

from covid_model.inference.lung_segmentation import INFO_FILE, MODEL_FILE
from covid_model.runs import sha256_of, write_json
from covid_model.training.export.litert import write_litert
from tests.drawings import HEIGHT, WIDTH, drawing, png


def write_tiny_segmenter(folder: Path, *, size: int = 64) -> Path:
    """Write lungs.tflite, which takes all below half grey for lung, with lungs.json."""
    import keras

    inputs = keras.Input((size, size, 1))
    layer = keras.layers.Conv2D(1, 1, activation="sigmoid")
    model = keras.Model(inputs, layer(inputs))
    layer.set_weights([np.full((1, 1, 1, 1), -20.0), np.full(1, 10.0)])
    write_litert(model, folder / MODEL_FILE, weights="float32")
    digest = sha256_of(folder / MODEL_FILE)
    write_json(folder / INFO_FILE, {"threshold": 0.5, "sha256": {MODEL_FILE: digest}})
    return folder


def write_masked_folder(root: Path, patients: int) -> Path:
    """Fill a folder with drawn radiographs, two a patient with masks, one without for the last."""
    rng, haze = np.random.default_rng(0), np.random.default_rng(1)
    rows = []
    for i in range(2 * patients + 1):
        move = np.float32([[1, 0, rng.uniform(-15, 15)], [0, 1, rng.uniform(-15, 15)]])
        picture = cv2.warpAffine(drawing(), move, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE)
        coarse = haze.normal(0, 0.01, (16, 16)).astype(np.float32)  # no two pass for one radiograph
        cloud = cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
        (root / f"{i}.png").write_bytes(png((picture + cloud).clip(0, 1)))
        row = {"path": f"{i}.png", "label": "normal", "patient_id": f"p{i // 2}"}
        if i < 2 * patients:
            row["lung_mask"] = f"mask{i}.png"
            Image.fromarray(picture < 0.5).save(root / row["lung_mask"])
        rows.append(row)
    pd.DataFrame(rows).to_csv(root / "metadata.csv", index=False)
    return root
