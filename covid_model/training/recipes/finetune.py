"""The recipe that trains all layers, or the last blocks, from weights."""

from dataclasses import dataclass

from covid_model.common.errors import UsageError
from covid_model.training.recipes.augmentation import Augmentation
from covid_model.training.recipes.base import EndToEndRecipe, Stage
from covid_model.training.recipes.parts import Split


@dataclass(frozen=True, kw_only=True)
class FinetuneRecipe(EndToEndRecipe, Split):
    """All layers, or the last blocks, trained from weights that know radiographs or ImageNet.

    Many passes over crops teach the convolutions; the head that they taught beside them knows
    small, varied crops. So the head is refitted in the end, a logistic regression on the
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
        patience: validations without improvement before the end, 0 for no end
            before the last stage's.
        size: input height, which is also the width, in pixels, of what is written.
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
    name: str = "finetune"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.unfrozen != "all" and not self.unfrozen.isdecimal():
            raise UsageError(
                f"Expected unfrozen=all or a number of blocks. Received: {self.unfrozen!r}."
            )
        if self.keep not in ("last", "best"):
            raise UsageError(f"Expected keep=last or keep=best. Received: {self.keep!r}.")
