"""Base recipe for end-to-end training."""

from dataclasses import dataclass, field
from typing import Self

from covid_model.common.errors import UsageError
from covid_model.data.dataset import Dataset
from covid_model.training.recipes.augmentation import Augmentation
from covid_model.training.recipes.overrides import with_values
from covid_model.training.recipes.parts import Sampling

PRECISIONS = ("float32", "mixed_float16", "mixed_bfloat16")


@dataclass(frozen=True)
class Stage:
    """A stretch of training at one image size.

    Attributes:
        size: image height, which is also the width, in pixels.
        images: image passes.
        crop: smallest share of the image's area that a crop keeps.
    """

    size: int
    images: int
    crop: float


@dataclass(frozen=True, kw_only=True)
class EndToEndRecipe(Sampling):
    """What every training of whole networks has in common.

    Attributes:
        stages: sizes and lengths, in order.
        batch: images a step.
        learning_rate: AdamW's peak; it warms up, then falls to zero along a cosine.
        weight_decay: AdamW's.
        warmup: share of all steps in which the learning rate rises.
        clipnorm: largest norm of one weight's gradient.
        label_smoothing: of the cross-entropy.
        dropout: dropped share of the layer before the probabilities.
        momentum: of batch normalisation's running statistics.
        class_exponent: classes are drawn in proportion to their size to this power: 0 all alike,
            1 as they come.
        watched: images between two validations on the images held out, with a checkpoint each.
        watch_size: size of those images in pixels, 0 for the stage's own.
        augmentation: how images are varied.
        seed: seed of the split, weights, order and variation.
        precision: Keras' policy: float32, mixed_float16 or mixed_bfloat16.
        networks: values of one network alone, as "vgg16.learning_rate=1e-4".
    """

    stages: tuple[Stage, ...]
    batch: int = 32
    learning_rate: float = 4e-4
    weight_decay: float = 0.02
    warmup: float = 0.08
    clipnorm: float = 1.0
    label_smoothing: float = 0.05
    dropout: float = 0.2
    momentum: float = 0.9
    class_exponent: float = 0.0
    watched: int = 1600
    watch_size: int = 0
    augmentation: Augmentation = field(default_factory=Augmentation)
    seed: int = 1
    precision: str = "float32"
    networks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.precision not in PRECISIONS:
            raise UsageError(
                f"Expected a precision of {', '.join(PRECISIONS)}. Received: {self.precision!r}."
            )
        if self.batch < 1 or sum(self.steps) < 1:
            raise UsageError(
                "Expected a batch of at least one image with stages of at least one in all. "
                f"Received: batch {self.batch}, stages {self.stages}."
            )

    @property
    def steps(self) -> tuple[int, ...]:
        """Training steps of each stage."""
        return tuple(-(-stage.images // self.batch) for stage in self.stages)

    @property
    def watch_steps(self) -> int:
        """Training steps between two validations."""
        return max(1, self.watched // self.batch)

    def stage_of(self, step: int) -> Stage:
        """The stage of one step, counted from 0."""
        for stage, steps in zip(self.stages, self.steps, strict=True):
            if step < steps:
                return stage
            step -= steps
        return self.stages[-1]

    def of(self, network: str) -> Self:
        """The recipe of one network: its own values put in."""
        own = [text.split(".", 1)[1] for text in self.networks if text.startswith(f"{network}.")]
        return with_values(self, own)


def trained_on(data: Dataset, recipe: EndToEndRecipe) -> str:
    """What a network saw, in words."""
    sizes = " and ".join(f"{stage.size} px" for stage in recipe.stages)
    return f"{data.in_words} at {sizes}"
