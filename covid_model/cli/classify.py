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
from covid_model.common.system import logs
from covid_model.runs import Run, load_run, open_shelf

if TYPE_CHECKING:
    from covid_model.runs import ModelInfo
    from covid_model.serving import CaseResult, Classifier, Together
    from covid_model.serving.batch import Listing


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command with its options."""
    command = commands.add_parser(
        "classify",
        help="classify radiographs in files, folders and zip archives",
        description=f"Classify chest radiographs, DICOM files or pictures. {NOTICE}",
    )
    command.set_defaults(run_command=run)
    logs.add_options(command, default="warning")
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
    """Write one row a file with each model, in order, each as soon as it is known.

    Returns:
        0; 1 where no file could be read, or something unforeseen stopped one.
    """
    from covid_model.serving import batch
    from covid_model.serving.diagnosis import UNFORESEEN

    with batch.open_sources(arguments.paths) as listing:
        served = load_run(arguments.run) if arguments.run else open_shelf().newest
        for sentence in served.damaged.values():
            print(f"warning: {sentence}", file=sys.stderr)
        classifiers = _load_classifiers(served, arguments.model)
        together = _load_together(served, classifiers)
        if arguments.cam_dir:
            arguments.cam_dir.mkdir(parents=True, exist_ok=True)
        if arguments.csv:
            models = [asked.info for asked in (*classifiers, together) if asked]
            _write_note(arguments.csv, served, models)
        statuses: Counter[str] = Counter()
        read = unforeseen = 0
        for result in _write_rows(arguments, served.name, listing, (classifiers, together)):
            statuses[result.status] += 1
            read += result.radiograph is not None
            unforeseen += getattr(result.reason, "template", "") == UNFORESEEN
    counts = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items()))
    others = f" Left out, as they are no pictures: {listing.others}." if listing.others else ""
    print(f"Files: {statuses.total()} ({counts}).{others} {NOTICE}", file=sys.stderr)
    return 0 if read and not unforeseen else 1


def _write_rows(
    arguments: argparse.Namespace,
    run: str,
    listing: "Listing",
    networks: "tuple[list[Classifier], Together | None]",
) -> "Iterator[CaseResult]":
    """Write the rows of each file with its overlays, then yield what the networks say of it."""
    from tqdm import tqdm

    from covid_model.serving import batch, batch_outputs, batch_table

    with _table(arguments.csv) as stream:
        writer = csv.DictWriter(stream, batch_table.COLUMNS, lineterminator="\n")
        writer.writeheader()
        # None: a bar only on a terminal; never where it would run through the table.
        bar = tqdm(listing.sources, unit="file", disable=None if arguments.csv else True)
        for number, source in enumerate(bar, 1):
            result = batch.classify(source, *networks)
            writer.writerows(batch_table.rows(result, run=run))
            stream.flush()
            if arguments.cam_dir:
                batch_outputs.write_overlays(result, number, arguments.cam_dir)
            yield result


def _write_note(table: Path, run: Run, models: "list[ModelInfo]") -> None:
    from covid_model.serving import batch_outputs

    table.parent.mkdir(parents=True, exist_ok=True)
    beside = table.with_name(f"{table.name}.notice.txt")
    beside.write_text(batch_outputs.note(table.name, run.name, models), "utf-8")


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
    with path.open("w", newline="", encoding="utf-8") as stream:
        yield stream
