"""The command report: write a run's metrics again."""

import argparse
from pathlib import Path

from covid_model.common.errors import UsageError
from covid_model.common.system.next_command import to_show
from covid_model.common.system.signatures import signature_path


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command with its options."""
    command = commands.add_parser(
        "report",
        help="write a run's reports again from the stored predictions, as this version does",
        description="Compute report.json, comparison.json and the metrics of audit.json again from "
        "the tables beside them; write those that differ, their digests and MODEL_CARD.md. A run "
        "whose tables differ from their digests is refused. A failure leaves the run as it was.",
    )
    command.set_defaults(run_command=run)
    command.add_argument("run", type=Path, metavar="RUN", help="run folder")


def run(arguments: argparse.Namespace) -> int:
    """Print a line a file that was written, then how to look at the run."""
    folder: Path = arguments.run
    if not (folder / "run.json").is_file():
        raise UsageError(f"Expected a run folder, which holds run.json. Received: {folder}.")
    from covid_model.evaluation.verification.update import update_run

    signature = signature_path(folder / "run.json")
    signed = signature.is_file()
    written = update_run(folder)
    for file in written:
        print(f"{folder.resolve().name}: {file} written.")
    if signed and written:
        print(f"{folder.resolve().name}: {signature.name} removed: sign the run again.")
    if not written:
        print(f"{folder.resolve().name}: every file agrees, nothing to write.")
    print(to_show(folder), end="")
    return 0
