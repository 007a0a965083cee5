"""A run of three tiny networks, written by the project's own export code."""

import numpy as np
import pandas as pd

from covid_model.runs import SCHEMA, write_json
from covid_model.training import export
from covid_model.training.architectures import REGISTRY, Backbone
from covid_model.training.evaluation import predictions_table
from covid_model.training.fit import HISTORY, full_model
from covid_model.training.recipes import PaperRecipe

SIZE = 32


def tiny_backbone(name: str, size: int = SIZE) -> Backbone:
    """A few convolutions with the same outline as the real network of that name."""
    import keras

    seed = list(REGISTRY).index(name)
    keras.utils.set_random_seed(seed)
    x = inputs = keras.Input((size, size, 3))
    x = keras.layers.Conv2D(4, 3, strides=2, padding="same", activation="relu")(x)
    x = keras.layers.BatchNormalization()(x)
    if name == "vgg16":
        layer = keras.layers.Conv2D(6, 3, padding="same", activation="relu", name="block5_conv3")
        x = keras.layers.MaxPooling2D()(layer(x))
    else:
        x = keras.layers.Conv2D(6, 3, strides=2, padding="same", activation="relu")(x)
    return Backbone(REGISTRY[name], keras.Model(inputs, x), "random weights, for tests")


def write_tiny_run(folder, *, models=tuple(REGISTRY), servable=True) -> None:
    """Write a run folder with tiny networks and made-up, but consistent, predictions."""
    recipe = PaperRecipe(size=SIZE)
    for name in models:
        (folder / name).mkdir(parents=True)
        backbone = tiny_backbone(name)
        history = [
            dict(zip(HISTORY, (e, 1 / e, 0.6, 1.1 / e, 0.5, 1e-3, 0.1), strict=True))
            for e in (1, 2, 3)
        ]
        fitted = export.Fitted(backbone, full_model(backbone, recipe), history)
        if servable:
            export.export_litert(fitted, folder / name / "model.tflite", weights="float32")
            export.write_head(fitted, folder / name / "head.npz")
        export.write_reports(folder / name, fitted, tiny_predictions(len(name)))
        export.write_info(folder / name, fitted, weights_format="float32" if servable else "")
    write_json(folder / "run.json", tiny_run_info(folder.name))


def tiny_predictions(seed: int) -> pd.DataFrame:
    """Thirty predictions of fifteen patients, mostly right."""
    rng = np.random.default_rng(seed)
    labels = ["covid", "normal", "infection"] * 10
    frame = pd.DataFrame(
        {
            "original": [f"{i}.png" for i in range(30)],
            "source": ["here", "there"] * 15,
            "patient_id": [f"p{i // 2}" for i in range(30)],
            "label": labels,
        }
    )
    logits = rng.normal(size=(30, 3)) + 2 * np.eye(3)[[0, 1, 2] * 10]
    scores = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return predictions_table(frame, scores.astype(np.float32))


def tiny_run_info(name: str) -> dict:
    """A run.json as train_models.py writes it."""
    return {
        "schema": SCHEMA,
        "name": name,
        "title": f"Tiny run {name}",
        "created": "2026-01-01T00:00:00+00:00",
        "recipe": {"name": "paper", "epochs": 3},
        "data": {
            "only": "",
            "limit": 0,
            "digest": "0" * 64,
            "split_by": "patient",
            "shared_patients": 0,
            "counts": [
                {"part": "test", "source": "here", "label": "covid", "images": 10, "patients": 8}
            ],
        },
        "seed": 40,
        "versions": {"keras": "3"},
        "commit": "",
        "notes": ["Random networks: for tests only."],
        "companion": None,
    }
