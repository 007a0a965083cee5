"""The recipes: every value that decides a training, in frozen dataclasses."""

from covid_model.training.recipes.base import EndToEndRecipe
from covid_model.training.recipes.finetune import FinetuneRecipe
from covid_model.training.recipes.linear import LinearRecipe
from covid_model.training.recipes.lungs import LungsRecipe
from covid_model.training.recipes.paper import PaperRecipe
from covid_model.training.recipes.pretrain import PretrainRecipe

RECIPES: dict[str, type[PaperRecipe | EndToEndRecipe | LinearRecipe | LungsRecipe]] = {
    "paper": PaperRecipe,
    "pretrain": PretrainRecipe,
    "finetune": FinetuneRecipe,
    "linear": LinearRecipe,
    "lungs": LungsRecipe,
}
