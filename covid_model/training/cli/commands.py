"""What the command line hands each workflow and prints of its result."""

from argparse import Namespace
from datetime import datetime
from pathlib import Path

import pandas as pd

from covid_model.common.errors import UsageError
from covid_model.common.system import paths
from covid_model.common.system.next_command import to_show, to_train
from covid_model.data.selection import Selection
from covid_model.runs import load_run
from covid_model.runs.notes import quantized_in_words
from covid_model.training.job import Job
from covid_model.training.recipes.base import EndToEndRecipe
from covid_model.training.recipes.finetune import FinetuneRecipe
from covid_model.training.recipes.linear import LinearRecipe
from covid_model.training.recipes.lungs import LungsRecipe
from covid_model.training.recipes.paper import PaperRecipe
from covid_model.training.recipes.pretrain import PretrainRecipe


def paper(args: Namespace, selection: Selection, recipe: PaperRecipe) -> str:
    """Fit the paper's head."""
    from covid_model.training.workflows.paper import run_paper

    job = job_of(args)
    return _wrote(run_paper(selection, job, recipe=recipe), job.out)


def linear(args: Namespace, selection: Selection, recipe: LinearRecipe) -> str:
    """Fit a linear head."""
    from covid_model.training.workflows.linear import run_linear

    job = job_of(args)
    return _wrote(run_linear(selection, job, recipe=recipe), job.out)


def pretrain(args: Namespace, selection: Selection, recipe: PretrainRecipe) -> str:
    """Train backbones from random weights."""
    _prepare(args, recipe)
    from covid_model.training.workflows.pretrain import run_pretrain

    if args.out is None:
        raise UsageError("Expected --out DIR for the backbones that pretrain writes.")
    _require_resume(args, args.out, "--out")
    run_pretrain(
        selection,
        args.models,
        recipe=recipe,
        held_out=args.hold_out,
        out=args.out,
        tensorboard=args.tensorboard,
    )
    return to_train("--data", args.data, "--recipe", "finetune", "--weights", args.out)


def finetune(args: Namespace, selection: Selection, recipe: FinetuneRecipe) -> str:
    """Train all layers, or the last blocks."""
    _prepare(args, recipe)
    from covid_model.training.workflows.finetune import run_finetune

    if args.out is None and (args.resume or args.work):
        raise UsageError("Expected --out DIR with --resume or --work: the run to write.")
    job = job_of(args)
    work = args.work or job.out.with_name(f".{job.out.name}-work")
    _require_resume(args, work, "--work")
    table = run_finetune(selection, job, recipe=recipe, work=work, tensorboard=args.tensorboard)
    return f"The checkpoints in {work} are no longer needed.\n{_wrote(table, job.out)}"


def calibrate(args: Namespace, selection: Selection, recipe: None) -> str:
    """Calibrate a run on its own split."""
    if args.run is None or args.out is None:
        raise UsageError("Expected --run DIR, the run to calibrate, with --out DIR, the new one.")
    from covid_model.training.workflows.calibrate import run_calibrate

    table = run_calibrate(args.run, args.data, args.out, cache=args.cache, title=args.title)
    return _wrote(table, args.out)


def quantize(args: Namespace, selection: Selection, recipe: None) -> str:
    """Compute the convolutions of a run in int8."""
    if args.run is None or args.out is None:
        raise UsageError("Expected --run DIR, the run to quantize, with --out DIR, the new one.")
    from covid_model.training.workflows.quantize import run_quantize

    table = run_quantize(args.run, args.data, args.out, cache=args.cache, title=args.title)
    return _quantized(args.out) + _wrote(table, args.out)


def recover(args: Namespace, selection: Selection, recipe: None) -> str:
    """Read backbones back from a run."""
    if args.run is None or args.out is None:
        raise UsageError("Expected --run DIR, the run to take, with --out DIR for its backbones.")
    from covid_model.training.workflows.recover import run_recover

    written = run_recover(load_run(args.run), args.data, args.models, args.out)
    further = to_train("--data", args.data, "--recipe", "finetune", "--weights", args.out)
    return "".join(f"Wrote {path}\n" for path in written) + further


def lungs(args: Namespace, selection: Selection, recipe: LungsRecipe) -> str:
    """Train the segmenter that marks the lungs."""
    if args.out is None:
        raise UsageError("Expected --out DIR for the segmenter with its split.csv.")
    from covid_model.training.workflows.lungs import run_lungs

    dice = run_lungs(selection, job_of(args), recipe=recipe)["dice"]
    low, high = dice["mean_interval"] or (float("nan"),) * 2
    return (
        f"Dice {dice['mean']:.3f} ({low:.3f} to {high:.3f}) on {dice['images']} test radiographs "
        f"of {dice['patients']} patients, {dice['refused']} refused\nWrote {args.out}\n"
    )


def runs_folder() -> Path:
    """Where new runs go: beside the shipped ones of a checkout, else in the current folder."""
    in_checkout = paths.ASSETS.parent == paths.CHECKOUT and paths.ASSETS.is_dir()
    return paths.SHIPPED_RUNS if in_checkout else Path("runs")


def job_of(args: Namespace) -> Job:
    """What a command is to write."""
    return Job(
        models=args.models,
        out=args.out or runs_folder() / datetime.now().strftime(f"{args.recipe}-%Y%m%d-%H%M%S"),
        weights=args.weights,
        weights_format="" if args.reports_only else args.weights_format,
        cache=args.cache,
        title=args.title,
        companion=args.companion,
        notes=args.note,
        keep=args.keep,
        laterals=args.laterals,
        leave_out_by=args.leave_out_by,
    )


def _wrote(table: pd.DataFrame, out: Path) -> str:
    return f"{table.to_string(index=False)}\nWrote {out}\n{to_show(out)}"


def _quantized(out: Path) -> str:
    """What became of each network in int8, a line a network."""
    run = load_run(out)
    infos = [run.model_info(name) for name in run.models]
    return "".join(
        f"{info.title}: {quantized_in_words(info.quantized)}\n" for info in infos if info.quantized
    )


def _prepare(args: Namespace, recipe: EndToEndRecipe) -> None:
    """Refuse what a long training would only find out at its end."""
    from covid_model.training.loop.devices import use_devices
    from covid_model.training.loop.tensorboard import writer_class

    batches = [recipe.of(name).batch for name in args.models]
    if args.tensorboard:
        writer_class()
    if args.devices is not None:
        use_devices(args.devices, batches=batches)


def _require_resume(args: Namespace, folder: Path, option: str) -> None:
    from covid_model.training.loop.checkpoint import has_begun

    left = [name for name in args.models if has_begun(folder / name)]
    if left and not args.resume:
        raise UsageError(
            f"{folder} holds an interrupted training of {', '.join(left)}: go on with --resume, "
            f"or give another {option}."
        )
