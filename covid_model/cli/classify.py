"""The command classify: one row for each file and network."""

import argparse
import csv
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from covid_model.cli.parts.tally import Tally
from covid_model.common.architectures import ARCHITECTURES
from covid_model.common.disclaimer import NOTICE
from covid_model.common.system import logs, stopping
from covid_model.runs import ModelInfo, Run, load_run, open_shelf

if TYPE_CHECKING:
    from covid_model.serving import Classifier, Profile, Together
    from covid_model.serving.batch import Listing

    Networks = tuple[list[Classifier], Together | None]


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
        "--run",
        type=Path,
        metavar="DIR",
        help="run folder (default: the shipped one, or what COVID_MODEL_RUN names)",
    )
    command.add_argument(
        "--model", choices=[*ARCHITECTURES, "all"], default="all", help="network (default: all)"
    )
    command.add_argument(
        "--profile", type=Path, metavar="FILE", help="profile.json of `evaluate --adjust` to use"
    )
    command.add_argument("--csv", type=Path, metavar="FILE", help="table (default: to stdout)")
    command.add_argument(
        "--cam-dir", type=Path, metavar="DIR", help="write each area of attention as PNG here"
    )


def run(arguments: argparse.Namespace) -> int:
    """Write one row a file with each model, in order, each as soon as it is known.

    Returns:
        0; 1 where no file could be read, or something unforeseen stopped one.

    Raises:
        KeyboardInterrupt: noting which files were done; their rows and overlays are whole.
    """
    from covid_model.serving import Profile, batch

    with batch.open_sources(arguments.paths) as listing:
        served = load_run(arguments.run) if arguments.run else open_shelf().default
        for sentence in served.damaged.values():
            print(f"warning: {sentence}", file=sys.stderr)
        classifiers = load_classifiers(served, arguments.model)
        networks = classifiers, load_together(served, classifiers)
        if arguments.profile:
            arguments.profile = Profile.load(arguments.profile)
            networks = adjusted(networks, arguments.profile)
        _prepare_outputs(arguments, served, networks)
        tally = Tally()
        try:
            _write_rows(arguments, served.name, listing, networks, tally)
        except KeyboardInterrupt as stop:
            stop.add_note(tally.progress(listing.sources, arguments.csv))
            raise
    others = f" Left out, as they are no pictures: {listing.others}." if listing.others else ""
    asked = f"Run {served.name}: {', '.join(info.title for info in _infos(networks))}."
    print(f"Files: {tally.files} ({tally.counts()}).{others} {asked} {NOTICE}", file=sys.stderr)
    return 0 if tally.read and not tally.unforeseen else 1


def _write_rows(
    arguments: argparse.Namespace, run: str, listing: "Listing", networks: "Networks", tally: Tally
) -> None:
    """Write the rows of each file with its overlays, and count it, all of it or nothing."""
    from tqdm import tqdm

    from covid_model.serving import batch, batch_outputs, batch_table

    # None: a bar only on a terminal; never where it would run through the table.
    hidden = None if arguments.csv else True
    with (
        _table(arguments.csv) as stream,
        tqdm(listing.sources, unit="file", disable=hidden) as bar,
    ):
        writer = csv.DictWriter(stream, batch_table.COLUMNS, lineterminator="\n")
        writer.writeheader()
        for number, source in enumerate(bar, 1):
            result = batch.classify(source, *networks)
            with stopping.held():
                writer.writerows(batch_table.rows(result, run=run))
                stream.flush()
                if arguments.cam_dir:
                    batch_outputs.write_overlays(result, number, arguments.cam_dir, run=run)
                tally.add(result)


def _prepare_outputs(arguments: argparse.Namespace, run: Run, networks: "Networks") -> None:
    """Make the folders that are written to, and write the note beside the table."""
    from covid_model.serving import batch_outputs

    if arguments.cam_dir:
        arguments.cam_dir.mkdir(parents=True, exist_ok=True)
    if arguments.csv:
        models = _infos(networks)
        arguments.csv.parent.mkdir(parents=True, exist_ok=True)
        beside = arguments.csv.with_name(f"{arguments.csv.name}.notice.txt")
        profile = arguments.profile.name if arguments.profile else ""
        note = batch_outputs.note(arguments.csv.name, run.name, models, profile=profile)
        beside.write_text(note, "utf-8")


def _infos(networks: "Networks") -> list[ModelInfo]:
    """What is known of each network that was asked, with the mean of them where it decides."""
    classifiers, together = networks
    return [asked.info for asked in (*classifiers, together) if asked]


def load_classifiers(run: Run, model: str) -> "list[Classifier]":
    """The network of a run that is named, or all that can predict where it is "all"."""
    from covid_model.serving import Classifier

    names = (run.servable_models or run.models) if model == "all" else (model,)
    return [Classifier.load(run.model_folder(name)) for name in names]


def load_together(run: Run, classifiers: "list[Classifier]") -> "Together | None":
    """The mean of the run's networks, None where it has none or not all of them are asked."""
    from covid_model.serving import Together

    together = Together.load(run) if len(classifiers) > 1 else None
    asked = {classifier.info.architecture for classifier in classifiers}
    return together if together and asked.issuperset(together.info.members) else None


def adjusted(networks: "Networks", profile: "Profile") -> "Networks":
    """The networks with a hospital's profile."""
    classifiers, together = networks
    return [one.adjusted(profile) for one in classifiers], together and together.adjusted(profile)


@contextmanager
def _table(path: Path | None) -> Iterator[TextIO]:
    if path is None:
        yield sys.stdout
        return
    with path.open("w", newline="", encoding="utf-8") as stream:
        yield stream
