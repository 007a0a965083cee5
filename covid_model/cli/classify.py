"""The command classify: one row for each file and network."""

import argparse
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from covid_model.cli.parts.in_order import in_order
from covid_model.cli.parts.job import Job
from covid_model.cli.parts.networks import Asked
from covid_model.cli.parts.tally import Tally
from covid_model.common.architectures import ARCHITECTURES
from covid_model.common.disclaimer import NOTICE
from covid_model.common.system import logs, stopping
from covid_model.common.system.threads.turns import usable_cores
from covid_model.runs import Run, load_run, open_shelf

if TYPE_CHECKING:
    from covid_model.cli.parts.table import Table


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command with its options."""
    command = commands.add_parser(
        "classify",
        help="classify radiographs in files, folders and zip archives",
        description=f"Classify chest radiographs, DICOM files or pictures. {NOTICE}",
    )
    command.set_defaults(run_command=run)
    logs.add_options(command, default="warning")
    command.add_argument(
        "paths", nargs="+", metavar="PATH", help="file, folder or zip; with --ray also a URL"
    )
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
    command.add_argument(
        "--out",
        "--csv",
        metavar="FILE",
        help="table, Parquet where its name ends with .parquet, else CSV (default: to stdout); "
        "with --ray a folder, or its URL, for Parquet files",
    )
    command.add_argument(
        "--resume",
        action="store_true",
        help="keep the rows that the table has of files that are the same, by their digest",
    )
    command.add_argument(
        "--workers",
        type=_workers,
        metavar="N",
        help="files at once (default: one a processor core)",
    )
    command.add_argument(
        "--ray",
        metavar="ADDRESS",
        help="classify on a Ray cluster: auto, ray://HOST:10001, or local for this machine",
    )
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
    served = load_run(arguments.run) if arguments.run else open_shelf().default
    for sentence in served.damaged.values():
        print(f"warning: {sentence}", file=sys.stderr)
    if arguments.ray:
        from covid_model.cli.cluster import command

        tally, left_out, networks = command.classify(arguments, served)
    else:
        tally, left_out, networks = _classify_here(arguments, served)
    others = f" Left out, as they are no pictures: {left_out}." if left_out else ""
    asked = f"Run {served.name}: {', '.join(info.title for info in networks.infos)}."
    print(f"Files: {tally.files} ({tally.counts()}).{others} {asked} {NOTICE}", file=sys.stderr)
    return 0 if tally.read and not tally.unforeseen else 1


def _classify_here(arguments: argparse.Namespace, run: Run) -> tuple[Tally, int, Asked]:
    """Return the tally, how many files are plainly no pictures, the networks."""
    from covid_model.serving import batch

    with batch.open_sources(arguments.paths) as listing:
        workers = min(arguments.workers or usable_cores(), len(listing.sources))
        networks = Asked.load(run, arguments.model, profile=arguments.profile, workers=workers)
        if arguments.cam_dir:
            arguments.cam_dir.mkdir(parents=True, exist_ok=True)
        job = Job(listing.sources, networks, workers, arguments.cam_dir)
        table = _table(Path(arguments.out) if arguments.out else None, networks)
        tally = _write_rows(job, table, resume=arguments.resume)
    return tally, listing.others, networks


def _write_rows(job: Job, table: "Table", *, resume: bool) -> Tally:
    """Write the rows of each file with its overlays, and count it, all of it or nothing."""
    from tqdm import tqdm

    from covid_model.cli.parts.resuming import keep
    from covid_model.serving.batch_table import defused

    names = [defused(source.name) for source in job.sources]
    kept = keep(job, names, table.earlier() if resume else [])
    tally = Tally()
    for done in kept.files.values():
        tally.add(done)
    left = [place for place in range(len(names)) if place not in kept.files]
    # None: a bar only on a terminal; never where it would run through the table.
    hidden = True if table.path is None and sys.stdout.isatty() else None
    try:
        with (
            table.writing(kept.rows, names) as write,
            tqdm(total=len(names), initial=len(kept.files), unit="file", disable=hidden) as bar,
            in_order(job.one, left, workers=job.workers) as results,
        ):
            for done in results:
                with stopping.held():
                    write(done.rows)
                    job.write_overlays(done)
                    tally.add(done)
                    bar.update()
    except KeyboardInterrupt as stop:
        following = [job.sources[place] for place in left[tally.files - len(kept.files) :]]
        stop.add_note(tally.progress(following, table.path))
        raise
    return tally


def _table(path: Path | None, networks: Asked) -> "Table":
    from covid_model.cli.parts.table import Table
    from covid_model.serving import batch_outputs

    note = partial(batch_outputs.note, profile=networks.profile, digest=networks.digest)
    return Table(path, note(path.name if path else "", networks.run.name, networks.infos))


def _workers(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError("expected a whole number of 1 or more")
    return number
