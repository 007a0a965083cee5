"""Figures of an evaluation on a hospital's radiographs, computed from the tables of its folder."""

import io
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pandas as pd

from covid_model.common.architectures import TOGETHER
from covid_model.common.classes import CLASS_NAMES, SCORE_COLUMNS
from covid_model.common.rounding import mean
from covid_model.evaluation.bootstrap import PatientBootstrap
from covid_model.evaluation.comparison.models import compare_pairs
from covid_model.evaluation.comparison.profile import profile_content
from covid_model.evaluation.comparison.readings import readings_compared
from covid_model.evaluation.comparison.samples import (
    OTHER_SEED,
    Sample,
    differences,
    predictive_values,
)
from covid_model.evaluation.reliability.calibration import Calibration
from covid_model.evaluation.reliability.selective_prediction import ThresholdFit
from covid_model.evaluation.report import evaluate
from covid_model.evaluation.shortcut_audit import audit_metrics, failed_checks
from covid_model.evaluation.tables import Files, read_table, scores_of, table_of
from covid_model.inference.calibration.profile import fingerprint
from covid_model.runs import LEFT_OUT, LEFT_OUT_FILE, SCHEMA, Run, parse_json
from covid_model.runs.report_schema import Report

FACTS_FILE, KIND = "evaluation.json", "covid-xray-models evaluation"
FILES_TABLE, READINGS_TABLE = "files.csv", "readings.csv"
PREDICTIONS, UNLABELLED, AUDIT = "predictions.csv", "unlabelled.csv", "audit.csv"
TEST_PART = "test_part.csv"  # copy of the run's predictions.csv
BESIDE = {"test_part": TEST_PART, LEFT_OUT: LEFT_OUT_FILE}  # the run's tables that are held to
PROFILE_FILE = "profile.json"
FEW_OF_CLASS = 10  # images of a class, below which its figures say next to nothing
Computation = Callable[[], Mapping[str, Any]]


def network_facts(run: Run, name: str) -> dict[str, Any]:
    """What the figures of a network follow from beside its predictions.

    Args:
        run: the run.
        name: one of ``run.reported``.
    """
    info, folder = run.model_info(name), run.model_folder(name)
    path = folder / "validation.csv"
    validation = read_table(path) if path.is_file() else None
    left_out = folder / LEFT_OUT_FILE
    fitted = read_table(left_out) if info.fitted_on == LEFT_OUT else validation
    kept = None
    if validation is not None and "novelty" in validation:
        kept = mean((validation["novelty"] <= 1).to_numpy(float))
    return {
        "belongs_to": fingerprint(info),
        "temperature": info.temperature,
        "offsets": list(info.offsets or ()),
        "thresholds": dict(info.thresholds),
        "fitted_on": {
            "part": LEFT_OUT if info.fitted_on == LEFT_OUT else "validation",
            "images": 0 if fitted is None else len(fitted),
        },
        "kept_on_validation": kept,
    }


def json_of(files: Files, name: str) -> dict[str, Any]:
    """Read a JSON file of an evaluation, empty where there is none."""
    return parse_json(files[name], name) if name in files else {}


def computations(files: Files) -> dict[str, Computation]:
    """What computes each JSON file of an evaluation, by its path, from its tables and facts.

    Raises:
        RunError: if one of them is damaged.
        KeyError: if one is missing.
    """
    facts, jobs = json_of(files, FACTS_FILE), dict[str, Computation]()
    tables = {name: table_of(files, f"{name}/{PREDICTIONS}") for name in facts["networks"]}
    judged = {name: table for name, table in tables.items() if len(table)}
    for name, table in judged.items():
        row = facts["networks"][name]
        beside = {part: _beside(files, name, file, row) for part, file in BESIDE.items()}
        jobs[f"{name}/report.json"] = partial(own_report, table, row)
        jobs[f"{name}/figures.json"] = partial(_figures, table, row, beside, facts["mix"])
        if f"{name}/{AUDIT}" in files:
            jobs[f"{name}/audit.json"] = partial(_audit, table_of(files, f"{name}/{AUDIT}"))
    networks = {name: table for name, table in judged.items() if name != TOGETHER}
    if len(networks) > 1:
        jobs["comparison.json"] = lambda: {"schema": SCHEMA, "pairs": compare_pairs(networks)}
    if judged and READINGS_TABLE in files:
        text = io.BytesIO(files[READINGS_TABLE])
        readings = pd.read_csv(text, dtype=str, keep_default_na=False)
        jobs["readings.json"] = lambda: readings_compared(readings, judged)
    if facts["adjust"]:
        jobs[PROFILE_FILE] = lambda: profile_content(facts, tables, _unlabelled(files, tables))
    return jobs


def _unlabelled(files: Files, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    paths = {name: f"{name}/{UNLABELLED}" for name in tables}
    return {
        name: table_of(files, path, labelled=False) if path in files else tables[name].iloc[:0]
        for name, path in paths.items()
    }


def _beside(files: Files, name: str, file: str, network: Mapping[str, Any]) -> pd.DataFrame | None:
    """The run's own answers that a network's are held to, as they are served."""
    if f"{name}/{file}" not in files:
        return None
    other, calibration = table_of(files, f"{name}/{file}"), _calibration(network)
    if file == LEFT_OUT_FILE and calibration is not None:
        other[list(SCORE_COLUMNS)] = calibration.apply(scores_of(other))
    return other


def own_report(table: pd.DataFrame, network: Mapping[str, Any]) -> Report:
    """The content of ``report.json``; without macro figures where a class has no image.

    Args:
        table: ``predictions.csv`` of a network.
        network: its ``network_facts``.
    """
    fitted, kept = network["fitted_on"], network["kept_on_validation"]
    fit = ThresholdFit(
        fitted["images"],
        _calibration(network),
        network["thresholds"].get("probability"),
        kept if "novelty" in table else None,
        part=fitted["part"],
    )
    report: dict[str, Any] = {**evaluate(table, fit=fit)}
    if table["label"].nunique() < len(CLASS_NAMES):
        macro = ("macro_recall", "auroc_macro", "average_precision_macro")
        report |= dict.fromkeys([key for name in macro for key in (name, f"{name}_interval")])
    return report  # type: ignore[return-value]


def _calibration(network: Mapping[str, Any]) -> Calibration | None:
    if network["temperature"] is None:
        return None
    return Calibration(network["temperature"], tuple(network["offsets"]) or None)


def _figures(
    table: pd.DataFrame,
    network: Mapping[str, Any],
    others: Mapping[str, pd.DataFrame | None],
    mix: Mapping[str, float] | None,
) -> dict[str, Any]:
    """The content of ``figures.json``: beside the run's own figures, and at another mix."""
    counts = {name: int((table["label"] == name).sum()) for name in CLASS_NAMES}
    threshold = network["thresholds"].get("probability")
    beside: dict[str, Any] = {}
    for part, other in others.items():
        if other is None:
            continue
        own = table
        if "novelty" not in other:
            own = own.drop(columns="novelty", errors="ignore")
        beside[part] = {
            "images": len(other),
            "patients": int(other["patient_id"].nunique()),
            "figures": differences(
                Sample(own, threshold), Sample(other, threshold, seed=OTHER_SEED)
            ),
        }
    figures: dict[str, Any] = {
        "schema": SCHEMA,
        "images": counts,
        "few": [name for name, images in counts.items() if 0 < images < FEW_OF_CLASS],
        "without": [name for name, images in counts.items() if not images],
        "beside": beside,
    }
    if mix is not None:
        figures["at_prevalence"] = predictive_values(Sample(table), mix)
    return figures


def _audit(table: pd.DataFrame) -> dict[str, Any]:
    """The content of ``audit.json``: what hiding the lungs changes, how much of maps lies there."""
    metrics = audit_metrics(table)
    unknown = {"source_probe": None, "label_by_source": {"cramers_v": 0.0}}
    first = table[table["condition"] == "untouched"]
    audit = {
        "schema": SCHEMA,
        **metrics,
        "failed": failed_checks({**metrics, **unknown}),
    }
    if "inside" in first:
        bootstrap = PatientBootstrap(first["patient_id"])
        inside: dict[str, Any] = {}
        for key, column in (("share", "inside"), ("lungs", "lungs")):
            values = first[column].to_numpy(float)
            known = values[~pd.isna(values)]
            inside |= {key: mean(known), f"{key}_interval": bootstrap.mean_interval(values)}
        audit["inside_lungs"] = inside
    return audit
