"""The command data: download the public sources and build a data folder."""

import argparse
from pathlib import Path

from covid_model.common.system.requirements import needs


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command with its options."""
    command = commands.add_parser(
        "data",
        help="download the two public data sets, then build a data folder for training",
        description="Download covid-chestxray-dataset with Kermany's chest X-rays (1.2 GB), or "
        "go on with a download that was cut short; then build a folder for train_models.py.",
    )
    command.set_defaults(run_command=run)
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to make")
    command.add_argument("--only", choices=["covid", "kermany"], help="one source instead of both")
    for name in ("covid", "kermany"):
        command.add_argument(
            f"--{name}-url",
            metavar="URL",
            help="zip to take instead of the source's own; a file will do, and so will #sha256=...",
        )


def run(arguments: argparse.Namespace) -> int:
    """Download, build, then say what was kept, what was dropped and why."""
    with needs("Building data"):
        from covid_model.data.sources import build

    urls = {"covid": arguments.covid_url, "kermany": arguments.kermany_url}
    if arguments.only:
        urls = {arguments.only: urls[arguments.only]}
    try:
        built = build.build(arguments.out, urls)
    except KeyboardInterrupt as stop:
        stop.add_note("run the same command again to go on.")
        raise
    print(build.summary(built))
    print(f"Next: python train_models.py --data {arguments.out}")
    return 0
