"""Training recipes: every value that decides a result, in frozen dataclasses."""

from dataclasses import dataclass

from covid_model.common.errors import UsageError
from covid_model.training.inputs.augmentation import Augmentation
from covid_model.training.recipes.base import Stage, WholeRecipe
from covid_model.training.recipes.linear import LinearRecipe
from covid_model.training.recipes.lungs import LungsRecipe


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
        seed: seed of the split, weights, dropout and batch order.
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


@dataclass(frozen=True, kw_only=True)
class PretrainRecipe(WholeRecipe):
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


@dataclass(frozen=True, kw_only=True)
class FinetuneRecipe(WholeRecipe):
    """All layers, or the last blocks, trained from weights that know radiographs or ImageNet.

    Many passes over crops teach the convolutions; the head that they taught beside them knows
    small, varied crops. So the head is fitted anew in the end, a logistic regression on the
    convolutions' means over whole training images of the size that serves.

    Attributes:
        keep: which weights are kept: "last", or "best" on the validation part, by macro recall,
            ties by loss.
        refit: inverse regularisation strengths that are tried for the last head, the best on the
            validation part is kept, see ``LinearRecipe``; none to keep the head as it was trained.
        refit_source_exponent: how sources weigh in that fit, as ``source_exponent`` does in the
            draw; classes are alike.
        unfrozen: "all", or how many of the last blocks learn; 0 for the head alone.
        units: width of the hidden layer.
        output_mean: what the backbone's features are scaled to on average before the training,
            0 to leave them: a head on features of 0.01 hardly starts.
        patience: looks at the validation part without improvement before the end, 0 for no end
            before the last stage's.
        size: input height, which is also the width, in pixels, of what is written.
        test: share of the images for test.
        validation: share of the rest for validation.
    """

    stages: tuple[Stage, ...] = (
        Stage(112, 40000, 0.4),
        Stage(160, 10000, 0.45),
        Stage(208, 3000, 0.6),
    )
    batch: int = 64
    learning_rate: float = 3e-4
    weight_decay: float = 0.03
    dropout: float = 0.3
    momentum: float = 0.95
    class_exponent: float = 0.5
    watched: int = 12800
    watch_size: int = 237
    augmentation: Augmentation = Augmentation(
        stretch=1.2,
        rotation=10.0,
        contrast=0.3,
        brightness=0.15,
        gamma=1.5,
        blur=1.0,
        noise=0.03,
        border=0.1,
        flip=0.5,
        coarse=0.25,
        marks=0.25,
    )
    seed: int = 40
    networks: tuple[str, ...] = (
        "vgg16.learning_rate=1.5e-4",
        "vgg16.stages=112:30000:0.4,160:8000:0.45,208:2000:0.6",
    )
    keep: str = "last"
    refit: tuple[float, ...] = (1e-3, 3e-3, 1e-2, 3e-2, 1e-1)
    refit_source_exponent: float = 1.0
    unfrozen: str = "all"
    units: int = 64
    output_mean: float = 0.5
    patience: int = 0
    size: int = 237
    test: float = 0.2
    validation: float = 0.1
    name: str = "finetune"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.unfrozen != "all" and not self.unfrozen.isdecimal():
            raise UsageError(
                f"Expected unfrozen=all or a number of blocks. Received: {self.unfrozen!r}."
            )
        if self.keep not in ("last", "best"):
            raise UsageError(f"Expected keep=last or keep=best. Received: {self.keep!r}.")


RECIPES: dict[str, type[PaperRecipe | WholeRecipe | LinearRecipe | LungsRecipe]] = {
    "paper": PaperRecipe,
    "pretrain": PretrainRecipe,
    "finetune": FinetuneRecipe,
    "linear": LinearRecipe,
    "lungs": LungsRecipe,
}
