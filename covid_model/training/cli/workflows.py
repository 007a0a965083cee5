"""The table of workflows: what each recipe of the command line runs and which options it uses."""

from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from covid_model.data.selection import Selection
from covid_model.training.cli import commands
from covid_model.training.recipes.finetune import FinetuneRecipe
from covid_model.training.recipes.linear import LinearRecipe
from covid_model.training.recipes.lungs import LungsRecipe
from covid_model.training.recipes.paper import PaperRecipe
from covid_model.training.recipes.pretrain import PretrainRecipe

VALUES = ("epochs", "learning_rate", "seed", "precision")  # options that stand for --set NAME=


@dataclass(frozen=True)
class Workflow:
    """What the command line does for one name of --recipe.

    Attributes:
        recipe: the values that --set takes, None where there are none.
        run: does it with the command's options, the selection and the recipe; returns what to
            print. Imports Keras, where it needs it, only when it is called.
        options: the options that it uses beside --data and those of the recipe's values.
        help: what it does, for --help.
    """

    recipe: type[Any] | None
    run: Callable[[Namespace, Selection, Any], str]
    options: tuple[str, ...]
    help: str

    def uses(self, option: str) -> bool:
        """Whether an option, by its name in the parsed command, changes what is done."""
        if option in ("set", *VALUES):
            names = {field.name for field in fields(self.recipe)} if self.recipe else set()
            return bool(names) and option in {"set", *names}
        return option in ("data", "recipe", *self.options)


_PARTS = ("only", "split_by", "split_file", "limit")
_RUN = (
    *("models", "weights", "keep", "cache", "laterals", *_PARTS, "save_split"),
    *("out", "reports_only", "weights_format", "title", "note", "companion"),
)
_LONG = ("resume", "devices", "tensorboard")

WORKFLOWS: dict[str, Workflow] = {
    "paper": Workflow(PaperRecipe, commands.paper, _RUN, "the paper's head, convolutions frozen"),
    "linear": Workflow(
        LinearRecipe,
        commands.linear,
        (*_RUN, "leave_out_by"),
        "logistic regression on frozen convolutions",
    ),
    "pretrain": Workflow(
        PretrainRecipe,
        commands.pretrain,
        ("models", "out", "only", "hold_out", *_LONG),
        "backbones from random weights",
    ),
    "finetune": Workflow(
        FinetuneRecipe,
        commands.finetune,
        (*_RUN, "work", *_LONG),
        "all layers, or the last blocks, from weights",
    ),
    "calibrate": Workflow(
        None,
        commands.calibrate,
        ("run", "out", "cache", "title"),
        "a run again, calibrated, not trained",
    ),
    "quantize": Workflow(
        None,
        commands.quantize,
        ("run", "out", "cache", "title"),
        "a run again in int8, where it answers alike",
    ),
    "recover": Workflow(
        None, commands.recover, ("run", "models", "out"), "backbones read back from a run"
    ),
    "lungs": Workflow(
        LungsRecipe,
        commands.lungs,
        ("out", *_PARTS, "weights_format", "title", "note"),
        "the segmenter that marks the lungs",
    ),
}


def users(option: str) -> list[str]:
    """The names of --recipe that use an option."""
    return [name for name, workflow in WORKFLOWS.items() if workflow.uses(option)]
