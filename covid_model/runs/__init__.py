"""Run folders: format, catalogue, reading with checks, writing."""

from covid_model.common.architectures import ARCHITECTURES
from covid_model.common.system.digests import sha256_of
from covid_model.runs.catalog import DEFAULT_ROOT, NO_RUN, Shelf, open_shelf, runs_root
from covid_model.runs.integrity import check_file, digests_of
from covid_model.runs.reading import Run, load_run, read_json, read_model_info, require_servable
from covid_model.runs.schema import (
    AUDIT_FILE,
    COMPARISON_FILE,
    LATERAL_FILE,
    LEFT_OUT,
    LEFT_OUT_FILE,
    NOVELTY_FILE,
    PARTS,
    SCHEMA,
    SERVING_FILES,
    ModelInfo,
)
from covid_model.runs.writing import new_run, refuse_existing, write_json, write_model_info

__all__ = [
    "ARCHITECTURES",
    "AUDIT_FILE",
    "COMPARISON_FILE",
    "DEFAULT_ROOT",
    "LATERAL_FILE",
    "LEFT_OUT",
    "LEFT_OUT_FILE",
    "ModelInfo",
    "NOVELTY_FILE",
    "NO_RUN",
    "PARTS",
    "Run",
    "SCHEMA",
    "SERVING_FILES",
    "Shelf",
    "check_file",
    "digests_of",
    "load_run",
    "new_run",
    "open_shelf",
    "read_json",
    "read_model_info",
    "refuse_existing",
    "require_servable",
    "runs_root",
    "sha256_of",
    "write_json",
    "write_model_info",
]
