"""U-Net for lung segmentation and its loss."""

import keras
from keras import ops

from covid_model.common.errors import UsageError
from covid_model.training.recipes.lungs import LungsRecipe

THRESHOLD = 0.5  # score from which a pixel counts as lung


def unet(recipe: LungsRecipe) -> keras.Model:
    """Build the network: grey image (n, size, size, 1) in [0, 1] -> scores of the same shape.

    Raises:
        UsageError: if there is no level, or the size cannot be halved for each but the first.
    """
    step = 2 ** max(0, recipe.levels - 1)
    if recipe.levels < 1 or recipe.size % step:
        raise UsageError(
            f"Expected at least one level, with a size that {step} divides. "
            f"Received: levels={recipe.levels}, size={recipe.size}."
        )
    channels = [recipe.width * level for level in range(1, recipe.levels + 1)]
    x = inputs = keras.Input((recipe.size, recipe.size, 1))
    levels = []
    for count in channels[:-1]:
        levels.append(_block(x, count, recipe))
        x = keras.layers.MaxPooling2D()(levels[-1])
    x = _block(x, channels[-1], recipe)
    for count, beside in zip(channels[-2::-1], levels[::-1], strict=True):
        x = keras.layers.UpSampling2D(interpolation="bilinear")(x)
        x = _block(keras.layers.Concatenate()([x, beside]), count, recipe)
    return keras.Model(inputs, keras.layers.Conv2D(1, 1, activation="sigmoid")(x))


def loss(truth: keras.KerasTensor, scores: keras.KerasTensor) -> keras.KerasTensor:
    """Binary cross-entropy plus the Dice loss of each image, (n,)."""
    crossentropy = keras.losses.binary_crossentropy(truth, scores, axis=(1, 2, 3))
    return crossentropy + keras.losses.dice(truth, scores, axis=(1, 2, 3))


def dice(truth: keras.KerasTensor, scores: keras.KerasTensor) -> keras.KerasTensor:
    """Dice coefficient of each image where both are cut at the threshold, (n,), range [0, 1]."""
    truth, marked = (ops.cast(mask >= THRESHOLD, "float32") for mask in (truth, scores))
    both = ops.sum(truth * marked, axis=(1, 2, 3))
    either = ops.sum(truth + marked, axis=(1, 2, 3))
    return 2 * both / ops.maximum(either, 1)


def _block(x: keras.KerasTensor, channels: int, recipe: LungsRecipe) -> keras.KerasTensor:
    """Two convolutions, each with batch normalisation and relu."""
    for _ in range(2):
        x = keras.layers.Conv2D(channels, 3, padding="same", use_bias=False)(x)
        x = keras.layers.BatchNormalization(momentum=recipe.momentum)(x)
        x = keras.layers.ReLU()(x)
    return x
