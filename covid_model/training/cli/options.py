"""The options of the training command line and what each is where it is not given."""

import argparse
from pathlib import Path
from typing import Any

from covid_model.common.architectures import ARCHITECTURES
from covid_model.common.paper import PAPER_MODELS
from covid_model.common.system import logs
from covid_model.training.cli.workflows import VALUES, WORKFLOWS, users
from covid_model.training.job import WEIGHT_FORMATS

SCRIPT = "train_models.py"
# What an option is where the command does not give it; without a row it has to be given.
DEFAULTS: dict[str, Any] = {
    "recipe": "paper",
    "models": list(PAPER_MODELS),
    "weights": "imagenet",
    "split_by": "patient",
    "weights_format": "auto",
    **dict.fromkeys(("only", "title", "leave_out_by"), ""),
    **dict.fromkeys(("reports_only", "resume", "distribute"), False),
    **dict.fromkeys(("out", "run", "split_file", "save_split", "cache", "companion")),
    "laterals": None,
    **dict.fromkeys(("work", "devices", "tensorboard", *VALUES)),
    **dict.fromkeys(("hold_out", "note", "set", "keep"), []),
    "limit": 0,
}


def parser(usage: str) -> argparse.ArgumentParser:
    """The command line, whose result holds only what was given.

    Args:
        usage: what it does, with examples that begin with ``python train_models.py``.
    """
    out = argparse.ArgumentParser(
        argument_default=argparse.SUPPRESS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    own = f"python {out.prog}" if out.prog == SCRIPT else out.prog
    out.description = usage.replace(f"python {SCRIPT}", own)
    out.epilog = "recipes:\n" + "\n".join(
        f"  {name:10} {workflow.help}" for name, workflow in WORKFLOWS.items()
    )
    out.add_argument(
        "--data", type=Path, required=True, metavar="DIR", help="folder of radiographs"
    )
    out.add_argument("--recipe", choices=tuple(WORKFLOWS), help="default: paper; see below")
    _add_images(out.add_argument_group("which radiographs"))
    _add_networks(out.add_argument_group("which networks"))
    _add_result(out.add_argument_group("what is written"))
    _add_values(out.add_argument_group("values of the recipe"))
    _add_long(out.add_argument_group("long trainings"))
    logs.add_options(out, default="info")
    return out


def option(name: str) -> str:
    """How a command spells an option."""
    return "--" + name.replace("_", "-")


def _add(group: argparse._ArgumentGroup, name: str, text: str, **how: Any) -> None:
    """Add an option, its help with the recipes that use it where not all do."""
    names = users(name)
    who = "" if len(names) == len(WORKFLOWS) else f"{', '.join(names)}: "
    group.add_argument(option(name), help=(who + text).replace("%", "%%"), **how)


def _add_images(group: argparse._ArgumentGroup) -> None:
    only = "use only these rows of metadata.csv"
    _add(group, "only", only, metavar="COLUMN=VALUE")
    how = "keep patients in one part (default), or the paper's split by image"
    _add(group, "split_by", how, choices=("patient", "image"))
    taken = "keep the parts of a split file, such as a run's split.csv, instead of drawing them"
    _add(group, "split_file", taken, type=Path, metavar="FILE")
    limit = "at most N training images of each source and label"
    _add(group, "limit", limit, type=int, metavar="N")
    _add(group, "save_split", "write the split as CSV, then stop", type=Path, metavar="FILE")
    groups = "leave out these groups in turn, to judge on sites that were not seen"
    _add(group, "leave_out_by", groups, metavar="COLUMN|FILE")
    held = "leave out the validation and test patients of these split files"
    _add(group, "hold_out", held, type=Path, nargs="+", metavar="FILE")


def _add_networks(group: argparse._ArgumentGroup) -> None:
    _add(
        group,
        "models",
        f"which networks (default: the paper's, {' '.join(PAPER_MODELS)})",
        nargs="+",
        choices=tuple(ARCHITECTURES),
    )
    where = "where the convolutions' weights come from (default: imagenet)"
    _add(group, "weights", where, metavar="imagenet|random|PATH")
    _add(group, "run", "the run to take", type=Path, metavar="DIR")
    keep = "take networks that are not trained from these runs"
    _add(group, "keep", keep, type=Path, nargs="+", metavar="RUN")
    views = "folder of lateral views, from which the network learns to refuse them"
    _add(group, "laterals", views, type=Path, metavar="DIR")
    cache = "folder that keeps what networks output"
    _add(group, "cache", cache, type=Path, metavar="DIR")


def _add_result(group: argparse._ArgumentGroup) -> None:
    out = "folder to write (default, where it writes a run: a new one of assets/runs, or runs)"
    _add(group, "out", out, type=Path, metavar="DIR")
    _add(group, "reports_only", "write no model, only its reports", action="store_true")
    stored = "how weights are stored (default: auto, the smallest that predicts alike)"
    _add(group, "weights_format", stored, choices=("auto", *WEIGHT_FORMATS))
    _add(group, "title", "what people call the run")
    _add(group, "note", "a sentence to show with the run", action="append")
    _add(group, "companion", "name of the run to show beside this one", metavar="NAME")


def _add_values(group: argparse._ArgumentGroup) -> None:
    value = "any value of the recipe"
    _add(group, "set", value, nargs="+", action="extend", metavar="NAME=VALUE")
    _add(group, "epochs", "passes over the training part", metavar="N")
    _add(group, "learning_rate", "the optimizer's", metavar="RATE")
    _add(group, "seed", "of the split, the weights, the order", metavar="N")
    _add(group, "precision", "float32, mixed_float16 or mixed_bfloat16", metavar="POLICY")


def _add_long(group: argparse._ArgumentGroup) -> None:
    _add(group, "resume", "resume an interrupted training", action="store_true")
    _add(group, "work", "checkpoints (default: beside --out)", type=Path, metavar="DIR")
    share = "share batches among N devices; needs JAX"
    _add(group, "devices", share, type=int, metavar="N")
    several = "train with the processes that KERAS_DISTRIBUTION_* name; needs JAX"
    _add(group, "distribute", several, action="store_true")
    curves = "write curves here; needs tensorboardX"
    _add(group, "tensorboard", curves, type=Path, metavar="DIR")
