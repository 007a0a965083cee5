"""Catalogue of a folder of runs: those that open, those that can predict, the default one."""

import os
from dataclasses import dataclass
from pathlib import Path

from covid_model.common.errors import RunError
from covid_model.common.messages import Message, join
from covid_model.common.system import paths
from covid_model.runs.reading import Run, load_run
from covid_model.runs.schema import RUN_FILE

DEFAULT_ROOT = paths.SHIPPED_RUNS
SHIPPED_RUN = "fifth"  # the default wherever it lies beside other runs
CHOSEN = "COVID_MODEL_RUN"  # environment variable: the default run's name, or its folder
CHOSEN_PROFILE = "COVID_MODEL_PROFILE"  # another: the profile.json of all visitors
NO_RUN = Message(
    "There is no run that can predict: train one with `python train_models.py --data DIR`, or name "
    "a run folder."
)
NOT_CHOSEN = Message(
    "COVID_MODEL_RUN names {name}, which is no run that can predict: name one by its folder."
)


@dataclass(frozen=True)
class Shelf:
    """The runs of a folder: those that open, those that predict, what is damaged.

    Both tuples of runs have the default first, then the newest; in ``runs``, those that predict
    come before the others. ``damaged`` has a sentence for each run that does not open, and for each
    network that an open one lacks. ``chosen`` is the name of the run that ``COVID_MODEL_RUN``
    names, "" where it names none.
    """

    runs: tuple[Run, ...]
    servable: tuple[Run, ...]
    damaged: tuple[Message, ...]
    chosen: str = ""

    @property
    def default(self) -> Run:
        """The run that predicts where none is asked for: chosen, else shipped, else the newest.

        Raises:
            RunError: if no run can predict, or not the one that was chosen.
        """
        if not self.servable:
            raise RunError(join((NO_RUN, *self.damaged)))
        if self.chosen not in ("", self.servable[0].name):
            raise RunError(join((Message(NOT_CHOSEN, name=self.chosen), *self.damaged)))
        return self.servable[0]

    @property
    def newest(self) -> Run:
        """The newest run that can predict, whichever is the default.

        Raises:
            RunError: as ``default``.
        """
        return max((self.default, *self.servable), key=_created)


def runs_root() -> Path:
    """The folder of runs: ``COVID_MODEL_RUNS``, or the one of the project."""
    return Path(os.environ.get("COVID_MODEL_RUNS") or DEFAULT_ROOT)


def run_folders(root: Path) -> list[Path]:
    """The run folders below a folder; a hidden one is still being written, or was broken off."""
    folders = (path.parent for path in sorted(root.glob(f"*/{RUN_FILE}")))
    return [folder for folder in folders if not folder.name.startswith(".")]


def open_shelf(root: Path | None = None) -> Shelf:
    """Open every run of a folder, ``runs_root()`` when None; a damaged one hides no other.

    The run that ``COVID_MODEL_RUN`` names is opened too where it lies in another folder.
    """
    root = root or runs_root()
    folders = {folder.name: folder for folder in run_folders(root)}
    named = os.environ.get(CHOSEN)
    chosen = (root / named).name if named else ""
    if named:
        folders[chosen] = root / named
    servable: list[Run] = []
    others: list[Run] = []
    damaged: list[Message] = []
    for path in folders.values():
        try:
            run = load_run(path)
            (servable if run.servable_models else others).append(run)
            damaged += run.damaged.values()
        except RunError as error:
            damaged.append(error.message)
    for runs in (servable, others):
        runs.sort(key=_created, reverse=True)
    servable.sort(key=lambda run: run.name != (chosen or SHIPPED_RUN))
    every = sorted((*servable, *others), key=lambda run: run.name != chosen)
    return Shelf(tuple(every), tuple(servable), tuple(damaged), chosen)


def _created(run: Run) -> str:
    return str(run.info.get("created") or "")
