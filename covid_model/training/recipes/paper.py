"""The paper's recipe."""

from dataclasses import dataclass

from covid_model.training.recipes.parts import Split


@dataclass(frozen=True, kw_only=True)
class PaperRecipe(Split):
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
    name: str = "paper"
