"""The paper's head on a backbone."""

import keras

from covid_model.common.classes import CLASS_NAMES
from covid_model.common.errors import UsageError
from covid_model.training.networks.backbone import Backbone

POOL = 2  # cells a side


def paper_head(
    features: keras.KerasTensor, *, units: int, dropout: float, seed: int
) -> keras.KerasTensor:
    """Attach the paper's head behind its pooling: Flatten, Dense, Dropout, softmax.

    Args:
        features: pooled feature maps (n, h, w, c).
        units: width of the hidden layer.
        dropout: dropped share of the hidden layer, in [0, 1).
        seed: seed of the initial weights of both layers and of the dropout.

    Returns:
        Class probabilities (n, 3).
    """
    flat = keras.layers.Flatten(name="flatten")(features)
    return classifier(flat, units=units, dropout=dropout, seed=seed)


def classifier(x: keras.KerasTensor, *, units: int, dropout: float, seed: int) -> keras.KerasTensor:
    """Attach Dense, Dropout, softmax to features (n, c), as ``paper_head`` does."""
    glorot = keras.initializers.GlorotUniform
    x = keras.layers.Dense(
        units, activation="relu", kernel_initializer=glorot(seed), name="hidden"
    )(x)
    x = keras.layers.Dropout(dropout, seed=seed, name="dropout")(x)
    return keras.layers.Dense(
        len(CLASS_NAMES),
        activation="softmax",
        kernel_initializer=glorot(seed + 1),
        dtype="float32",
        name="probabilities",
    )(x)


def pooled_output(backbone: Backbone) -> keras.KerasTensor:
    """The backbone's output behind the paper's AveragePooling2D(2, 2).

    Raises:
        UsageError: if the images are so small that the maps have fewer cells.
    """
    side = backbone.model.output.shape[1]
    if side is not None and side < POOL:
        raise UsageError(
            f"Expected feature maps of at least {POOL} cells a side for the paper's head. "
            f"Received: {side}. Set a larger size."
        )
    return keras.layers.AveragePooling2D((POOL, POOL), name="pooled")(backbone.model.output)
