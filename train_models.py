"""Fit the three networks to a folder of labelled radiographs.

The paper's recipe on frozen convolutions, as a run that the dashboard opens:

    python train_models.py --data DIR --weights imagenet

A linear head on frozen convolutions, classes and sources balanced:

    python train_models.py --data DIR --recipe linear --weights BACKBONES --out RUN

Backbones of your own, trained on radiographs from random weights, then finetuned:

    python train_models.py --data DIR --save-split split.csv
    python train_models.py --data DIR --recipe pretrain --hold-out split.csv --out backbones
    python train_models.py --data DIR --recipe finetune --weights backbones --out assets/runs/mine

One network anew, the others as a run of the same split has them:

    python train_models.py --data DIR --recipe finetune --models vgg16 --weights backbones \
        --keep assets/runs/mine --out assets/runs/better

Backbones read back from a run, to train on from what it serves:

    python train_models.py --data DIR --recipe recover --run RUN --out backbones

The segmenter that marks the lungs, from the rows whose lung_mask names a mask's file:

    python train_models.py --data DIR --recipe lungs --out assets/lungs

A training that was interrupted goes on where it was when the command is repeated with --resume.
Any value of a recipe is set with --set, as --set batch=16 augmentation.flip=0
vgg16.learning_rate=1e-4 stages=112:4000:0.15,237:640:0.6; a wrong name lists them all.

DIR holds metadata.csv (columns path, label; patient_id, source, original, view where known) or
one folder a class: covid, normal, infection.
"""

import argparse
import logging
import sys
from datetime import datetime
from pathlib import Path

from covid_model.common.errors import CovidModelError, UsageError
from covid_model.runs import DEFAULT_ROOT
from covid_model.training.cli import SHORT, parser


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return 0 when it was done, 2 when it could not be."""
    args = parser(__doc__).parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        _run(args)
    except CovidModelError as error:
        sys.stderr.write(f"train_models.py: {error}\n")
        return 2
    return 0


def _run(args: argparse.Namespace) -> None:
    from covid_model.data.selection import Selection, describe, save_split
    from covid_model.training.recipes import RECIPES
    from covid_model.training.recipes.overrides import with_values

    selection = Selection(args.data, args.only, args.split_by, args.limit, args.split_file)
    if args.recipe in ("calibrate", "recover"):
        (_calibrate if args.recipe == "calibrate" else _recover)(args)
        return
    short = [f"{name}={getattr(args, name)}" for name in SHORT if getattr(args, name) is not None]
    recipe = with_values(RECIPES[args.recipe](), [*short, *args.set])
    if args.recipe == "lungs":
        _lungs(args, selection, recipe)
        return
    if args.save_split and args.recipe != "pretrain":
        data, part = selection.split(selection.read(), recipe)
        sys.stdout.write(describe(data, part) + "\n")
        save_split(data, part, args.save_split)
        return
    if args.recipe in ("paper", "linear"):
        _frozen(args, selection, recipe)
        return
    _prepare(args, recipe)
    (_pretrain if args.recipe == "pretrain" else _finetune)(args, selection, recipe)


def _prepare(args: argparse.Namespace, recipe) -> None:
    """Refuse what a long training would only find out at its end."""
    from covid_model.training.loop.devices import use_devices
    from covid_model.training.loop.tensorboard import writer_class

    own = [recipe.of(name) for name in args.models]
    if args.tensorboard:
        writer_class()
    if args.devices is not None:
        use_devices(args.devices, batches=[one.batch for one in own])


def _frozen(args: argparse.Namespace, selection, recipe) -> None:
    from covid_model.training.workflows.linear import run_linear
    from covid_model.training.workflows.paper import run_paper

    job = _job(args)
    run = run_paper if args.recipe == "paper" else run_linear
    table = run(selection, job, recipe=recipe)
    sys.stdout.write(f"{table.to_string(index=False)}\nWrote {job.out}\n")


def _pretrain(args: argparse.Namespace, selection, recipe) -> None:
    from covid_model.training.workflows.pretrain import run_pretrain

    if args.out is None:
        raise UsageError("Expected --out DIR for the backbones that pretrain writes.")
    _want_resume(args, args.out, "--out")
    run_pretrain(
        selection,
        args.models,
        recipe=recipe,
        held_out=args.hold_out,
        out=args.out,
        tensorboard=args.tensorboard,
    )


def _finetune(args: argparse.Namespace, selection, recipe) -> None:
    from covid_model.training.workflows.finetune import run_finetune

    if args.out is None and (args.resume or args.work):
        raise UsageError("Expected --out DIR with --resume or --work: the run to write.")
    job = _job(args)
    work = args.work or job.out.with_name(f".{job.out.name}-work")
    _want_resume(args, work, "--work")
    table = run_finetune(selection, job, recipe=recipe, work=work, tensorboard=args.tensorboard)
    sys.stdout.write(
        f"{table.to_string(index=False)}\nWrote {job.out}\n"
        f"The checkpoints in {work} are no longer needed.\n"
    )


def _calibrate(args: argparse.Namespace) -> None:
    from covid_model.training.workflows.calibrate import run_calibrate

    if args.run is None or args.out is None:
        raise UsageError("Expected --run DIR, the run to calibrate, with --out DIR, the new one.")
    table = run_calibrate(args.run, args.data, args.out, cache=args.cache)
    sys.stdout.write(f"{table.to_string(index=False)}\nWrote {args.out}\n")


def _recover(args: argparse.Namespace) -> None:
    from covid_model.runs import load_run
    from covid_model.training.workflows.recover import run_recover

    if args.run is None or args.out is None:
        raise UsageError("Expected --run DIR, the run to take, with --out DIR for its backbones.")
    written = run_recover(load_run(args.run), args.data, args.models, args.out)
    sys.stdout.write("".join(f"Wrote {path}\n" for path in written))


def _lungs(args: argparse.Namespace, selection, recipe) -> None:
    from covid_model.training.workflows.lungs import run_lungs

    if args.out is None or args.save_split or args.reports_only:
        raise UsageError(
            "Expected --out DIR for the segmenter with its split.csv, without --save-split or "
            "--reports-only."
        )
    dice = run_lungs(selection, _job(args), recipe=recipe)["dice"]
    low, high = dice["mean_interval"] or (float("nan"),) * 2
    sys.stdout.write(
        f"Dice {dice['mean']:.3f} ({low:.3f} to {high:.3f}) on {dice['images']} test radiographs "
        f"of {dice['patients']} patients, {dice['refused']} refused\nWrote {args.out}\n"
    )


def _job(args: argparse.Namespace):
    from covid_model.training.job import Job

    return Job(
        models=args.models,
        out=args.out or DEFAULT_ROOT / datetime.now().strftime(f"{args.recipe}-%Y%m%d-%H%M%S"),
        weights=args.weights,
        weights_format="" if args.reports_only else args.weights_format,
        cache=args.cache,
        title=args.title,
        companion=args.companion,
        notes=args.note,
        keep=args.keep,
    )


def _want_resume(args: argparse.Namespace, folder: Path, option: str) -> None:
    from covid_model.training.loop.checkpoint import has_begun

    left = [name for name in args.models if has_begun(folder / name)]
    if left and not args.resume:
        raise UsageError(
            f"{folder} holds an interrupted training of {', '.join(left)}: go on with --resume, "
            f"or give another {option}."
        )


if __name__ == "__main__":
    sys.exit(main())
