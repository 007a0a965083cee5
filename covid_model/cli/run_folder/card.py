"""The command card: print a run's model card."""

import argparse
from pathlib import Path

from covid_model.runs import load_run


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command with its options."""
    command = commands.add_parser("card", help="print a run's model card as Markdown")
    command.set_defaults(run_command=run)
    command.add_argument("run", type=Path, metavar="RUN", help="run folder")


def run(arguments: argparse.Namespace) -> int:
    """Print the model card of a run."""
    from covid_model.runs.model_card.card import model_card

    print(model_card(load_run(arguments.run)), end="")
    return 0
