"""The command verify: compute stored figures again."""

import argparse
from pathlib import Path

from covid_model.common.disclaimer import NOTICE
from covid_model.common.errors import UsageError
from covid_model.common.system import logs
from covid_model.runs import RUN_FILE, run_folders, runs_root

FOLDERS = (RUN_FILE, "evaluation.json")


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command with its options."""
    command = commands.add_parser(
        "verify",
        help="compute the published figures again from the stored predictions, or check a bundle",
        description="Hold every file of a run to its digest; compute report.json, comparison.json "
        "and audit.json again from the tables beside them; say what differs. Of a bundle that the "
        "dashboard wrote, hold every file to its digest and lay its overlays again. Of what "
        "evaluate wrote, do as of a run.",
    )
    command.set_defaults(run_command=run)
    logs.add_options(command, default="warning")
    command.add_argument(
        "paths",
        nargs="*",
        type=Path,
        metavar="PATH",
        help="run folder, folder of `evaluate`, or bundle as a zip (default: all runs of the "
        "shelf)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Print a line a network or bundle, or one a problem; return 1 where there are any."""
    root = runs_root()
    paths = arguments.paths or run_folders(root) or [root]
    for path in paths:
        if not (path.is_file() or any((path / name).is_file() for name in FOLDERS)):
            raise UsageError(
                "Expected a bundle, a run folder, which holds run.json, or an evaluation, which "
                f"holds evaluation.json. Received: {path}."
            )
    failed = [_verify_bundle(path) if path.is_file() else _verify_folder(path) for path in paths]
    return int(any(failed))


def _verify_bundle(path: Path) -> bool:
    """Print what a bundle's check finds; return whether there are problems."""
    from covid_model.serving.case_bundle.check import check

    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}): check it.") from None
    checked = check(data)
    for problem in checked.problems:
        print(f"{path.name}: {problem}")
    if not checked.problems:
        counts = f"{checked.files} files, {checked.overlays} overlays laid again"
        print(f"{path.name}: {counts}, all agree. {NOTICE}")
    return bool(checked.problems)


def _verify_folder(folder: Path) -> bool:
    """Print what the verification of a run or an evaluation finds; return whether it fails."""
    from covid_model.evaluation.verification.hospital import verify_evaluation
    from covid_model.evaluation.verification.verify import verify_run

    is_run = (folder / RUN_FILE).is_file()
    failed = False
    for checked in verify_run(folder) if is_run else [verify_evaluation(folder)]:
        failed = failed or bool(checked.problems)
        for problem in checked.problems:
            print(f"{checked.name}: {problem}")
        for note in checked.notes:
            print(f"{checked.name}: {note}")
        if not checked.problems:
            print(f"{checked.name}: {checked.files} files, {checked.figures} figures, all agree.")
    return failed
