"""Fit the three networks to a folder of labelled radiographs.

The paper's recipe on frozen convolutions, as a run that the dashboard opens:

    python train_models.py --data DIR --weights imagenet

Backbones of your own, trained on radiographs from random weights:

    python train_models.py --data DIR --recipe pretrain --out backbones
    python train_models.py --data DIR --weights backbones

DIR holds metadata.csv (columns path, label; patient_id, source, original where known) or one
folder a class: covid, normal, infection.
"""

import argparse
import logging
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from covid_model.errors import CovidModelError, UsageError
from covid_model.runs import ARCHITECTURES, DEFAULT_ROOT


def parser() -> argparse.ArgumentParser:
    """The command line."""
    out = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = out.add_argument
    add("--data", type=Path, required=True, metavar="DIR", help="folder of radiographs")
    add("--recipe", choices=("paper", "pretrain"), default="paper", help="default: paper")
    add("--models", nargs="+", choices=tuple(ARCHITECTURES), default=list(ARCHITECTURES))
    add(
        "--weights",
        default="imagenet",
        metavar="imagenet|random|PATH",
        help="where the convolutions' weights come from (default: imagenet)",
    )
    add("--out", type=Path, metavar="DIR", help="folder to write (default: a new run of assets)")
    add("--resume", action="store_true", help="go on with an interrupted pretraining in --out")
    add("--only", default="", metavar="COLUMN=VALUE", help="use only these rows of metadata.csv")
    add("--split-by", choices=("patient", "image"), default="patient")
    add(
        "--limit",
        type=int,
        default=0,
        metavar="N",
        help="at most N training images of each source and label",
    )
    add("--save-split", type=Path, metavar="FILE", help="write the split as CSV, then stop")
    add(
        "--hold-out",
        type=Path,
        nargs="+",
        default=[],
        metavar="FILE",
        help="pretrain: leave out the validation and test patients of these split files",
    )
    add("--reports-only", action="store_true", help="write no model, only its reports")
    add("--weights-format", choices=("auto", "float32", "float16", "int8"), default="auto")
    add("--cache", type=Path, metavar="DIR", help="folder of the frozen features")
    add("--epochs", type=int, help="paper: passes over the training part")
    add("--learning-rate", type=float)
    add("--seed", type=int)
    add("--title", default="", help="what people call the run")
    add("--note", action="append", default=[], help="a sentence to show with the run")
    add("--companion", help="name of the run to show beside this one")
    return out


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return 0 when it was done, 2 when it could not be."""
    args = parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        _run(args)
    except CovidModelError as error:
        sys.stderr.write(f"train_models.py: {error}\n")
        return 2
    return 0


def _run(args: argparse.Namespace) -> None:
    from covid_model.training.recipes import PaperRecipe, PretrainRecipe
    from covid_model.training.selection import Selection, describe, save_split

    selection = Selection(args.data, args.only, args.split_by, args.limit)
    values = {"learning_rate": args.learning_rate, "seed": args.seed}
    given = {name: value for name, value in values.items() if value is not None}
    if args.recipe == "pretrain":
        _pretrain(args, selection, replace(PretrainRecipe(), **given))
        return
    if args.epochs is not None:
        given["epochs"] = args.epochs
    recipe = replace(PaperRecipe(), **given)
    if args.save_split:
        data, part = selection.split(selection.read(), recipe)
        sys.stdout.write(describe(data, part) + "\n")
        save_split(data, part, args.save_split)
        return
    _paper(args, selection, recipe)


def _paper(args: argparse.Namespace, selection, recipe) -> None:
    from covid_model.training.commands import Job, run_paper

    job = Job(
        models=args.models,
        out=args.out or DEFAULT_ROOT / datetime.now().strftime("paper-%Y%m%d-%H%M%S"),
        weights=args.weights,
        weights_format="" if args.reports_only else args.weights_format,
        cache=args.cache,
        title=args.title,
        companion=args.companion,
        notes=args.note,
    )
    table = run_paper(selection, job, recipe=recipe)
    sys.stdout.write(f"{table.to_string(index=False)}\nWrote {job.out}\n")


def _pretrain(args: argparse.Namespace, selection, recipe) -> None:
    from covid_model.training.commands import run_pretrain

    if args.out is None:
        raise UsageError("Expected --out DIR for the backbones that pretrain writes.")
    left = [name for name in args.models if (args.out / f"{name}.checkpoint.keras").is_file()]
    if left and not args.resume:
        raise UsageError(
            f"{args.out} holds an interrupted training of {', '.join(left)}: go on with --resume, "
            "or give another --out."
        )
    run_pretrain(selection, args.models, recipe=recipe, held_out=args.hold_out, out=args.out)


if __name__ == "__main__":
    sys.exit(main())
