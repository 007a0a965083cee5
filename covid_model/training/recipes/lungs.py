"""The recipe of the network that marks the lungs."""

from dataclasses import dataclass

from covid_model.training.recipes.augmentation import Augmentation
from covid_model.training.recipes.parts import Split


@dataclass(frozen=True, kw_only=True)
class LungsRecipe(Split):
    """A small U-Net (Ronneberger et al., 2015, https://arxiv.org/abs/1505.04597) on lung masks.

    The masks are of adults, so that radiographs are stretched and shrunk far: children's lungs are
    broad, and a small child's film shows more than the chest.

    Attributes:
        epochs: passes over the training part.
        batch: images a step.
        learning_rate: AdamW's peak; it warms up for one epoch, then falls to zero along a cosine.
        weight_decay: AdamW's.
        momentum: of batch normalisation's running statistics.
        size: input height, which is also the width, in pixels; 2 to the power of ``levels`` - 1
            divides it.
        width: channels at full size; the level below has twice, the next three times as many.
        levels: resolutions, each half of the one above.
        shrink: smallest share of its side that a radiograph is shrunk to.
        augmentation: how else radiographs are varied, their masks alike; ``border`` covers the
            radiograph and not the mask.
    """

    epochs: int = 80
    batch: int = 8
    learning_rate: float = 4e-3
    weight_decay: float = 0.01
    momentum: float = 0.95
    size: int = 128
    width: int = 8
    levels: int = 5
    shrink: float = 0.6
    augmentation: Augmentation = Augmentation(
        crop=0.5,
        stretch=1.4,
        rotation=15.0,
        contrast=0.35,
        brightness=0.2,
        gamma=1.8,
        blur=1.0,
        noise=0.05,
        border=0.0,
        flip=0.5,
        coarse=0.3,
        marks=0.3,
    )
    validation: float = 0.15
    name: str = "lungs"
