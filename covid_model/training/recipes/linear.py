"""The recipe of a linear head on frozen convolutions."""

from dataclasses import dataclass
from typing import Self

from covid_model.common.errors import UsageError
from covid_model.imaging.preprocessing import Preprocessing
from covid_model.training.recipes.augmentation import Augmentation
from covid_model.training.recipes.overrides import with_values
from covid_model.training.recipes.parts import IMAGENET, UNIT, Sampling, Split


@dataclass(frozen=True, kw_only=True)
class LinearRecipe(Sampling, Split):
    """Logistic regression on the convolutions' mean outputs, classes and sources balanced.

    Attributes:
        strengths: inverse regularisation strengths that are tried, scikit-learn's C; the best on
            the validation part is kept: by macro recall, ties by loss.
        variants: times that each training image is used: once as it is, else varied.
        augmentation: how images are varied.
        size: input height, which is also the width, in pixels.
        preprocessing: what happens to a picture before the network.
        scaling: what pixels the convolutions take, "unit" or "imagenet", see ``build_backbone``.
        layers: the head reads what goes into these layers, "" for the network's last maps. Names
            are as Keras has them or how the first of a block begins, with + between several of
            maps of the same size, as "block5_+block9_": late blocks serve ImageNet's classes.
        rectified: the head reads how far each channel lies above and below its usual value, see
            ``rectify``, not its mean alone.
        networks: values of one network alone, as "resnet50v2.scaling=unit".
    """

    strengths: tuple[float, ...] = (3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1)
    variants: int = 3
    augmentation: Augmentation = Augmentation(
        crop=0.7,
        stretch=1.1,
        rotation=5.0,
        contrast=0.15,
        brightness=0.08,
        gamma=1.2,
        blur=0.5,
        noise=0.015,
        border=0.04,
        flip=0.5,
    )
    within_source: float = 1.0
    repeat: float = 2.0
    size: int = 237
    preprocessing: Preprocessing = Preprocessing()
    scaling: str = UNIT
    layers: str = ""
    rectified: bool = False
    networks: tuple[str, ...] = ()
    name: str = "linear"

    def __post_init__(self) -> None:
        if self.scaling not in (UNIT, IMAGENET):
            raise UsageError(
                f"Expected a scaling of {UNIT} or {IMAGENET}. Received: {self.scaling!r}."
            )
        if self.variants < 1 or not min(self.strengths, default=0.0) > 0:
            raise UsageError(
                "Expected variants of 1 or more with strengths above 0. "
                f"Received: variants {self.variants}, strengths {self.strengths}."
            )

    def of(self, network: str) -> Self:
        """The recipe of one network: its own values put in."""
        own = [text.split(".", 1)[1] for text in self.networks if text.startswith(f"{network}.")]
        return with_values(self, own)
