"""The command classify with --ray: rows of many machines, in a folder of Parquet files."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from covid_model.cli.cluster.files import find_files, is_url
from covid_model.cli.cluster.part_files import NOTE, PartFiles, parts_of
from covid_model.cli.cluster.ray_data import classify_parts, connected, require_ray
from covid_model.cli.cluster.worker import Task
from covid_model.cli.parts import table_files
from covid_model.cli.parts.networks import Asked
from covid_model.cli.parts.table import check_note
from covid_model.cli.parts.tally import Tally
from covid_model.common.errors import UsageError
from covid_model.runs import Run
from covid_model.serving import batch_outputs


def classify(arguments: argparse.Namespace, run: Run) -> tuple[Tally, int, Asked]:
    """Write the rows of every file into the folder, each once.

    Returns:
        The tally, how many files are plainly no pictures, the networks.

    Raises:
        UsageError: if the options do not fit together, a package is missing, or no cluster answers.
        KeyboardInterrupt: noting how many files are done.
    """
    out = _out(arguments)
    profile = arguments.profile.absolute() if arguments.profile else None
    asked = Asked.load(run, arguments.model, profile=profile, workers=1)
    name = out.place.rstrip("/").rsplit("/")[-1]
    note = batch_outputs.note(
        name, run.name, asked.infos, profile=asked.profile, digest=asked.digest
    )
    parts = _parts_there(out, note, resume=arguments.resume)
    files = find_files(arguments.paths)
    log = (arguments.log_level, arguments.log_format)
    task = Task(run.folder.absolute(), arguments.model, profile, asked.digest, out, log)
    with connected(arguments.ray) as cores:
        workers = arguments.workers or cores
        parts = parts or parts_of(len(files), workers=workers)
        out.write_note(note)
        done = classify_parts(files, task, parts=parts, workers=workers)
        tally, others = _count(done, len(files), out)
    out.sweep()
    return tally, others, asked


def _out(arguments: argparse.Namespace) -> PartFiles:
    """The folder of the rows.

    Raises:
        UsageError: if there is none, or an option does not fit.
    """
    if arguments.cam_dir:
        raise UsageError("--ray writes no areas of attention: leave out --cam-dir.")
    if arguments.out is None:
        raise UsageError("--ray writes a folder of Parquet files: name it with --out DIR.")
    require_ray()
    table_files.require_parquet()
    if is_url(arguments.out) and not arguments.out.startswith("file://"):
        return PartFiles(arguments.out.rstrip("/"))
    folder = Path(arguments.out.removeprefix("file://")).absolute()
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file, and --ray writes a folder: name another.")
    return PartFiles(str(folder))


def _parts_there(out: PartFiles, note: str, *, resume: bool) -> int | None:
    """Into how many parts the files of the folder are divided, None where it has none.

    Raises:
        UsageError: if the folder is not to be gone on with, or was written by other networks.
    """
    parts = out.count()
    if parts is None:
        return None
    if not resume:
        raise UsageError(
            f"{out.place} has a table already: go on with it by --resume, or name a new folder."
        )
    check_note(out.place, f"{out.place}/{NOTE}", out.read_note(), now=note)
    return parts


def _count(done: Iterator[tuple[Tally, int]], files: int, out: PartFiles) -> tuple[Tally, int]:
    """Count what comes from the cluster, with a bar on a terminal."""
    from tqdm import tqdm

    tally, others = Tally(), 0
    try:
        with tqdm(total=files, unit="file", disable=None) as bar:
            for some, left_out in done:
                tally.merge(some)
                others += left_out
                bar.update(some.files + left_out)
    except KeyboardInterrupt as stop:
        stop.add_note(
            f"{tally.files} files are done, with their rows in {out.place}; {files} were found. "
            "The same command with --resume goes on."
        )
        raise
    return tally, others
