"""The recipe of a linear head on frozen convolutions."""

from dataclasses import dataclass

from covid_model.common.errors import UsageError
from covid_model.training.recipes.augmentation import Augmentation
from covid_model.training.recipes.parts import Sampling, Split


@dataclass(frozen=True, kw_only=True)
class LinearRecipe(Sampling, Split):
    """Logistic regression on the convolutions' mean outputs, classes and sources balanced.

    Attributes:
        strengths: inverse regularisation strengths that are tried, scikit-learn's C; the best on
            the validation part is kept: by macro recall, ties by loss.
        variants: times that each training image is used: once as it is, else varied.
        augmentation: how images are varied.
        size: input height, which is also the width, in pixels.
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
    name: str = "linear"

    def __post_init__(self) -> None:
        if self.variants < 1 or not min(self.strengths, default=0.0) > 0:
            raise UsageError(
                "Expected variants of 1 or more with strengths above 0. "
                f"Received: variants {self.variants}, strengths {self.strengths}."
            )
