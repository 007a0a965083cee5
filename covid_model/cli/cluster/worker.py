"""A worker of a cluster: one copy of the networks, which it asks about one part after another."""

import logging
import pickle
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from covid_model.cli.cluster.files import File
from covid_model.cli.cluster.part_files import PartFiles
from covid_model.cli.parts.job import Job, Row
from covid_model.cli.parts.networks import Asked
from covid_model.cli.parts.resuming import keep
from covid_model.cli.parts.tally import Tally
from covid_model.common.errors import CovidModelError, RunError
from covid_model.common.system import logs
from covid_model.common.system.version import __version__
from covid_model.runs import load_run
from covid_model.serving.batch_table import defused

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Task:
    """What every worker is asked.

    Attributes:
        run: folder of the run, at the same place on every machine.
        model: name of one network, or "all".
        profile: a hospital's ``profile.json``, None for none.
        digest: of the networks, which must be the same everywhere.
        out: where the rows go.
        log: level and format.
        version: of the program that asks.
    """

    run: Path
    model: str
    profile: Path | None
    digest: str
    out: PartFiles
    log: tuple[str, str]
    version: str = __version__

    def networks(self) -> Asked:
        """Open the networks, each of whose passes takes one core.

        Raises:
            RunError: if they or the program are others than where the command was given.
        """
        if self.version != __version__:
            raise RunError(
                f"A machine of the cluster has version {__version__} of this program, not "
                f"{self.version}: install the same one everywhere."
            )
        run = load_run(self.run)
        asked = Asked.load(run, self.model, profile=self.profile, workers=1, threads=1)
        if asked.digest != self.digest:
            raise RunError(
                f"{self.run} holds other networks on a machine of the cluster: give every machine "
                "the same run and profile."
            )
        return asked


class Worker:
    """Classifies parts; made once in a process of its own, by Ray."""

    def __init__(self, task: Task) -> None:
        self.task = task
        logs.configure(*task.log)

    @cached_property
    def networks(self) -> Asked:
        """The networks, opened with the first part so that a failure is an answer."""
        return self.task.networks()

    def __call__(self, part: dict[str, Any]) -> dict[str, Any]:
        """Classify the files of a part and write their rows.

        A part that was done before, or in half by a worker that died, is done again and written in
        the same place; what it has of files that are the same is kept.

        Args:
            part: ``name`` of the part file, ``files`` pickled.

        Returns:
            ``done``, the pickled tally with the number of files that are plainly no pictures; or
            ``error``, why the part could not be done.
        """
        try:
            done = self._classify(part["name"], pickle.loads(part["files"]))  # noqa: S301
        except CovidModelError as error:
            return _failed(str(error))
        except OSError as error:
            return _failed(f"{self.task.out.place} cannot be written ({error.strerror}).")
        except Exception:  # its text could hold the name of a file
            number = logs.failure(log, "A part could not be classified.")
            return _failed(f"Something unforeseen stopped a worker, whose log has it as {number}.")
        return {"done": pickle.dumps(done), "error": ""}

    def _classify(self, name: str, files: list[File]) -> tuple[Tally, int]:
        """Return the tally, then how many files are plainly no pictures."""
        with ExitStack() as stack:
            listings = [file.listed(stack) for file in files]
            sources = [source for listing in listings for source in listing.sources]
            job = Job(sources, self.networks, 1, None)
            names = [defused(source.name) for source in sources]
            kept = keep(job, names, self.task.out.read(name))
            tally = Tally()
            rows: list[Row] = []
            for place in range(len(sources)):
                done = kept.files.get(place) or job.one(place)
                tally.add(done)
                rows += done.rows
        here = set(names)
        rows += [row for row in kept.rows if row["file"] not in here]
        self.task.out.write(name, rows)
        return tally, sum(listing.others for listing in listings)


def _failed(why: str) -> dict[str, Any]:
    return {"done": b"", "error": why}
