"""The recipe that trains all layers from random weights."""

from dataclasses import dataclass

from covid_model.training.recipes.base import EndToEndRecipe, Stage


@dataclass(frozen=True, kw_only=True)
class PretrainRecipe(EndToEndRecipe):
    """All layers trained from random weights on radiographs: small crops, then whole images.

    A crop of 112 px from an image of 237 px shows the lungs about as large as the whole image
    does at 237 px, so that features learned on small crops hold at the size that serves. VGG16,
    which has no batch normalisation, wants half the learning rate.

    Attributes:
        output_sum: what the features of an image sum to in the end, see ``scale_output``.
        monitor: share of the images held out to watch the training.
    """

    stages: tuple[Stage, ...] = (Stage(112, 12800, 0.4), Stage(237, 1920, 0.7))
    output_sum: float = 300.0
    monitor: float = 0.05
    networks: tuple[str, ...] = ("vgg16.learning_rate=2e-4",)
    name: str = "pretrain"
