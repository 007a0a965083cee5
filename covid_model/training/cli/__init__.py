r"""Fit networks to a folder of labelled radiographs.

The paper's recipe on frozen convolutions, as a run that the dashboard opens:

    python train_models.py --data DIR --weights imagenet

A linear head on frozen convolutions, classes and sources balanced:

    python train_models.py --data DIR --recipe linear --weights BACKBONES --out RUN

Backbones of your own, trained on radiographs from random weights, then finetuned:

    python train_models.py --data DIR --save-split split.csv
    python train_models.py --data DIR --recipe pretrain --hold-out split.csv --out backbones
    python train_models.py --data DIR --recipe finetune --weights backbones --out RUN

One network again, the others as a run of the same split has them:

    python train_models.py --data DIR --recipe finetune --models vgg16 --weights backbones \
        --keep RUN --out BETTER

A run again with convolutions in int8, quicker to serve, where nobody would notice:

    python train_models.py --data DIR --recipe quantize --run RUN --out QUICKER

Backbones read back from a run, to train on from what it serves:

    python train_models.py --data DIR --recipe recover --run RUN --out backbones

The segmenter that marks the lungs, from the rows whose lung_mask names a mask's file:

    python train_models.py --data DIR --recipe lungs --out LUNGS

An interrupted training resumes where it was when the command is repeated with --resume.
Any value of a recipe is set with --set, as --set batch=16 augmentation.flip=0
vgg16.learning_rate=1e-4 stages=112:4000:0.15,237:640:0.6; a wrong name lists them all.

DIR holds metadata.csv (columns path, label; patient_id, source, original, view, label_quality
where known; part, which is train where an image may only be trained on) or one folder a class:
covid, normal, infection.
"""

import argparse
import errno
import os
import sys
from functools import partial
from typing import Any

from covid_model.common.errors import CovidModelError, UsageError
from covid_model.common.system import logs, stopping
from covid_model.common.system.requirements import needs
from covid_model.data.dataset import check_folder
from covid_model.data.leave_out import check_leave_out
from covid_model.data.selection import Selection, describe, save_split
from covid_model.runs import refuse_unwritable
from covid_model.training.cli.commands import runs_folder
from covid_model.training.cli.options import DEFAULTS, option, parser
from covid_model.training.cli.workflows import VALUES, WORKFLOWS, users
from covid_model.training.export.lateral_views import lateral_frame
from covid_model.training.recipes.overrides import with_values
from covid_model.training.recipes.sizes import check_size

NO_MORE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)  # full, over its quota, read-only


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return 0 when it was done, 2 when it could not be, 130 when stopped."""
    return stopping.run(partial(_main, arguments))


def _main(arguments: list[str] | None) -> int:
    line = parser(__doc__ or "")
    given = vars(line.parse_args(arguments))
    try:
        logs.configure(given.pop("log_level"), given.pop("log_format"))
        with needs("Training"):
            report = _run(given)
        sys.stdout.write(report)
    except CovidModelError as error:
        message = str(error)
    except (OSError, RuntimeError) as error:
        reason = unwritten(error)
        if not reason:
            raise
        how = _how_to_go_on(given, "repeat the command, or give another --out.")
        message = f"{reason} Make room, then {how}"
    except KeyboardInterrupt as stop:
        stop.add_note(_how_to_go_on(given, "repeat the command."))
        raise
    else:
        return 0
    sys.stderr.write(f"{line.prog}: {message}\n")
    return 2


def unwritten(error: OSError | RuntimeError) -> str:
    """Say that a disk takes no more, "" for an error of another cause.

    HDF5, which Keras keeps weights in, reports a full disk with the system's words alone.
    """
    code = error.errno if isinstance(error, OSError) else None
    told = next((os.strerror(known) for known in NO_MORE if os.strerror(known) in str(error)), "")
    if code not in NO_MORE and not told:
        return ""
    reason = told or os.strerror(code or 0)
    return f"{getattr(error, 'filename', None) or 'The result'} cannot be written ({reason})."


def _how_to_go_on(given: dict[str, Any], otherwise: str) -> str:
    """What to do after a training ended early: go on where it has checkpoints to be found again."""
    workflow = WORKFLOWS[given.get("recipe", DEFAULTS["recipe"])]
    if workflow.uses("resume") and "out" in given and "save_split" not in given:
        return "repeat the command with --resume: it goes on from the last checkpoint."
    return otherwise


def _run(given: dict[str, Any]) -> str:
    """Refuse a wrong command while it is cheap, then do it; return what to print."""
    args = argparse.Namespace(**(DEFAULTS | given))
    workflow = WORKFLOWS[args.recipe]
    refuse_unused(given, args.recipe)
    check_folder(args.data)
    if args.leave_out_by:
        check_leave_out(args.data, args.leave_out_by)
    if args.laterals is not None:
        lateral_frame(args.laterals)
    recipe: Any = None
    if workflow.recipe is not None:
        short = [f"{name}={given[name]}" for name in VALUES if name in given]
        recipe = with_values(workflow.recipe(), [*short, *args.set])
    if args.save_split is None:
        for place in (args.out or runs_folder() / args.recipe, args.work):
            if place is not None:
                refuse_unwritable(place)
    selection = Selection(args.data, args.only, args.split_by, args.limit, args.split_file)
    if args.save_split:
        data, part = selection.split(selection.read(), recipe)
        save_split(data, part, args.save_split)
        return describe(data, part) + "\n"
    if workflow.uses("weights"):
        refuse_small_inputs(args.models, recipe)
    return workflow.run(args, selection, recipe)


def refuse_unused(given: dict[str, Any], recipe: str) -> None:
    """Refuse options that were given though a recipe does not use them.

    Raises:
        UsageError: naming them, with the recipes that use each.
    """
    unused = [name for name in given if not WORKFLOWS[recipe].uses(name)]
    if unused:
        uses = "; ".join(f"{option(name)} is for {', '.join(users(name))}" for name in unused)
        names, verb = " and ".join(map(option, unused)), "is" if len(unused) == 1 else "are"
        raise UsageError(
            f"{names} {verb} not used by --recipe {recipe}: leave out what it does not use, or "
            f"choose another recipe ({uses})."
        )


def refuse_small_inputs(models: list[str], recipe: Any) -> None:
    """Refuse an input size that a network cannot be built for, before anything is read.

    Raises:
        UsageError: naming the network with its smallest size.
    """
    for name in models:
        check_size(name, (recipe.of(name) if hasattr(recipe, "of") else recipe).size)
