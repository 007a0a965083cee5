"""What makes an answer of scores and maps, as JSON that any language reads."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np

from covid_model.common.architectures import TOGETHER
from covid_model.common.classes import CLASS_NAMES
from covid_model.common.disclaimer import NOTICE
from covid_model.inference.lateral import LateralHead
from covid_model.inference.novelty import NoveltyModel
from covid_model.runs import LATERAL_FILE, NOVELTY_FILE, ModelInfo, Run, check_file

SCHEMA = 1
DIGITS = 9  # which give back each float32


def serving(run: Run, files: Mapping[str, str]) -> dict[str, Any]:
    """Return the content of ``serving.json``.

    Args:
        run: whose networks were exported.
        files: network -> its file.

    Raises:
        RunError: if a file of the run is missing or damaged.
    """
    joint = run.model_info(TOGETHER) if run.together else None
    return {
        "schema": SCHEMA,
        "notice": NOTICE,
        "run": run.name,
        "classes": list(CLASS_NAMES),
        "networks": {name: _network(run, name, file) for name, file in files.items()},
        "together": joint and {"members": list(joint.members), **_reliability(joint)},
    }


def _network(run: Run, name: str, file: str) -> dict[str, Any]:
    folder, info = run.model_folder(name), run.model_info(name)
    content = {
        "file": file,
        "input_shape": list(info.input_shape),
        "preprocessing": dict(info.preprocessing),
        "litert_sha256": info.sha256["model.tflite"],
        **_reliability(info),
        "novelty": None,
        "lateral": None,
    }
    if NOVELTY_FILE in info.sha256:
        check_file(folder, NOVELTY_FILE, info)
        content["novelty"] = _arrays(NoveltyModel.load(folder / NOVELTY_FILE))
    if LATERAL_FILE in info.sha256:
        check_file(folder, LATERAL_FILE, info)
        content["lateral"] = _arrays(LateralHead.load(folder / LATERAL_FILE))
    return content


def _reliability(info: ModelInfo) -> dict[str, Any]:
    return {
        "temperature": info.temperature,
        "offsets": None if info.offsets is None else list(info.offsets),
        "thresholds": dict(info.thresholds),
        "sets": dict(info.sets),
    }


def _arrays(fitted: NoveltyModel | LateralHead) -> dict[str, Any]:
    return {one.name: _numbers(getattr(fitted, one.name)) for one in fields(fitted)}


def _numbers(values: Any) -> Any:
    """Lists of numbers, or one, of an array."""
    if np.ndim(values):
        return [_numbers(value) for value in values]
    return float(f"{float(values):.{DIGITS}g}")
