"""The mean of a run's calibrated networks, written beside them."""

import logging
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import pandas as pd
from sklearn.metrics import roc_auc_score

from covid_model.common.architectures import TOGETHER, mean_of
from covid_model.common.classes import CLASS_NAMES
from covid_model.evaluation.tables import scores_of, truth_of, write_table
from covid_model.evaluation.verification.together import (
    LEAST_MEMBERS,
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

log = logging.getLogger(__name__)
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
    members = best_members(folder, members_of(folder, networks))
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


def best_members(folder: Path, members: Sequence[str]) -> tuple[str, ...]:
    """The networks whose mean ranks best on groups that were left out of training.

    Args:
        folder: of the run.
        members: of ``members_of``.

    Returns:
        Of all choices of two or more members the one with the highest mean over the classes of
        the area under the ROC curve, the larger one of equals; all of them where one has no
        predictions for groups left out.
    """
    if not members or not has_left_out(folder, members):
        return tuple(members)
    choices = [
        choice
        for size in range(len(members), LEAST_MEMBERS - 1, -1)
        for choice in combinations(members, size)
    ]
    areas = {}
    for choice in choices:
        table = mean_table(folder, choice, LEFT_OUT_FILE)
        areas[choice] = roc_auc_score(
            truth_of(table), scores_of(table).astype(float), multi_class="ovr", average="macro"
        )
        log.info("Mean of %s: AUROC %.4f on groups left out", ", ".join(choice), areas[choice])
    return max(choices, key=lambda choice: round(areas[choice], 4))


def _outputs(table: pd.DataFrame) -> ServedOutputs:
    return ServedOutputs(table, scores_of(table))
