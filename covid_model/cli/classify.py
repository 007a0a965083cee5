"""The command classify: one row for each file and network."""

import argparse
import csv
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from covid_model.common.architectures import ARCHITECTURES
from covid_model.common.disclaimer import NOTICE
from covid_model.runs import Run, load_run, open_shelf

if TYPE_CHECKING:
    from covid_model.serving import Classifier, Together


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command with its options."""
    command = commands.add_parser(
        "classify",
        help="classify radiographs in files, folders and zip archives",
        description=f"Classify chest radiographs, DICOM files or pictures. {NOTICE}",
    )
    command.set_defaults(run_command=run)
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


def run(arguments: argparse.Namespace) -> int:
    """Write one row a file with each model, in order, each as soon as it is known."""
    from tqdm import tqdm

    from covid_model.serving import batch, batch_outputs

    statuses: Counter[str] = Counter()
    with batch.open_sources(arguments.paths) as sources:
        served = load_run(arguments.run) if arguments.run else open_shelf().newest
        classifiers = _load_classifiers(served, arguments.model)
        together = _load_together(served, classifiers)
        if arguments.cam_dir:
            arguments.cam_dir.mkdir(parents=True, exist_ok=True)
        with _table(arguments.csv) as stream:
            if arguments.csv:
                models = [asked.info for asked in (*classifiers, together) if asked]
                beside = arguments.csv.with_name(f"{arguments.csv.name}.notice.txt")
                beside.write_text(
                    batch_outputs.note(arguments.csv.name, served.name, models), "utf-8"
                )
            writer = csv.DictWriter(stream, batch.COLUMNS, lineterminator="\n")
            writer.writeheader()
            # None: a bar only on a terminal; never where it would run through the table.
            bar = tqdm(sources, unit="file", disable=None if arguments.csv else True)
            for number, source in enumerate(bar, 1):
                diagnosis = batch.classify(source, classifiers, together)
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


def _load_together(run: Run, classifiers: "list[Classifier]") -> "Together | None":
    """The mean of the run's networks, None where it has none or not all of them are asked."""
    from covid_model.serving import Together

    together = Together.load(run) if len(classifiers) > 1 else None
    asked = {classifier.info.architecture for classifier in classifiers}
    return together if together and asked.issuperset(together.info.members) else None


@contextmanager
def _table(path: Path | None) -> Iterator[TextIO]:
    if path is None:
        yield sys.stdout
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as stream:
        yield stream
