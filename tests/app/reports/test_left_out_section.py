"""The section on hospitals that no network has seen: first on Reports, absent in older runs."""

import pandas as pd
import pytest

from covid_model.common.architectures import ARCHITECTURES
from covid_model.evaluation.left_out import LeftOut
from covid_model.evaluation.reliability.left_out_fit import fit_left_out
from covid_model.evaluation.report import read_and_report
from covid_model.evaluation.tables import read_table
from covid_model.runs import load_run, write_json, write_model_info
from dashboard.components.text import percent
from dashboard.reports.left_out import tables as left_out_tables
from dashboard.reports.left_out import text as left_out_text
from dashboard.reports.reliability import text as reliability_text
from tests.app.conftest import shown_tables, words
from tests.computed_run import left_out_rows

pytestmark = pytest.mark.usefixtures("few_replicates")


def leave_out(root):
    """Give the networks of a run predictions for groups left out, with reports of them."""
    run = load_run(root)
    for seed, name in enumerate(run.models):
        folder, info = root / name, run.model_info(name)
        fit = fit_left_out(left_out_rows(240, seed=seed))
        report = read_and_report(
            read_table(folder / "predictions.csv"),
            read_table(folder / "validation.csv"),
            calibration=fit.calibration,
            thresholds={**info.thresholds, "probability": fit.threshold},
            left_out=LeftOut(left_out_rows(240, seed=seed), fit.sets),
        )
        write_json(folder / "report.json", report)
        write_model_info(folder, info)
    return load_run(root)


def test_reports_show_hospitals_left_out_before_all_other_figures(open_app, trusted_run_root):
    run = leave_out(trusted_run_root / "trusted")
    at = open_app(trusted_run_root, "reports")
    assert not at.exception
    assert at.subheader[0].value == left_out_text.SECTION
    networks, by_group, by_source, by_label = shown_tables(at)[:4]
    assert list(networks["Network"]) == list(ARCHITECTURES.values())
    reports = {name: run.report(name)["left_out"] for name in run.models}
    expected = left_out_tables.networks(reports)
    pd.testing.assert_frame_equal(networks.reset_index(drop=True), pd.DataFrame(expected))
    right = reports["xception"]["cross_fitted"]["right"]
    assert networks["Right of these"].iloc[0].startswith(percent(right))
    assert list(by_group["Left out"]) == [f"hospital {i}" for i in range(4)]
    assert list(by_group["Images (patients)"]) == ["60 (30)"] * 4
    assert list(by_source["Source"]) == ["here", "there"]
    assert list(by_label["Label by"]) == ["PCR test", "mined from a text report"]
    said = words(at)
    first = reports["xception"]
    assert left_out_text.explained(first) in said
    assert "4 groups of images" in said
    assert left_out_text.sets(first, network="Xception") in said
    assert percent(first["cross_fitted"]["coverage"]) in said
    assert reliability_text.EXPLAINED_LEFT_OUT in said
    assert reliability_text.EXPLAINED not in said


def test_an_older_run_has_no_such_section(open_app, trusted_run_root):
    at = open_app(trusted_run_root, "reports")
    assert left_out_text.SECTION not in [title.value for title in at.subheader]
    assert "were left out of training" not in words(at)
    assert reliability_text.EXPLAINED in words(at)


def test_small_groups_have_a_star_and_what_is_undefined_a_dash():
    report = {"class": "covid", "auroc": None, "recall": 0.5, "images": 2}
    row = {
        "group": "",
        "images": 4,
        "patients": 3,
        "per_class": [report],
        "answered": 0.25,
        "right": None,
        "few": True,
    }
    assert left_out_tables.groups([row], kind="source") == [
        {
            "Source": "not on record *",
            "Images (patients)": "4 (3)",
            "AUROC COVID-19": "–",
            "Recall COVID-19": f"{percent(0.5)} of 2",
            "Answered": percent(0.25),
            "Right of these": "–",
        }
    ]
