"""Metrics and checks of the shortcut audit, computed from its table."""

from collections.abc import Mapping
from typing import Any, cast

import numpy as np
import pandas as pd

from covid_model.common import audit_checks
from covid_model.common.classes import SCORE_COLUMNS
from covid_model.common.errors import RunError
from covid_model.common.rounding import mean, number
from covid_model.evaluation.bootstrap import PatientBootstrap
from covid_model.evaluation.metrics import overall_metrics
from covid_model.evaluation.tables import patient_counts, scores_of, truth_of
from covid_model.runs.audit_schema import AuditMetrics, ConditionRow

CONDITIONS = tuple(audit_checks.CONDITIONS)
COLUMNS = ("path", "patient_id", "source", "label", "condition", *SCORE_COLUMNS)
MUST_FALL = tuple(row.name for row in audit_checks.CONDITIONS.values() if row.must_fall)
MOST_KEPT = 0.5  # share of what is above chance; a check fails where more is kept
MOST_ASSOCIATED = 0.5  # Cramér's V of label with source; a check fails above it


def audit_metrics(table: pd.DataFrame) -> AuditMetrics:
    """All of ``audit.json`` that ``audit.csv`` tells: images, patients, conditions, guessing.

    Args:
        table: rows of ``audit.csv``, as ``tables.read_table`` gives them.
    """
    once = table[table["condition"] == CONDITIONS[0]]
    shares = once["label"].value_counts(normalize=True)
    metrics = {
        "images": len(once),
        **patient_counts(once),
        "conditions": condition_metrics(table),
        "chance": number(1 / len(shares)) if len(shares) else None,
        "majority": number(shares.max()),
    }
    return cast(AuditMetrics, metrics)  # an audit has images, so that both are numbers


def hidden_lungs(
    untouched: pd.DataFrame, hidden: np.ndarray, shares: Mapping[str, np.ndarray]
) -> pd.DataFrame:
    """Rows of an ``audit.csv`` whose only other condition is that the lungs are hidden.

    Args:
        untouched: rows of ``predictions.csv``.
        hidden: probabilities of the same images with their lungs hidden, float (n, 3).
        shares: further columns of the untouched rows, such as the map's share inside the lungs.
    """
    before = untouched.reset_index(drop=True)
    known = ["patient_known"] if "patient_known" in before else []
    after = before.assign(**dict(zip(SCORE_COLUMNS, hidden.T, strict=True)))
    first, second = CONDITIONS[:2]
    both = (before.assign(condition=first, **shares), after.assign(condition=second))
    return pd.concat(both)[[*COLUMNS, *known, *shares]]


def condition_metrics(table: pd.DataFrame) -> list[ConditionRow]:
    """How many images each condition leaves right, how many it leaves as they were.

    Args:
        table: rows of ``audit.csv``, as ``tables.read_table`` gives them.

    Returns:
        Rows with condition, images, accuracy, macro_recall (mean over the classes that have
        images), unchanged (share whose class is that of the untouched image), each figure with
        its interval.

    Raises:
        RunError: if a condition has other images than the others, or another order of them.
    """
    groups = {name: table[table["condition"] == name] for name in CONDITIONS}
    first = groups[CONDITIONS[0]]
    bootstrap = PatientBootstrap(first["patient_id"])
    truth, before = truth_of(first), scores_of(first).argmax(axis=1)
    rows: list[ConditionRow] = []
    for name, group in groups.items():
        if group.empty:
            continue
        if group["path"].tolist() != first["path"].tolist():
            raise RunError(
                f"Expected the images of {CONDITIONS[0]!r} under {name!r} too, in the same order. "
                "Received: others. Restore audit.csv or train the run again."
            )
        predicted = scores_of(group).argmax(axis=1)
        row = {
            "condition": name,
            "images": len(group),
            **overall_metrics(truth, predicted, bootstrap),
            "unchanged": mean(predicted == before),
            "unchanged_interval": bootstrap.mean_interval(predicted == before),
        }
        rows.append(cast(ConditionRow, row))  # the keys of metrics come from their table
    return rows


def failed_checks(audit: Mapping[str, Any]) -> list[str]:
    """Name the checks that an audit does not pass.

    Hiding the lungs, as showing the border alone, fails where macro recall keeps more than
    ``MOST_KEPT`` of what the untouched images have above chance; the source probe, where it has
    more than that share of all that there is above chance; either only where its interval lies
    above chance. Labels by source fail where Cramér's V is above ``MOST_ASSOCIATED``.

    Args:
        audit: the content of ``audit.json``, ``failed`` not needed.
    """
    rows = {row["condition"]: row for row in audit["conditions"]}
    failed = []
    for name in MUST_FALL:
        if name in rows:
            value, interval = (rows[name][key] for key in ("macro_recall", "macro_recall_interval"))
            whole = rows[CONDITIONS[0]]["macro_recall"]
            if _keeps(value, interval, chance=audit["chance"], whole=whole):
                failed.append(name)
    probe = audit["source_probe"]
    if probe:
        value, interval = (
            probe[key] for key in ("balanced_accuracy", "balanced_accuracy_interval")
        )
        if _keeps(value, interval, chance=probe["chance"], whole=1.0):
            failed.append("source_probe")
    if audit["label_by_source"]["cramers_v"] > MOST_ASSOCIATED:
        failed.append("label_by_source")
    return failed


def _keeps(value: float, interval: list[float] | None, *, chance: float, whole: float) -> bool:
    above = interval is not None and interval[0] > chance
    return above and value - chance > MOST_KEPT * (whole - chance)
