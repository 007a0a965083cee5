"""The command drift: hold what classify wrote to the run's test part."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from covid_model.common.architectures import title_of
from covid_model.common.disclaimer import NOTICE
from covid_model.common.system import logs
from covid_model.runs import load_run, open_shelf

if TYPE_CHECKING:
    from covid_model.evaluation.comparison.drift import Drift

EXIT_CODES = (
    "Exit code: 0 compared, however large the drift; 2 wrong use, a table that classify did not "
    "write, or an output that cannot be written; 70 a fault of this program; 130 stopped by "
    "Ctrl-C, 143 by SIGTERM; 141 nobody reads the output."
)
LINE = "{:<14}{:<14}{:>9}{:>9}{:>9}{:>11}   {}"


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command with its options."""
    command = commands.add_parser(
        "drift",
        help="say how far what classify wrote lies from the run's own test part",
        description="Compare novelty and probabilities of a table of classify with those of the "
        f"run's test part, by the population stability index. {NOTICE}",
        epilog=EXIT_CODES,
    )
    command.set_defaults(run_command=run)
    logs.add_options(command, default="warning")
    command.add_argument("table", type=Path, metavar="TABLE.csv", help="table of classify --csv")
    command.add_argument(
        "--run", type=Path, metavar="DIR", help="run folder (default: the shipped one)"
    )
    command.add_argument("--plot", type=Path, metavar="FILE.html", help="plot to write")


def run(arguments: argparse.Namespace) -> int:
    """Print a line a quantity, then what they say together; return 0."""
    from covid_model.data.csv_file import read_csv_file
    from covid_model.evaluation.comparison.drift import drift_of, refused_shares
    from covid_model.evaluation.comparison.drift_plot import write_plot

    served = load_run(arguments.run) if arguments.run else open_shelf().default
    table = read_csv_file(arguments.table, str)
    rows = drift_of(served, table)
    print(LINE.format("network", "quantity", "images", "run's", "PSI", "by chance", "drift"))
    for row in rows:
        before, here = row.images
        cells = (str(title_of(row.network)), row.quantity, here, before)
        print(LINE.format(*cells, f"{row.index:.3f}", f"< {row.by_chance:.3f}", row.verdict))
    print(_in_words(rows, *refused_shares(served, table)))
    if arguments.plot:
        write_plot(rows, arguments.plot)
        print(f"Plot: {arguments.plot}.")
    return 0


def _in_words(rows: "list[Drift]", novel: float, refused: float) -> str:
    """Say in plain words how large the largest drift is."""
    largest = max(rows, key=lambda row: row.index)
    kinds = {row.verdict for row in rows}
    drifted = (
        "These radiographs differ from the run's test part no more than chance allows."
        if kinds == {"as by chance"}
        else f"The largest drift is {largest.verdict}: {largest.quantity} of "
        f"{title_of(largest.network)}, PSI {largest.index:.2f}. Drift says that radiographs or "
        "patients differ, not that answers are wrong: `evaluate` tells that."
    )
    return (
        f"{drifted} Refused are {100 * refused:.1f} % here, novel {100 * novel:.1f} % of the run's "
        f"test part. {NOTICE}"
    )
