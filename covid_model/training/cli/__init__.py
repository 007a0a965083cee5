"""The command line of ``train_models.py``."""

import argparse
from pathlib import Path

from covid_model.common.architectures import ARCHITECTURES

SHORT = ("epochs", "learning_rate", "seed", "precision")  # options that stand for --set NAME=


def parser(description: str) -> argparse.ArgumentParser:
    """The command line under a description."""
    out = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = out.add_argument
    add("--data", type=Path, required=True, metavar="DIR", help="folder of radiographs")
    recipes = ("paper", "linear", "pretrain", "finetune", "calibrate", "recover", "lungs")
    add("--recipe", choices=recipes, default="paper", help="default: paper")
    add("--models", nargs="+", choices=tuple(ARCHITECTURES), default=list(ARCHITECTURES))
    add(
        "--weights",
        default="imagenet",
        metavar="imagenet|random|PATH",
        help="where the convolutions' weights come from (default: imagenet)",
    )
    add("--out", type=Path, metavar="DIR", help="folder to write (default: a new run of assets)")
    add("--run", type=Path, metavar="DIR", help="calibrate, recover: the run to take")
    add("--only", default="", metavar="COLUMN=VALUE", help="use only these rows of metadata.csv")
    add("--split-by", choices=("patient", "image"), default="patient")
    taken = "keep the parts of a split file, such as a run's split.csv, instead of drawing them"
    add("--split-file", type=Path, metavar="FILE", help=taken)
    limit = "at most N training images of each source and label"
    add("--limit", type=int, default=0, metavar="N", help=limit)
    add("--save-split", type=Path, metavar="FILE", help="write the split as CSV, then stop")
    held = "pretrain: leave out the validation and test patients of these split files"
    add("--hold-out", type=Path, nargs="+", default=[], metavar="FILE", help=held)
    add("--reports-only", action="store_true", help="write no model, only its reports")
    add("--weights-format", choices=("auto", "float32", "float16", "int8"), default="auto")
    add(
        "--cache",
        type=Path,
        metavar="DIR",
        help="paper, linear, calibrate: folder of what networks put out",
    )
    add("--title", default="", help="what people call the run")
    add("--note", action="append", default=[], help="a sentence to show with the run")
    add(
        "--keep",
        type=Path,
        metavar="RUN",
        help="paper, linear, finetune: take networks that are not trained from this run",
    )
    add("--companion", help="name of the run to show beside this one")
    _add_values(out.add_argument_group("values of the recipe"))
    _add_long(out.add_argument_group("pretrain, finetune"))
    return out


def _add_values(group) -> None:
    add = group.add_argument
    add("--set", nargs="+", action="extend", default=[], metavar="NAME=VALUE")
    add("--epochs", help="paper: passes over the training part")
    add("--learning-rate")
    add("--seed", help="of the split, the weights, the order")
    add("--precision", help="float32, mixed_float16 or mixed_bfloat16")


def _add_long(group) -> None:
    add = group.add_argument
    add("--resume", action="store_true", help="go on with an interrupted training")
    add("--work", type=Path, metavar="DIR", help="finetune: checkpoints (default: beside --out)")
    add("--devices", type=int, metavar="N", help="share batches among N devices; needs JAX")
    add("--tensorboard", type=Path, metavar="DIR", help="write curves here; needs tensorboardX")
