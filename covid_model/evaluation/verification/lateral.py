"""Figures of the head that recognises lateral views, computed from its stored scores."""

from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd

from covid_model.common.errors import RunError
from covid_model.common.rounding import mean
from covid_model.evaluation.bootstrap import PatientBootstrap
from covid_model.inference.lateral import LateralHead
from covid_model.runs import LATERAL_FILE
from covid_model.runs.report_schema import LateralReport, Report, WorstSource

TABLE = "laterals.csv"
COLUMNS = ("source", "patient_id", "kind", "score")
LATERAL, FRONTAL = "lateral", "frontal"  # values of kind
LEAST_OF_SOURCE = 30  # frontal images of a source of which a share says something


def lateral_metrics(table: pd.DataFrame, threshold: float) -> LateralReport:
    """How many lateral views are found, how many frontal ones are taken for one.

    Args:
        table: rows of ``laterals.csv``, each scored by a fit that has not seen its patient.
        threshold: of the head.
    """
    called = table["score"].to_numpy() >= np.float32(threshold)
    parts = {
        kind: _share(table[rows], called[rows])
        for kind in (LATERAL, FRONTAL)
        for rows in [(table["kind"] == kind).to_numpy()]
    }
    frontal = table[table["kind"] == FRONTAL].assign(called=called[table["kind"] == FRONTAL])
    shares = frontal.groupby("source")["called"].agg(["mean", "size"])
    enough = shares[shares["size"] >= LEAST_OF_SOURCE]
    worst: WorstSource | None = None
    if len(enough):
        name = enough["mean"].idxmax()
        here = frontal["called"][frontal["source"] == name].to_numpy()
        worst = {"source": str(name), "images": len(here), "share": mean(here)}
    return {"found": parts[LATERAL], "frontal_refused": parts[FRONTAL], "worst_source": worst}


def _share(rows: pd.DataFrame, called: np.ndarray) -> Any:
    return {
        "images": len(rows),
        "patients": int(rows["patient_id"].nunique()),
        "called": int(called.sum()),
        "share": mean(called),
        "share_interval": PatientBootstrap(rows["patient_id"]).mean_interval(called),
    }


def write_laterals(folder: Path, head: LateralHead, table: pd.DataFrame) -> None:
    """Write the head with the scores that it is judged by."""
    head.save(folder / LATERAL_FILE)
    table[list(COLUMNS)].to_csv(folder / TABLE, index=False, float_format="%.9g")


def read_laterals_table(path: Path) -> pd.DataFrame:
    """Read ``laterals.csv``.

    Raises:
        RunError: if it cannot be read, or lacks a column.
    """
    types = {**dict.fromkeys(COLUMNS, str), "score": np.float32}
    try:
        table = pd.read_csv(path, dtype=types, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise RunError(f"{path} cannot be read as a table ({error}): restore it.") from None
    lacking = [name for name in COLUMNS if name not in table]
    if lacking or not set(table["kind"]) <= {LATERAL, FRONTAL}:
        raise RunError(f"Expected the columns {', '.join(COLUMNS)} in {path}. Restore it.")
    return table


def with_laterals(report: Report, folder: Path) -> Report:
    """A report with what the folder's ``laterals.csv`` tells, as it is where there is none.

    Raises:
        RunError: if the table or the head beside it is damaged.
    """
    if not (folder / TABLE).is_file():
        return report
    threshold = LateralHead.load(folder / LATERAL_FILE).threshold
    table = read_laterals_table(folder / TABLE)
    return cast(Report, {**report, "lateral": lateral_metrics(table, threshold)})
