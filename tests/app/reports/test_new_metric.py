"""A new metric is one row of the table with its computation: report, page and card have it."""

import importlib.util

import numpy as np
import pytest

from covid_model.common import metrics
from covid_model.common.messages import Message
from covid_model.common.metrics import Metric, Place
from covid_model.evaluation import metrics as computations
from covid_model.evaluation.report import read_and_report
from covid_model.evaluation.roc import RANKING_METRICS
from covid_model.evaluation.tables import read_table
from covid_model.runs import load_run, read_model_info, write_json, write_model_info
from covid_model.runs.model_card.card import model_card
from tests.app.conftest import shown_tables
from tests.stored_reports import write_evidence_run

YOUDEN = Metric(
    "youden",
    Message("Youden's J"),
    metrics.VALUE,
    places=frozenset({Place.CLASSES, Place.CARD}),
)
WRONG = Metric(
    "error_rate",
    Message("Error rate"),
    places=frozenset({Place.HEADLINE, Place.NETWORKS, Place.GROUPS, Place.CARD}),
)


def youden(counts):
    """Sensitivity + specificity - 1."""
    return computations.sensitivity(counts) + computations.specificity(counts) - 1


def error_rate(truth, predicted, bootstrap):
    """The share of wrong answers."""
    wrong = (truth != predicted).astype(float)
    return round(wrong.mean(), 6), bootstrap.mean_interval(wrong)


@pytest.fixture
def rows(monkeypatch):
    """Two rows more in the table, one of each class, one of all images."""
    monkeypatch.setattr(metrics, "PER_CLASS", (*metrics.PER_CLASS, YOUDEN))
    monkeypatch.setattr(metrics, "OVERALL", (*metrics.OVERALL, WRONG))
    for name, added in (
        ("PER_CLASS_METRICS", {"youden": youden}),
        ("OVERALL_METRICS", {"error_rate": error_rate}),
    ):
        monkeypatch.setattr(computations, name, {**getattr(computations, name), **added})


def write_run(folder):
    """Write a run whose reports are computed from the predictions beside them."""
    write_evidence_run(folder)
    for name in load_run(folder).models:
        report = read_and_report(read_table(folder / name / "predictions.csv"))
        write_json(folder / name / "report.json", report)
        write_model_info(folder / name, read_model_info(folder / name))
    return load_run(folder)


def test_a_row_with_its_computation_is_in_report_page_and_card(open_app, tmp_path, rows):
    run = write_run(tmp_path / "run")
    report = run.report("xception")
    covid = report["per_class"][0]
    expected = covid["sensitivity"] + covid["specificity"] - 1
    assert covid["youden"] == pytest.approx(expected, abs=2e-6)
    low, high = covid["youden_interval"]
    assert low < covid["youden"] < high
    assert report["error_rate"] == pytest.approx(1 - report["accuracy"], abs=2e-6)
    assert report["groups"]["source"][0]["error_rate"] == report["error_rate"]
    assert {row.key for row in metrics.WITHIN_SOURCE} <= set(report["within_source"][0])

    at = open_app(tmp_path, "reports")
    assert not at.exception
    tables = shown_tables(at)
    classes = next(table for table in tables if "Sensitivity" in table)
    assert list(classes)[-1] == "Youden's J"
    assert classes["Youden's J"].iloc[0].startswith(f"{covid['youden']:.3f} (")
    assert "Error rate" in [metric.label for metric in at.metric]
    assert sum("Error rate" in table for table in tables) == 2  # networks, groups

    card = model_card(run)
    assert card.count("| Youden's J |") == len(run.models)
    assert f"{covid['youden']:.3f} ({low:.3f} to {high:.3f}) |" in card
    assert f"| Error rate | {100 * report['error_rate']:.1f} % (" in card


def test_every_row_has_one_computation_and_every_computation_a_row():
    ranked = {f"{name}_macro" for name in RANKING_METRICS}
    assert {row.key for row in metrics.OVERALL} == {*computations.OVERALL_METRICS, *ranked}
    assert {row.key for row in metrics.PER_CLASS} == {
        *computations.PER_CLASS_METRICS,
        *RANKING_METRICS,
    }
    for row in (*metrics.OVERALL, *metrics.PER_CLASS, *metrics.WITHIN_SOURCE):
        assert importlib.util.find_spec(f"covid_model.evaluation.{row.computed_by}")


def test_metrics_that_no_image_counts_for_are_undefined():
    counts = computations.ClassCounts(*np.array([[0.0], [0], [0], [4]]))
    values = {name: compute(counts)[0] for name, compute in computations.PER_CLASS_METRICS.items()}
    assert {name for name, value in values.items() if np.isnan(value)} == {
        "sensitivity",
        "ppv",
        "f1",
    }
    assert (values["specificity"], values["npv"]) == (1, 1)
