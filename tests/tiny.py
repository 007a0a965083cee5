"""Tiny networks with a run of three of them, written by the project's own export code."""

import numpy as np
import pandas as pd

from covid_model.common.architectures import REGISTRY
from covid_model.common.classes import CLASS_NAMES
from covid_model.evaluation.report import read_and_report
from covid_model.evaluation.tables import as_stored, write_table
from covid_model.imaging.preprocessing import to_input
from covid_model.imaging.radiograph import Radiograph
from covid_model.runs import SCHEMA, write_json
from covid_model.training.export import litert
from covid_model.training.heads.paper_head import HISTORY, full_model
from covid_model.training.networks.backbone import Backbone
from covid_model.training.recipes.paper import PaperRecipe
from tests.drawings import varied
from tests.tiny_tables import tiny_predictions

SIZE = 32
SURE = 12.0  # distance between the scores that a class is trained to have, so that it is too sure
RAISED = np.float32(50)  # far above how low a score can be


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
        fitted = litert.Fitted(backbone, full_model(backbone, recipe), tiny_history())
        if servable:
            litert.export_litert(fitted, folder / name / "model.tflite", weights="float32")
            litert.write_head(fitted, folder / name / "head.npz")
        write_history(folder / name, fitted)
        predictions = as_stored(tiny_predictions(len(name)))
        write_table(predictions, folder / name / "predictions.csv")
        write_json(folder / name / "report.json", read_and_report(predictions))
        litert.write_info(folder / name, fitted, weights_format="float32" if servable else "")
    write_json(folder / "run.json", tiny_run_info(folder.name))


def inputs_of(frame: pd.DataFrame) -> np.ndarray:
    """The network inputs of drawn rows, float32 (n, SIZE, SIZE, 3)."""
    pictures = [varied(row.label, row.seed) for row in frame.itertuples()]
    return np.concatenate([to_input(Radiograph(one), size=SIZE) for one in pictures])


def fit_to_drawings(backbone: Backbone, frame: pd.DataFrame, images: np.ndarray) -> litert.Fitted:
    """Solve the head for the classes by ridge regression: quicker than training, always the same.

    Three units of the hidden layer hold a class's score each, raised above relu's bend.
    """
    import keras

    recipe = PaperRecipe(size=SIZE)
    model = full_model(backbone, recipe)
    hidden, last = model.get_layer("hidden"), model.get_layer("probabilities")
    pooled = keras.Model(model.input, model.get_layer("flatten").output)(images)
    rows = np.asarray(pooled, float)
    centred = rows - rows.mean(axis=0)
    wanted = SURE * (np.eye(3)[[CLASS_NAMES.index(name) for name in frame["label"]]] - 1 / 3)
    gram = centred.T @ centred
    ridge = 1e-3 * np.trace(gram) / len(gram) * np.eye(len(gram))
    weights = np.zeros(hidden.kernel.shape, np.float32)
    weights[:, :3] = np.linalg.solve(gram + ridge, centred.T @ wanted)
    hidden.set_weights([weights, (RAISED - rows.mean(axis=0) @ weights).astype(np.float32)])
    select = np.eye(*last.kernel.shape, dtype=np.float32)
    last.set_weights([select, np.full(3, -RAISED, np.float32)])
    return litert.Fitted(backbone, model, tiny_history())


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


def tiny_history() -> list[dict[str, float]]:
    """Three epochs."""
    return [
        dict(zip(HISTORY, (e, 1 / e, 0.6, 1.1 / e, 0.5, 1e-3, 0.1), strict=True)) for e in (1, 2, 3)
    ]


def write_history(folder, fitted: litert.Fitted) -> None:
    """Write history.csv."""
    history = pd.DataFrame(fitted.history, columns=list(HISTORY))
    history.to_csv(folder / "history.csv", index=False)
