"""Two short trainings of one network, with PyTorch's own kernels or without: prints both as JSON.

``KERAS_BACKEND=torch python -m tests.torch_kernels_check``
"""

import json
from contextlib import nullcontext

import keras
import numpy as np

from covid_model.training.networks.torch_kernels import arrange, torch_kernels


def build() -> keras.Model:
    """One of each kind of layer that is computed otherwise, with some that are not."""
    layers = keras.layers
    x = inputs = keras.Input((None, None, 3))
    x = layers.Conv2D(8, 3, strides=2, use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    x = layers.Conv2D(8, 3, padding="same", activation="relu")(x)
    x = layers.SeparableConv2D(12, 3, padding="same", use_bias=False)(x)
    frozen = layers.BatchNormalization(trainable=False)
    x = layers.Activation("relu")(frozen(x))
    y = layers.Conv2D(12, 1, strides=2, padding="same")(x)
    x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
    x = layers.Conv2D(6, 5, padding="same", dilation_rate=2, activation="elu")(layers.add([x, y]))
    x = layers.BatchNormalization(scale=False)(x)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(3, activation="softmax", dtype="float32")(x))


def train(own: bool) -> dict[str, list]:
    """Losses of five steps, then every weight and a prediction, flat."""
    keras.utils.set_random_seed(3)
    model = build()
    model.compile(keras.optimizers.AdamW(1e-2, clipnorm=0.05), "categorical_crossentropy")
    rng = np.random.default_rng(0)
    images = rng.random((6, 21, 21, 3), np.float32)
    labels = np.eye(3, dtype=np.float32)[np.arange(6) % 3]
    with torch_kernels() if own else nullcontext():
        if own:
            arrange(model)
        losses = [float(model.train_on_batch(images, labels)) for _ in range(5)]
        answer = model.predict_on_batch(images)
    names = [weight.path for weight in model.weights]
    values = [keras.ops.convert_to_numpy(weight.value).ravel().tolist() for weight in model.weights]
    return {
        "losses": losses,
        "answer": np.ravel(keras.ops.convert_to_numpy(answer)).tolist(),
        "weights": dict(zip(names, values, strict=True)),
    }


if __name__ == "__main__":
    before = keras.layers.BatchNormalization.call
    found = {"keras": train(False), "torch": train(True)}
    found["restored"] = keras.layers.BatchNormalization.call is before
    print(json.dumps(found))
