"""The recipe of a linear head on frozen convolutions."""

from dataclasses import dataclass

from covid_model.common.errors import UsageError
from covid_model.training.recipes.augmentation import Augmentation


@dataclass(frozen=True, kw_only=True)
class LinearRecipe:
    """Logistic regression on the convolutions' mean outputs, classes and sources balanced.

    Attributes:
        strengths: inverse regularisation strengths that are tried, scikit-learn's C; the best on
            the validation part is kept: by macro recall, ties by loss.
        variants: times that each training image is used: once as it is, else varied.
        augmentation: how images are varied.
        source_exponent: images of a class are weighed so that each source counts in proportion to
            its size to this power: 1 as they come, 0 all sources alike.
        within_source: each class of a source weighs at least this share of what the class does
            that weighs most there: 0 as they come, 1 alike.
        repeat: but for that, no image weighs more than this many times as much as the images of
            the smallest class, so that a handful is not learned by heart.
        size: input height, which is also the width, in pixels.
        test: share of the images for test.
        validation: share of the rest for validation.
        seed: seed of the split, of how images are varied.
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
    source_exponent: float = 0.5
    within_source: float = 1.0
    repeat: float = 2.0
    size: int = 237
    test: float = 0.2
    validation: float = 0.1
    seed: int = 40
    name: str = "linear"

    def __post_init__(self) -> None:
        if self.variants < 1 or not min(self.strengths, default=0.0) > 0:
            raise UsageError(
                "Expected variants of 1 or more with strengths above 0. "
                f"Received: variants {self.variants}, strengths {self.strengths}."
            )
