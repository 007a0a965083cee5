"""The mean of a run's calibrated networks, written beside them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from covid_model.common.architectures import TOGETHER, mean_of
from covid_model.common.classes import CLASS_NAMES
from covid_model.evaluation.tables import scores_of, write_table
from covid_model.evaluation.verification.together import (
    PREDICTIONS,
    VALIDATION,
    has_left_out,
    mean_table,
    members_of,
    together_table,
)
from covid_model.evaluation.verification.verify import computed_report
from covid_model.runs import LEFT_OUT_FILE, ModelInfo, read_model_info, write_json, write_model_info
from covid_model.training.export.reliability import fit_reliability
from covid_model.training.export.served_outputs import ServedOutputs

NO_INPUT = (0, 0, 0, 0)  # its members see the image


def write_together(folder: Path, networks: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """Write the mean of a run's calibrated networks, fitted and judged as a network is.

    The mean of the calibrated probabilities is calibrated again, and has a threshold of its own.

    Args:
        folder: of the run, whose networks are written.
        networks: the names of its model folders.

    Returns:
        The content of its ``report.json`` by its name; empty, with nothing written, where fewer
        than two networks are calibrated on the same images, or their mean cannot be.
    """
    members = members_of(folder, networks)
    if not members:
        return {}
    own = folder / TOGETHER
    tables = {name: mean_table(folder, members, name) for name in (VALIDATION, PREDICTIONS)}
    if has_left_out(folder, members):
        tables[LEFT_OUT_FILE] = mean_table(folder, members, LEFT_OUT_FILE)
    parts = (_outputs(tables[name]) for name in (VALIDATION, PREDICTIONS))
    fit = fit_reliability(*parts, left_out=tables.get(LEFT_OUT_FILE))
    if fit.calibration is None:
        return {}
    own.mkdir()
    origin = str(mean_of(members))
    info = ModelInfo(TOGETHER, CLASS_NAMES, NO_INPUT, "", origin, members=members)
    fit.write(own, info)
    # Again with all columns that the members have, novelty among them, which the report counts.
    tables[PREDICTIONS] = together_table(folder, read_model_info(own), PREDICTIONS)
    for name, table in tables.items():
        write_table(table, own / name)
    report = computed_report(own, read_model_info(own))
    write_json(own / "report.json", report)
    write_model_info(own, read_model_info(own))
    return {TOGETHER: report}


def _outputs(table: pd.DataFrame) -> ServedOutputs:
    return ServedOutputs(table, scores_of(table))
