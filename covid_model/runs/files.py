"""JSON files of a run folder, read with checks of their shape."""

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, get_type_hints

from covid_model.common.errors import ReportsOnlyError, RunError
from covid_model.runs.schema import MODEL_FILE, RUN_FILE, ModelInfo, RunInfo
from covid_model.runs.shape import misfit


def read_json(path: Path, shape: Any = dict[str, Any]) -> dict[str, Any]:
    """Read a JSON object.

    Args:
        path: of the file.
        shape: a type as ``shape.misfit`` takes it.

    Raises:
        RunError: if the file is missing or holds no JSON object of the shape.
    """
    return parse_json(_bytes_of(path), path, shape)


def read_shared_json(path: Path, shape: Any = dict[str, Any]) -> Mapping[str, Any]:
    """As `read_json`, but as long as the file stays the same, so does what is returned.

    Each session of the dashboard asks for the same runs whenever a page is drawn, and holds them.
    Nobody may change it.
    """
    return _shared_json(_bytes_of(path), path, shape)


@lru_cache(maxsize=16)
def _shared_json(data: bytes, path: Path, shape: Any) -> Mapping[str, Any]:
    return parse_json(data, path, shape)


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise RunError("{path} is missing: this is no complete run folder.", path=path) from None
    except OSError as error:
        raise RunError(
            "{path} cannot be read as JSON ({error}): restore it.", path=path, error=str(error)
        ) from None


def parse_json(data: bytes, path: Path | str, shape: Any = dict[str, Any]) -> dict[str, Any]:
    """Read a JSON object from a file's bytes.

    Args:
        data: the bytes, UTF-8.
        path: what errors call the file by.
        shape: a type as ``shape.misfit`` takes it.

    Raises:
        RunError: if it is no JSON object of the shape.
    """
    try:
        text = data.decode()
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RunError(
            "{path} cannot be read as JSON ({error}): restore it.", path=path, error=str(error)
        ) from None
    if not isinstance(value, dict):
        raise RunError(
            "Expected a JSON object in {path}. Received: {received}.",
            path=path,
            received=type(value).__name__,
        )
    if wrong := _misfit_of(text, shape):
        raise RunError(
            "{path} does not have the shape of such a file: {wrong}. Restore it, or make the run "
            "again.",
            path=path,
            wrong=wrong,
        )
    return value


@lru_cache(maxsize=64)
def _misfit_of(text: str, shape: Any) -> str:
    """As ``misfit``; a page of the dashboard reads the same texts each time that it is drawn."""
    return misfit(json.loads(text), shape)


def listed_digests(run: Path) -> Mapping[str, str]:
    """The digests that the ``run.json`` of a folder lists, none where there is no such file.

    Raises:
        RunError: as ``read_json``.
    """
    path = run / RUN_FILE
    return (read_json(path, RunInfo).get("sha256") or {}) if path.is_file() else {}


def read_model_info(folder: Path) -> ModelInfo:
    """Read ``model.json`` of a model folder.

    Raises:
        RunError: if it is missing, damaged or lacks a field.
    """
    path = folder / MODEL_FILE
    info, wrong = _model_info_of(json.dumps(read_json(path)))
    if info is None:
        raise RunError(
            "{path} does not have this version's fields ({error}): train the model again "
            "with this version.",
            path=path,
            error=wrong,
        )
    return info


@lru_cache(maxsize=64)
def _model_info_of(text: str) -> tuple[ModelInfo | None, str]:
    """Make what a ``model.json`` says; None with what is wrong where it lacks a field."""
    raw = json.loads(text)
    try:
        info = ModelInfo(
            **{
                **raw,
                "classes": tuple(raw["classes"]),
                "input_shape": tuple(raw["input_shape"]),
                "offsets": tuple(raw["offsets"]) if raw.get("offsets") else None,
                "members": tuple(raw.get("members") or ()),
            }
        )
    except (KeyError, TypeError) as error:
        return None, str(error)
    hints = get_type_hints(ModelInfo)
    found = (misfit(getattr(info, name), hint, name) for name, hint in hints.items())
    wrong = next(filter(None, found), "")
    return (None, wrong) if wrong else (info, "")


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
