"""Training recipes: every value that decides a result, in frozen dataclasses."""

from dataclasses import dataclass, field

from covid_model.training.augmentation import Augmentation


@dataclass(frozen=True)
class PaperRecipe:
    """The recipe of César and Pedrosa Soares (2020): frozen convolutions, a small head.

    Attributes:
        epochs: passes over the training part.
        batch: images a step.
        learning_rate: Adam's, constant because ``min_learning_rate`` is as high.
        plateau_factor: factor of ReduceLROnPlateau on the validation loss.
        plateau_patience: epochs without improvement before it acts.
        min_learning_rate: the learning rate's lower bound.
        units: width of the hidden layer.
        dropout: dropped share of the hidden layer.
        size: input height, which is also the width, in pixels.
        test: share of the images for test.
        validation: share of the rest for validation.
        seed: seed of weights, dropout and batch order.
    """

    epochs: int = 80
    batch: int = 15
    learning_rate: float = 0.001
    plateau_factor: float = 0.2
    plateau_patience: int = 5
    min_learning_rate: float = 0.001
    units: int = 20
    dropout: float = 0.2
    size: int = 237
    test: float = 0.2
    validation: float = 0.1
    seed: int = 40
    name: str = "paper"


@dataclass(frozen=True)
class Stage:
    """A stretch of pretraining at one image size.

    Attributes:
        size: image height, which is also the width, in pixels.
        images: image passes.
        crop: smallest share of the image's area that a crop keeps.
    """

    size: int
    images: int
    crop: float


@dataclass(frozen=True)
class PretrainRecipe:
    """All layers trained from random weights on radiographs: small crops, then whole images.

    A crop of 112 px from an image of 237 px shows the lungs about as large as the whole image
    does at 237 px, so that features learned on small crops hold at the size that serves.

    Attributes:
        stages: sizes and lengths, in order.
        batch: images a step.
        learning_rate: AdamW's peak; it warms up, then falls to zero along a cosine. VGG16, which
            has no batch normalisation, wants half of it.
        weight_decay: AdamW's.
        warmup: share of all steps in which the learning rate rises.
        label_smoothing: of the cross-entropy.
        source_exponent: images of a class are drawn from each source in proportion to the
            source's size to this power: 1 as they come, 0 all sources alike.
        momentum: of batch normalisation's running statistics.
        output_sum: what the features of an image sum to in the end, see ``scale_output``.
        monitor: share of the images held out to watch the training.
        augmentation: how images are varied.
        seed: seed of weights, order and variation.
    """

    stages: tuple[Stage, ...] = (Stage(112, 12800, 0.4), Stage(237, 1920, 0.7))
    batch: int = 32
    learning_rate: float = 4e-4
    weight_decay: float = 0.02
    warmup: float = 0.08
    label_smoothing: float = 0.05
    source_exponent: float = 0.5
    momentum: float = 0.9
    output_sum: float = 300.0
    monitor: float = 0.05
    augmentation: Augmentation = field(default_factory=Augmentation)
    seed: int = 1
    name: str = "pretrain"

    @property
    def steps(self) -> tuple[int, ...]:
        """Training steps of each stage."""
        return tuple(-(-stage.images // self.batch) for stage in self.stages)
