"""Fitting the paper's head on frozen features, or the same head on the whole frozen graph."""

import time
from dataclasses import dataclass

import keras
import numpy as np
from tqdm import tqdm

from covid_model.training.networks.backbone import Backbone
from covid_model.training.networks.heads import paper_head, pooled_output
from covid_model.training.recipes.paper import PaperRecipe

HISTORY = ("epoch", "loss", "accuracy", "val_loss", "val_accuracy", "learning_rate", "seconds")


@dataclass(frozen=True)
class Samples:
    """Network inputs float32 (n, ...) with one-hot labels float32 (n, 3)."""

    inputs: np.ndarray
    labels: np.ndarray

    def rows(self, mask: np.ndarray) -> "Samples":
        """The samples where ``mask`` (bool, (n,)) is true."""
        return Samples(self.inputs[mask], self.labels[mask])


class Batches(keras.utils.PyDataset):
    """Batches in an order that depends on the seed and the epoch alone."""

    def __init__(self, samples: Samples, *, batch: int, seed: int) -> None:
        super().__init__()
        self.samples, self.batch, self.seed, self.epoch = samples, batch, seed, -1
        self.on_epoch_begin()

    def __len__(self) -> int:
        return -(-len(self.samples.labels) // self.batch)

    def on_epoch_begin(self) -> None:
        """Draw the next epoch's order."""
        self.epoch += 1
        rng = np.random.default_rng((self.seed, self.epoch))
        self.order = rng.permutation(len(self.samples.labels))

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        rows = self.order[index * self.batch : (index + 1) * self.batch]
        return self.samples.inputs[rows], self.samples.labels[rows]


def head_model(shape: tuple[int, int, int], recipe: PaperRecipe) -> keras.Model:
    """The paper's head alone, on pooled feature maps of ``shape`` (h, w, c)."""
    inputs = keras.Input(shape)
    return keras.Model(inputs, _head(inputs, recipe))


def full_model(backbone: Backbone, recipe: PaperRecipe) -> keras.Model:
    """One flat graph with frozen convolutions: image -> probabilities (n, 3)."""
    backbone.model.trainable = False
    return keras.Model(backbone.model.input, _head(pooled_output(backbone), recipe))


def copy_head(source: keras.Model, target: keras.Model) -> None:
    """Copy the head's weights from one model that has it to another."""
    for name in ("hidden", "probabilities"):
        target.get_layer(name).set_weights(source.get_layer(name).get_weights())


def fit(
    model: keras.Model, train: Samples, validation: Samples, *, recipe: PaperRecipe, title: str
) -> list[dict[str, float]]:
    """Train by the paper's recipe.

    Args:
        model: ``head_model`` or ``full_model``; its weights change.
        train: what it learns from.
        validation: what the learning rate's plateau is judged by.
        recipe: every value of the training.
        title: name on the progress bar.

    Returns:
        One row an epoch with the columns ``HISTORY``; losses in nats, times in seconds.
    """
    batches = Batches(train, batch=recipe.batch, seed=recipe.seed)
    model.compile(
        keras.optimizers.Adam(recipe.learning_rate),
        loss="categorical_crossentropy",
        metrics=["accuracy"],
        steps_per_execution=len(batches),  # one call an epoch: a step on features takes 1 ms
    )
    plateau = keras.callbacks.ReduceLROnPlateau(
        monitor="val_loss",
        factor=recipe.plateau_factor,
        patience=recipe.plateau_patience,
        min_lr=recipe.min_learning_rate,
    )
    record = _Record(recipe.epochs, title)
    model.fit(
        batches,
        validation_data=(validation.inputs, validation.labels),
        epochs=recipe.epochs,
        shuffle=False,  # Batches draws the order itself
        callbacks=[record, plateau],
        verbose=0,
    )
    return record.rows


def _head(features: keras.KerasTensor, recipe: PaperRecipe) -> keras.KerasTensor:
    return paper_head(features, units=recipe.units, dropout=recipe.dropout, seed=recipe.seed)


class _Record(keras.callbacks.Callback):
    """Collects one row an epoch behind a progress bar."""

    def __init__(self, epochs: int, title: str) -> None:
        super().__init__()
        self.rows: list[dict[str, float]] = []
        self._bar = tqdm(total=epochs, desc=f"Epochs of {title}", unit="epoch")

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self._started = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        values = {
            **(logs or {}),
            "epoch": epoch + 1,
            "learning_rate": float(self.model.optimizer.learning_rate),
            "seconds": time.monotonic() - self._started,
        }
        self.rows.append({name: values[name] for name in HISTORY})
        self._bar.set_postfix_str(f"val_accuracy {values['val_accuracy']:.3f}")
        self._bar.update()

    def on_train_end(self, logs: dict | None = None) -> None:
        self._bar.close()
