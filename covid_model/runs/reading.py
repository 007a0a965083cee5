"""Reading of a run folder, with checks of its schema and digests."""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from covid_model.common.architectures import ARCHITECTURES, TOGETHER
from covid_model.common.errors import ReportsOnlyError, RunError
from covid_model.runs.audit_schema import Audit
from covid_model.runs.integrity import _check_digest, check_file
from covid_model.runs.report_schema import Comparison, Report
from covid_model.runs.schema import AUDIT_FILE, COMPARISON_FILE, SCHEMA, ModelInfo


@dataclass(frozen=True)
class Run:
    """One run folder: its ``run.json`` and the models beside it, in the fixed order."""

    folder: Path
    info: Mapping[str, Any]
    models: tuple[str, ...]

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    @property
    def together(self) -> bool:
        """True where the run has the mean of its calibrated networks; older runs have none."""
        return (self.folder / TOGETHER / "model.json").is_file()

    @property
    def reported(self) -> tuple[str, ...]:
        """Whatever has a report: the models, then their mean where the run has it."""
        return (*self.models, TOGETHER) if self.together else self.models

    def model_folder(self, architecture: str) -> Path:
        """Return the folder of one of ``reported``.

        Raises:
            RunError: if the run has no such model.
        """
        if architecture not in self.reported:
            raise RunError(
                "Expected a model of run {run!r}: {models}. Received: {architecture!r}.",
                run=self.name,
                models=", ".join(self.models),
                architecture=architecture,
            )
        return self.folder / architecture

    def model_info(self, architecture: str) -> ModelInfo:
        """Read one model's ``model.json``."""
        return read_model_info(self.model_folder(architecture))

    @property
    def servable_models(self) -> tuple[str, ...]:
        """The models that can predict, empty for a reports-only run."""
        return tuple(name for name in self.models if self.model_info(name).servable)

    def report(self, architecture: str) -> Report:
        """Read one model's ``report.json`` after checking its digest."""
        return cast(Report, self._object(architecture, "report.json"))

    def audit(self, architecture: str) -> Audit | None:
        """Read one model's ``audit.json`` after checking its digest, None where there is none."""
        if AUDIT_FILE not in self.model_info(architecture).sha256:
            return None
        return cast(Audit, self._object(architecture, AUDIT_FILE))

    def comparison(self) -> Comparison | None:
        """Read ``comparison.json`` after checking its digest, None where there is none."""
        digests = self.info.get("sha256") or {}
        if COMPARISON_FILE not in digests:
            return None
        path = self.folder / COMPARISON_FILE
        _check_digest(path, digests, listing="run.json")
        return cast(Comparison, read_json(path))

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

    def _object(self, architecture: str, name: str) -> dict[str, Any]:
        return read_json(self._checked(architecture, name))

    def _checked(self, architecture: str, name: str) -> Path:
        folder = self.model_folder(architecture)
        check_file(folder, name, read_model_info(folder))
        return folder / name


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        RunError: if the file is missing or holds no JSON object.
    """
    try:
        value = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise RunError("{path} is missing: this is no complete run folder.", path=path) from None
    except (OSError, ValueError, RecursionError) as error:
        raise RunError(
            "{path} cannot be read as JSON ({error}): restore it.", path=path, error=str(error)
        ) from None
    if not isinstance(value, dict):
        raise RunError(
            "Expected a JSON object in {path}. Received: {received}.",
            path=path,
            received=type(value).__name__,
        )
    return value


def read_model_info(folder: Path) -> ModelInfo:
    """Read ``model.json`` of a model folder.

    Raises:
        RunError: if it is missing, damaged or lacks a field.
    """
    raw = read_json(folder / "model.json")
    try:
        info = ModelInfo(
            **{
                **raw,
                "classes": tuple(raw["classes"]),
                "input_shape": tuple(raw["input_shape"]),
                "offsets": tuple(raw["offsets"]) if raw.get("offsets") else None,
                "members": tuple(map(str, raw.get("members") or ())),
            }
        )
        _check_types(info)
        return info
    except (KeyError, TypeError) as error:
        raise RunError(
            "{path} does not have this version's fields ({error}): train the model again "
            "with this version.",
            path=folder / "model.json",
            error=str(error),
        ) from None


def _check_types(info: ModelInfo) -> None:
    """Raise TypeError unless texts are texts and what goes by name does."""
    texts = (info.architecture, info.target_layer, info.backbone_origin, info.weights_format)
    named = (info.thresholds, info.sha256, info.preprocessing, info.sets)
    if not all(isinstance(group, dict) for group in named):
        raise TypeError("thresholds, sha256, preprocessing or sets are no object")
    words = (*texts, info.fitted_on, *info.classes, *info.sha256.values())
    if not all(isinstance(word, str) for word in (*words, *info.preprocessing.values())):
        raise TypeError("a text or a digest is no text")


def require_servable(folder: Path, info: ModelInfo) -> None:
    """Refuse to predict with a reports-only model.

    Raises:
        ReportsOnlyError: if the folder has no model file.
    """
    if not info.servable:
        raise ReportsOnlyError(
            "{network} in {folder} holds reports only, without model.tflite: choose another "
            "run to predict with, or train this one again without --reports-only.",
            network=info.title,
            folder=folder.parent,
        )


def load_run(folder: Path | str) -> Run:
    """Open a run folder.

    Raises:
        RunError: if it is no run folder, or of another schema.
    """
    folder = Path(folder)
    info = read_json(folder / "run.json")
    if info.get("schema") != SCHEMA:
        raise RunError(
            "Expected run schema {schema} in {path}. Received: {received!r}. Train the run "
            "again with this version.",
            schema=SCHEMA,
            path=folder / "run.json",
            received=info.get("schema"),
        )
    if not isinstance(info.get("sha256") or {}, dict):
        raise RunError(
            "Expected digests by file name in {path}. Received: {received}. Restore the file.",
            path=folder / "run.json",
            received=type(info["sha256"]).__name__,
        )
    models = tuple(name for name in ARCHITECTURES if (folder / name / "model.json").is_file())
    if not models:
        raise RunError(
            "{folder} holds no model folder ({expected}).",
            folder=folder,
            expected=", ".join(ARCHITECTURES),
        )
    return Run(folder=folder, info=info, models=models)
