"""The command line: python -m covid_model COMMAND, or covid-xray COMMAND."""

import argparse
import io
import logging
import sys
from collections.abc import Sequence
from functools import partial

from covid_model.cli import classify, dashboard, data, drift, evaluate, export, pacs
from covid_model.cli.run_folder import card, report, sign, verify
from covid_model.common.disclaimer import NOTICE
from covid_model.common.errors import CovidModelError
from covid_model.common.system import logs, stopping
from covid_model.common.system.next_command import program

log = logging.getLogger(__name__)
UNFORESEEN = 70  # EX_SOFTWARE of sysexits.h
EXIT_CODES = (
    "Exit code: 0 all is well; 1 figures differ, a signature is missing or wrong, or no file could "
    "be read; 2 wrong use, or an output cannot be written; 70 a fault of this program; 130 stopped "
    "by Ctrl-C, 143 by SIGTERM; 141 nobody reads the output."
)
COMMANDS = (
    *(classify, evaluate, drift, dashboard, pacs, data, export),
    *(verify, sign, report, card),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; return 0 when all is well, 2 on wrong use, 70 on a fault of ours.

    What 1 says is the command's: figures disagree, or no file could be read. A command that was
    stopped returns what ``stopping.run`` says.
    """
    return stopping.run(partial(_main, argv))


def _main(argv: Sequence[str] | None) -> int:
    if isinstance(
        sys.stdout, io.TextIOWrapper
    ):  # what its encoding lacks is spelled out as \\u80f8
        sys.stdout.reconfigure(errors="backslashreplace")
    arguments = _parse(argv)
    try:
        logs.configure(arguments.log_level, arguments.log_format)
        return arguments.run_command(arguments)
    except CovidModelError as error:
        message = str(error)
    except BrokenPipeError:
        raise
    except OSError as error:  # bad input has a row of its own: this is the output
        if error.filename is None:
            stopping.drop_output()
        message = f"{error.filename or 'The table'} cannot be written ({error.strerror})."
    except Exception:
        number = logs.failure(log, "A command stopped.")
        print(
            f"error: Something unforeseen stopped this command; the log says where under {number}. "
            "Report that line, which holds nothing of a patient.",
            file=sys.stderr,
        )
        return UNFORESEEN
    print(f"error: {message}", file=sys.stderr)
    return 2


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Parse the command with its options; only a command that passes options on may have others."""
    parser = _parser()
    arguments, further = parser.parse_known_args(argv)
    if further and not arguments.passes_options_on:
        parser.error(f"unrecognized arguments: {' '.join(further)}")
    arguments.further_options = further
    return arguments


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=program(), description=NOTICE, epilog=EXIT_CODES)
    parser.set_defaults(passes_options_on=False, log_level="warning", log_format="text")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add_parser(commands)
    return parser
