"""Run folders: format, catalogue, reading with checks, writing."""

from covid_model.common.architectures import ARCHITECTURES
from covid_model.common.system.digests import sha256_of
from covid_model.runs.catalog import (
    CHOSEN,
    DEFAULT_ROOT,
    NO_RUN,
    Shelf,
    open_shelf,
    run_folders,
    runs_root,
)
from covid_model.runs.files import listed_digests, read_json, read_model_info, require_servable
from covid_model.runs.integrity import (
    check_file,
    check_model_file,
    digests_of,
    own_digest,
    run_digests,
)
from covid_model.runs.reading import Run, load_run
from covid_model.runs.schema import (
    AUDIT_FILE,
    COMPARISON_FILE,
    LATERAL_FILE,
    LEFT_OUT,
    LEFT_OUT_FILE,
    MODEL_FILE,
    NOVELTY_FILE,
    OWN_DIGEST,
    PARTS,
    RUN_FILE,
    SCHEMA,
    SERVING_FILES,
    ModelInfo,
)
from covid_model.runs.writing import (
    new_run,
    refuse_existing,
    refuse_unwritable,
    write_json,
    write_model_info,
    write_run_file,
)

__all__ = [
    "ARCHITECTURES",
    "AUDIT_FILE",
    "CHOSEN",
    "COMPARISON_FILE",
    "DEFAULT_ROOT",
    "LATERAL_FILE",
    "LEFT_OUT",
    "LEFT_OUT_FILE",
    "MODEL_FILE",
    "ModelInfo",
    "NOVELTY_FILE",
    "NO_RUN",
    "OWN_DIGEST",
    "PARTS",
    "RUN_FILE",
    "Run",
    "SCHEMA",
    "SERVING_FILES",
    "Shelf",
    "check_file",
    "check_model_file",
    "digests_of",
    "listed_digests",
    "load_run",
    "new_run",
    "open_shelf",
    "own_digest",
    "read_json",
    "read_model_info",
    "refuse_existing",
    "refuse_unwritable",
    "require_servable",
    "run_digests",
    "run_folders",
    "runs_root",
    "sha256_of",
    "write_json",
    "write_model_info",
    "write_run_file",
]
