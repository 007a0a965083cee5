"""The command to go on with, as the person who called this one would call it."""

import shlex
import sys
from pathlib import Path

INSTALLED = "covid-xray"  # what the commands of an installed copy begin with


def program() -> str:
    """How this command line is called: by its name in an installed copy, else as a module."""
    installed = Path(sys.argv[0]).stem.startswith(INSTALLED)
    return INSTALLED if installed else "python -m covid_model"


def to_show(run: Path) -> str:
    """The line, with its end, that says how to look at a run."""
    return f"Next: {program()} dashboard --run {shlex.quote(str(run))}\n"


def to_train(*options: str | Path) -> str:
    """The line, with its end, that says how to train on."""
    script = f"{INSTALLED}-train" if program() == INSTALLED else "python train_models.py"
    return f"Next: {script} {shlex.join(map(str, options))}\n"
