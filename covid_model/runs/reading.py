"""Reading of a run folder, with checks of its schema and digests."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from covid_model.common.architectures import ARCHITECTURES, TOGETHER, title_of
from covid_model.common.errors import RunError
from covid_model.common.messages import Message, join
from covid_model.runs.audit_schema import Audit
from covid_model.runs.files import read_json, read_model_info, read_shared_json
from covid_model.runs.integrity import _check_digest, check_file, check_model_file
from covid_model.runs.report_schema import Comparison, Report
from covid_model.runs.schema import (
    AUDIT_FILE,
    COMPARISON_FILE,
    MODEL_FILE,
    RUN_FILE,
    SCHEMA,
    ModelInfo,
    RunInfo,
)


@dataclass(frozen=True)
class Run:
    """One run folder: its ``run.json`` and the models beside it, in the fixed order.

    Attributes:
        folder: of the run.
        info: the content of ``run.json``.
        models: the networks that open.
        damaged: for each network of the run that does not open, and for their mean, a sentence
            that says why.
    """

    folder: Path
    info: Mapping[str, Any]
    models: tuple[str, ...]
    damaged: Mapping[str, Message] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    @property
    def together(self) -> bool:
        """True where the run has the mean of its calibrated networks; older runs have none."""
        there = (self.folder / TOGETHER / MODEL_FILE).is_file()
        return there and TOGETHER not in self.damaged

    @property
    def reported(self) -> tuple[str, ...]:
        """Whatever has a report: the models, then their mean where the run has it."""
        return (*self.models, TOGETHER) if self.together else self.models

    def model_folder(self, architecture: str) -> Path:
        """Return the folder of one of ``reported``.

        Raises:
            RunError: if the run has no such model.
        """
        if architecture in self.damaged:
            raise RunError(self.damaged[architecture])
        if architecture not in self.reported:
            raise RunError(
                "Expected a model of run {run!r}: {models}. Received: {architecture!r}.",
                run=self.name,
                models=", ".join(self.models),
                architecture=architecture,
            )
        return self.folder / architecture

    def model_info(self, architecture: str) -> ModelInfo:
        """Read one model's ``model.json`` after checking the digest that ``run.json`` has of it."""
        return _checked_model_info(self.model_folder(architecture), self.listed)

    def require_whole(self) -> None:
        """Refuse a run that lacks a network of its own, for what is to be of all of them.

        Raises:
            RunError: naming each that is damaged or missing.
        """
        if self.damaged:
            raise RunError(join(list(self.damaged.values())))

    @property
    def listed(self) -> Mapping[str, str]:
        """The digests that ``run.json`` lists, by path from the run folder."""
        return self.info.get("sha256") or {}

    @property
    def servable_models(self) -> tuple[str, ...]:
        """The models that can predict, empty for a reports-only run."""
        return tuple(name for name in self.models if self.model_info(name).servable)

    @property
    def models_to_load(self) -> tuple[str, ...]:
        """The models that can predict; where none can, all, of which loading says what is wrong."""
        return self.servable_models or self.models

    def report(self, architecture: str) -> Report:
        """Read one model's ``report.json`` after checking its digest."""
        return cast(Report, self._content(architecture, "report.json", Report))

    def audit(self, architecture: str) -> Audit | None:
        """Read one model's ``audit.json`` after checking its digest, None where there is none."""
        if AUDIT_FILE not in self.model_info(architecture).sha256:
            return None
        return cast(Audit, self._content(architecture, AUDIT_FILE, Audit))

    def comparison(self) -> Comparison | None:
        """Read ``comparison.json`` after checking its digest, None where there is none."""
        if COMPARISON_FILE not in self.listed:
            return None
        path = self.folder / COMPARISON_FILE
        _check_digest(path, self.listed, listing=RUN_FILE)
        return cast(Comparison, read_json(path, Comparison))

    def table(self, architecture: str, name: str) -> list[dict[str, str]]:
        """Read one CSV after checking its digest.

        Args:
            architecture: one of ``reported``.
            name: ``history.csv``, ``predictions.csv``, ``validation.csv`` or ``audit.csv``.
        """
        path = self._checked(architecture, name)
        try:
            return list(csv.DictReader(path.read_text("utf-8").splitlines()))
        except (OSError, ValueError, csv.Error) as error:
            raise RunError(
                "{path} cannot be read as a table ({error}): restore it.",
                path=path,
                error=str(error),
            ) from None

    def _content(self, architecture: str, name: str, shape: Any) -> dict[str, Any]:
        return read_json(self._checked(architecture, name), shape)

    def _checked(self, architecture: str, name: str) -> Path:
        """Where a file of a model lies, after checking its digest."""
        folder = self.model_folder(architecture)
        check_file(folder, name, self.model_info(architecture))
        return folder / name


def load_run(folder: Path | str) -> Run:
    """Open a run folder.

    Raises:
        RunError: if it is no run folder, or of another schema.
    """
    folder = Path(folder)
    path = folder / RUN_FILE
    info = read_shared_json(path)
    if info.get("schema") != SCHEMA:
        raise RunError(
            "Expected run schema {schema} in {path}. Received: {received!r}. Train the run "
            "again with this version.",
            schema=SCHEMA,
            path=path,
            received=info.get("schema"),
        )
    info = read_shared_json(path, RunInfo)
    networks, damaged = _networks(folder, info.get("sha256") or {})
    models = tuple(name for name in networks if name != TOGETHER)
    if not models:
        if damaged:
            raise RunError(join(list(damaged.values())))
        raise RunError(
            "{folder} holds no model folder ({expected}).",
            folder=folder,
            expected=", ".join(ARCHITECTURES),
        )
    return Run(folder=folder, info=info, models=models, damaged=damaged)


def _networks(folder: Path, listed: Mapping[str, str]) -> tuple[list[str], dict[str, Message]]:
    """The networks of a run that open, their mean too; for each other one why it does not."""
    damaged: dict[str, Message] = {}
    opened = []
    for name in (*ARCHITECTURES, TOGETHER):
        if not ((folder / name).is_dir() or f"{name}/{MODEL_FILE}" in listed):
            continue
        try:
            _checked_model_info(folder / name, listed)
        except RunError as error:
            damaged[name] = Message(
                "{network} is left out: {why}", network=title_of(name), why=error.message
            )
        else:
            opened.append(name)
    return opened, damaged


def _checked_model_info(folder: Path, listed: Mapping[str, str]) -> ModelInfo:
    check_model_file(folder, listed)
    return read_model_info(folder)
