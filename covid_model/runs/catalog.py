"""Catalogue of a folder of runs: those that open, those that can predict, the newest."""

import os
from dataclasses import dataclass
from pathlib import Path

from covid_model.common.errors import RunError
from covid_model.common.messages import Message, join
from covid_model.common.system import paths
from covid_model.runs.reading import Run, load_run
from covid_model.runs.schema import RUN_FILE

DEFAULT_ROOT = paths.SHIPPED_RUNS
NO_RUN = Message(
    "There is no run that can predict: train one with `python train_models.py --data DIR`, or name "
    "a run folder."
)


@dataclass(frozen=True)
class Shelf:
    """The runs of a folder: those that open, those that predict, what is damaged.

    Both tuples of runs have the newest first; ``runs`` begins with ``servable``. ``damaged`` has a
    sentence for each run that does not open, and for each network that an open one lacks.
    """

    runs: tuple[Run, ...]
    servable: tuple[Run, ...]
    damaged: tuple[Message, ...]

    @property
    def newest(self) -> Run:
        """The newest run that can predict.

        Raises:
            RunError: if there is none.
        """
        if not self.servable:
            raise RunError(join((NO_RUN, *self.damaged)))
        return self.servable[0]


def runs_root() -> Path:
    """The folder of runs: ``COVID_MODEL_RUNS``, or the one of the project."""
    return Path(os.environ.get("COVID_MODEL_RUNS") or DEFAULT_ROOT)


def run_folders(root: Path) -> list[Path]:
    """The run folders below a folder; a hidden one is still being written, or was broken off."""
    folders = (path.parent for path in sorted(root.glob(f"*/{RUN_FILE}")))
    return [folder for folder in folders if not folder.name.startswith(".")]


def open_shelf(root: Path | None = None) -> Shelf:
    """Open every run of a folder, ``runs_root()`` when None; a damaged one hides no other."""
    servable: list[Run] = []
    others: list[Run] = []
    damaged: list[Message] = []
    for path in run_folders(root or runs_root()):
        try:
            run = load_run(path)
            (servable if run.servable_models else others).append(run)
            damaged += run.damaged.values()
        except RunError as error:
            damaged.append(error.message)
    for runs in (servable, others):
        runs.sort(key=lambda run: str(run.info.get("created") or ""), reverse=True)
    return Shelf((*servable, *others), tuple(servable), tuple(damaged))
