"""The network of the finetune recipe: which layers learn, what head they feed."""

import keras

from covid_model.common.architectures import ARCHITECTURES
from covid_model.common.errors import UsageError
from covid_model.training.networks.backbone import Backbone
from covid_model.training.networks.heads import classifier
from covid_model.training.recipes.finetune import FinetuneRecipe


def finetune_model(backbone: Backbone, recipe: FinetuneRecipe) -> keras.Model:
    """One flat graph, image -> probabilities (n, 3), in which the wanted blocks learn.

    Its head is the mean over all positions, Dense, Dropout, softmax: a mean fits any image size.
    """
    freeze_all_but(backbone, recipe.unfrozen)
    pooled = keras.layers.GlobalAveragePooling2D(name="pooled")(backbone.model.output)
    head = classifier(pooled, units=recipe.units, dropout=recipe.dropout, seed=recipe.seed)
    return keras.Model(backbone.model.input, head)


def freeze_all_but(backbone: Backbone, unfrozen: str) -> None:
    """Stop all layers before the last blocks from learning.

    Their batch normalisation then uses its running statistics in training too. A shortcut that
    Keras leaves without a name belongs to the block that it goes around, which Keras lists
    after that block's first layer.

    Args:
        backbone: the network, whose layers change.
        unfrozen: "all", or how many of the last blocks learn.

    Raises:
        UsageError: if the network has fewer blocks.
    """
    if unfrozen == "all":
        return
    architecture, count = backbone.architecture, int(unfrozen)
    if count > len(architecture.blocks):
        raise UsageError(
            f"Expected unfrozen=all or at most {len(architecture.blocks)}, the blocks of "
            f"{ARCHITECTURES[architecture.name]}. Received: {unfrozen}."
        )
    layers = backbone.model.layers
    first = len(layers)
    if count:
        prefix = architecture.blocks[-count]
        first = next(i for i, layer in enumerate(layers) if layer.name.startswith(prefix))
    for layer in layers[:first]:
        layer.trainable = False
