"""Evaluation of a run's networks on a hospital's radiographs, held in memory until it is whole."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from covid_model.common.disclaimer import NOTICE
from covid_model.common.errors import DataError
from covid_model.common.system.version import __version__
from covid_model.data.hospital.reading import Hospital
from covid_model.data.hospital.readings import Readings
from covid_model.data.hospital.training import named_in_training
from covid_model.evaluation.comparison.asking import AUDITED
from covid_model.evaluation.comparison.asking.asked import Asked, ask, tables_of
from covid_model.evaluation.comparison.hospital import (
    BESIDE,
    FILES_TABLE,
    KIND,
    PREDICTIONS,
    READINGS_TABLE,
    TEST_PART,
    network_facts,
)
from covid_model.evaluation.comparison.local_fit import require_enough, require_for_mix
from covid_model.evaluation.comparison.profile import LABELS, require_calibrated
from covid_model.evaluation.comparison.report.folder import with_figures
from covid_model.runs import RUN_FILE, SCHEMA, Run, check_file, sha256_of

if TYPE_CHECKING:
    from covid_model.evaluation.comparison.asking.asked import Networks

MOST_REASONS = 5


@dataclass(frozen=True)
class Request:
    """What is asked for beside the figures.

    Attributes:
        name: of the evaluation, and of its profile.
        adjust: what a profile is fitted on, as of ``comparison.profile``; None for no profile.
        mix: class -> share for PPV, NPV and the profile; None for that of the images.
        audit: how many images are shown with the lungs hidden too, at most.
        labels: digest of the table of words and classes, None without one.
    """

    name: str
    adjust: str | None = None
    mix: dict[str, float] | None = None
    audit: int = AUDITED
    labels: str | None = None


@dataclass
class Evaluation:
    """An evaluation on its way: ``check`` it, go through ``steps``, then take the ``files``.

    Attributes:
        run: whose networks are asked.
        networks: these, with their mean where the run has one.
        hospital: the radiographs.
        request: what is asked for.
        readings: of a person, held to the truth; None without.
        asked: what the networks said so far.
    """

    run: Run
    networks: "Networks"
    hospital: Hospital
    request: Request
    readings: Readings | None = None
    asked: Asked = field(default_factory=Asked)

    def check(self) -> None:
        """Refuse what would fail after the networks were asked.

        Raises:
            DataError: if there are too few images for a profile, with the number needed.
            RunError: if the networks are not calibrated as a profile needs it.
        """
        if self.request.adjust:
            require_calibrated(self._networks())
            enough = require_enough if self.request.adjust == LABELS else require_for_mix
            enough(self.hospital.frame)

    def steps(self) -> Iterator[int]:
        """Ask about one image after the other; yield how many are done."""
        return ask(self.hospital, self.networks, self.asked, audit=self.request.audit)

    def files(self) -> tuple[dict[str, bytes], DataError | None]:
        """Return every file of the evaluation, then why it has no profile, as ``with_figures``.

        Raises:
            DataError: if no file could be read as a frontal radiograph.
            RunError: if a table of the run is damaged.
        """
        if not self.asked.rows:
            raise DataError(
                "No file of {folder} could be read as a frontal chest radiograph; the first was "
                "refused: {reason}",
                folder=self.hospital.listing.name,
                reason=next(iter(self.asked.refusals)),
            )
        together = self.networks[1]
        members = together.info.members if together else ()
        tables = tables_of(self.hospital, self.asked, members=members)
        tables[FILES_TABLE] = self.hospital.files.to_csv(index=False).encode()
        if self.readings is not None:
            tables[READINGS_TABLE] = self.readings.table.to_csv(index=False).encode()
        facts = self._facts()
        return with_figures({**tables, **self._run_tables(facts["networks"])}, facts)

    def _networks(self) -> dict[str, Any]:
        classifiers, together = self.networks
        names = [one.info.architecture for one in (*classifiers, together) if one]
        return {name: network_facts(self.run, name) for name in names}

    def _facts(self) -> dict[str, Any]:
        """What the figures follow from beside the tables."""
        run = self.run
        return {
            "schema": SCHEMA,
            "kind": KIND,
            "notice": NOTICE,
            "name": self.request.name,
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "version": __version__,
            "run": {"name": run.name, "sha256": sha256_of(run.folder / RUN_FILE)},
            "adjust": self.request.adjust,
            "networks": self._networks(),
            "mix": self.request.mix,
            "data": self._data(),
        }

    def _run_tables(self, names: list[str]) -> dict[str, bytes]:
        """The tables that the run is judged by, so that the evaluation verifies without it."""
        tables = {}
        for name in names:
            for copy in BESIDE.values():
                file = PREDICTIONS if copy == TEST_PART else copy
                source = self.run.model_folder(name) / file
                if source.is_file():
                    check_file(source.parent, file, self.run.model_info(name))
                    tables[f"{name}/{copy}"] = source.read_bytes()
        return tables

    def _data(self) -> dict[str, Any]:
        """What became of the files."""
        hospital = self.hospital
        statuses = hospital.files["status"].value_counts()
        several = (hospital.files["status"] == "judged") & (hospital.files["reason"] != "")
        called = map(hospital.listing.real_path, hospital.frame["path"])
        refusals = self.asked.refusals.most_common(MOST_REASONS)
        return {
            "table": hospital.table,
            "labels": self.request.labels,
            "files": {str(status): int(n) for status, n in statuses.items()},
            "several": int(several.sum()),
            "in_training": named_in_training(self.run.folder / "split.csv", called),
            "refusals": [[str(reason), n] for reason, n in refusals],
        }
