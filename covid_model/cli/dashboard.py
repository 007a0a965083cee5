"""The command dashboard: open the pages in a browser."""

import argparse
import os
import runpy
import sys
from pathlib import Path

from covid_model.common.system import logs, paths, stopping
from covid_model.runs import CHOSEN, CHOSEN_PROFILE, load_run, open_shelf


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command; what it does not know itself goes to Streamlit."""
    command = commands.add_parser(
        "dashboard",
        help="open the dashboard in a browser",
        description="Open the dashboard in a browser. Options of `streamlit run` may follow, such "
        "as --server.port 8600 or --server.headless true.",
        usage="%(prog)s [-h] [--run DIR] [--profile FILE] [--log-level LEVEL] "
        "[--log-format FORMAT] [OPTION OF STREAMLIT ...]",
    )
    command.set_defaults(run_command=run, passes_options_on=True)
    logs.add_options(command, default="info")
    command.add_argument(
        "--run",
        type=Path,
        metavar="DIR",
        help="run folder to begin with (default: the shipped one)",
    )
    command.add_argument(
        "--profile",
        type=Path,
        metavar="FILE",
        help="profile.json of `evaluate --adjust` by which that run answers",
    )


def run(arguments: argparse.Namespace) -> int:
    """Run Streamlit on the dashboard until it is stopped."""
    # The server reads these itself, so that `streamlit run` and a container may set them too.
    os.environ[logs.LEVEL_VARIABLE] = arguments.log_level
    os.environ[logs.FORMAT_VARIABLE] = arguments.log_format
    if arguments.run:
        os.environ[CHOSEN] = str(load_run(arguments.run).folder.resolve())
    if arguments.profile:
        from covid_model.serving import Profile

        served = load_run(arguments.run) if arguments.run else open_shelf().default
        profile = Profile.load(arguments.profile)
        for name in served.reported:
            profile.of(served.model_info(name))
        os.environ[CHOSEN_PROFILE] = str(arguments.profile.resolve())
    if arguments.log_format == "json":  # Streamlit's greeting is none
        os.environ["STREAMLIT_LOGGER_HIDE_WELCOME_MESSAGE"] = "true"
    # As a script, not imported: the command line serves without Streamlit.
    sys.argv = ["streamlit", "run", str(paths.DASHBOARD), *arguments.further_options]
    with stopping.unhandled():
        runpy.run_module("streamlit", run_name="__main__", alter_sys=True)
    return 0
