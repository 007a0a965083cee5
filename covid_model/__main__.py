"""The command line: python -m covid_model classify PATH..."""

import argparse
import csv
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from covid_model.common.disclaimer import NOTICE
from covid_model.common.errors import CovidModelError, UsageError
from covid_model.runs import ARCHITECTURES, Run, load_run, open_shelf, runs_root

if TYPE_CHECKING:
    from covid_model.serving import Classifier


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; return 0 when all is well, 1 when figures disagree, 2 on wrong use."""
    arguments = _parser().parse_args(argv)
    try:
        return arguments.command(arguments)
    except CovidModelError as error:
        message = str(error)
    except OSError as error:  # bad input has a row of its own: this is the output
        message = f"{error.filename or 'The table'} cannot be written ({error.strerror})."
    print(f"error: {message}", file=sys.stderr)
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m covid_model", description=NOTICE)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    command = commands.add_parser(
        "classify",
        help="classify radiographs in files, folders and zip archives",
        description=f"Classify PNG, JPEG or DICOM chest radiographs. {NOTICE}",
    )
    command.set_defaults(command=classify)
    command.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="file, folder or zip")
    command.add_argument(
        "--run", type=Path, metavar="DIR", help="run folder (default: newest that can predict)"
    )
    command.add_argument(
        "--model", choices=[*ARCHITECTURES, "all"], default="all", help="network (default: all)"
    )
    command.add_argument("--csv", type=Path, metavar="FILE", help="table (default: to stdout)")
    command.add_argument(
        "--cam-dir", type=Path, metavar="DIR", help="write each area of attention as PNG here"
    )
    _add_data(commands)
    _add_verify(commands)
    command = commands.add_parser("card", help="print a run's model card as Markdown")
    command.set_defaults(command=card)
    command.add_argument("run", type=Path, metavar="RUN", help="run folder")
    return parser


def _add_data(commands) -> None:
    command = commands.add_parser(
        "data",
        help="download the two public data sets, then build a data folder for training",
        description="Download covid-chestxray-dataset with Kermany's chest X-rays (1.2 GB), or "
        "go on with a download that was cut short; then build a folder for train_models.py.",
    )
    command.set_defaults(command=data)
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to make")
    command.add_argument("--only", choices=["covid", "kermany"], help="one source instead of both")
    for name in ("covid", "kermany"):
        command.add_argument(
            f"--{name}-url",
            metavar="URL",
            help="zip to take instead of the source's own; a file will do, and so will #sha256=...",
        )


def _add_verify(commands) -> None:
    command = commands.add_parser(
        "verify",
        help="compute the published figures again from the stored predictions, or check a bundle",
        description="Hold every file of a run to its digest; compute report.json, comparison.json "
        "and audit.json again from the tables beside them; say what differs. Of a bundle that the "
        "dashboard wrote, hold every file to its digest and lay its overlays again.",
    )
    command.set_defaults(command=verify)
    command.add_argument(
        "paths",
        nargs="*",
        type=Path,
        metavar="PATH",
        help="run folder, or bundle as a zip (default: all runs of the shelf)",
    )


@contextmanager
def _needs(what: str) -> Iterator[None]:
    """Say what to install where a command imports a package that only training has."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise UsageError(
            f"{what} needs {error.name}: install it with pip install -r requirements.txt."
        ) from None


def verify(arguments: argparse.Namespace) -> int:
    """Print a line a network or bundle, or one a problem; return 1 where there are any."""
    root = runs_root()
    paths = arguments.paths or sorted(path.parent for path in root.glob("*/run.json")) or [root]
    for path in paths:
        if not (path.is_file() or (path / "run.json").is_file()):
            raise UsageError(
                f"Expected a bundle or a run folder, which holds run.json. Received: {path}."
            )
    failed = [_verify_bundle(path) if path.is_file() else _verify_run(path) for path in paths]
    return int(any(failed))


def _verify_bundle(path: Path) -> bool:
    """Print what a bundle's check finds; return whether there are problems."""
    from covid_model.serving.case_bundle_check import check

    checked = check(path.read_bytes())
    for problem in checked.problems:
        print(f"{path.name}: {problem}")
    if not checked.problems:
        counts = f"{checked.files} files, {checked.overlays} overlays laid again"
        print(f"{path.name}: {counts}, all agree. {NOTICE}")
    return bool(checked.problems)


def _verify_run(folder: Path) -> bool:
    """Print what a run's verification finds; return whether there are problems."""
    with _needs("Verifying"):
        from covid_model.evaluation.verification.verify import verify_run

    failed = False
    for checked in verify_run(folder):
        failed = failed or bool(checked.problems)
        for problem in checked.problems:
            print(f"{checked.name}: {problem}")
        if not checked.problems:
            print(f"{checked.name}: {checked.files} files, {checked.figures} figures, all agree.")
    return failed


def card(arguments: argparse.Namespace) -> int:
    """Print the model card of a run."""
    from covid_model.runs.model_card.card import model_card

    print(model_card(load_run(arguments.run)), end="")
    return 0


def data(arguments: argparse.Namespace) -> int:
    """Download, build, then say what was kept, what was dropped and why."""
    with _needs("Building data"):
        from covid_model.data.sources import build

    urls = {"covid": arguments.covid_url, "kermany": arguments.kermany_url}
    if arguments.only:
        urls = {arguments.only: urls[arguments.only]}
    try:
        built = build.build(arguments.out, urls)
    except KeyboardInterrupt:
        print("stopped: run the same command again to go on.", file=sys.stderr)
        return 130
    print(build.summary(built))
    print(f"Next: python train_models.py --data {arguments.out}")
    return 0


def classify(arguments: argparse.Namespace) -> int:
    """Write one row a file with each model, in order, each as soon as it is known."""
    from tqdm import tqdm

    from covid_model.serving import batch, batch_outputs

    statuses: Counter[str] = Counter()
    with batch.open_sources(arguments.paths) as sources:
        run = load_run(arguments.run) if arguments.run else open_shelf().newest
        classifiers = _load_classifiers(run, arguments.model)
        if arguments.cam_dir:
            arguments.cam_dir.mkdir(parents=True, exist_ok=True)
        with _table(arguments.csv) as stream:
            if arguments.csv:
                models = [classifier.info for classifier in classifiers]
                beside = arguments.csv.with_name(f"{arguments.csv.name}.notice.txt")
                beside.write_text(batch_outputs.note(arguments.csv.name, run.name, models), "utf-8")
            writer = csv.DictWriter(stream, batch.COLUMNS, lineterminator="\n")
            writer.writeheader()
            # None: a bar only on a terminal; never where it would run through the table.
            bar = tqdm(sources, unit="file", disable=None if arguments.csv else True)
            for number, source in enumerate(bar, 1):
                diagnosis = batch.classify(source, classifiers)
                statuses[diagnosis.status] += 1
                writer.writerows(batch.rows(diagnosis))
                stream.flush()
                if arguments.cam_dir:
                    batch_outputs.write_overlays(diagnosis, number, arguments.cam_dir)
    counts = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items()))
    print(f"Files: {statuses.total()} ({counts}). {NOTICE}", file=sys.stderr)
    return 0


def _load_classifiers(run: Run, model: str) -> "list[Classifier]":
    from covid_model.serving import Classifier

    names = (run.servable_models or run.models) if model == "all" else (model,)
    return [Classifier.load(run.model_folder(name)) for name in names]


@contextmanager
def _table(path: Path | None) -> Iterator[TextIO]:
    if path is None:
        yield sys.stdout
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as stream:
        yield stream


if __name__ == "__main__":
    sys.exit(main())
