"""Rows of a table: by the columns, without figures of what is refused, safe in a spreadsheet."""

import numpy as np
import pytest

import covid_model
from covid_model.serving import batch_table
from covid_model.serving.batch_table import COLUMNS
from covid_model.serving.classifier import Prediction
from covid_model.serving.diagnosis import CaseResult

WRITTEN_BY = {"run": "third", "version": covid_model.__version__}


def rows(result):
    return batch_table.rows(result, run="third")


def test_rows_follow_the_columns():
    scores = np.array([0.25, 0.5, 0.25], np.float32)
    prediction = Prediction("vgg16", scores, np.zeros((3, 2, 2), np.float32), 0.1234)
    (row,) = rows(CaseResult("a.dat", "ok", predictions=(prediction,)))
    assert tuple(row) == COLUMNS
    assert row == {
        "file": "a.dat",
        "model": "vgg16",
        "status": "ok",
        "reason": "",
        "predicted": "normal",
        "p_covid": "0.250000",
        "p_normal": "0.500000",
        "p_infection": "0.250000",
        "novelty": "",
        "seconds": "0.123",
        **WRITTEN_BY,
        "profile": "",
    }


def novel(model, novelty):
    scores, heatmaps = np.array([0.7, 0.2, 0.1], np.float32), np.ones((3, 2, 2), np.float32)
    return Prediction(model, scores, heatmaps, 0.5, calibrated=True, novelty=novelty)


def test_a_novel_image_has_its_novelty_a_network_but_no_class():
    predictions = novel("xception", 1.23456), novel("vgg16", None)
    table = rows(CaseResult("a", "refused", "why", None, predictions, withheld=True))
    assert [tuple(row) for row in table] == [COLUMNS] * 2
    filled = [{key: value for key, value in row.items() if value} for row in table]
    common = {**WRITTEN_BY, "file": "a", "status": "refused", "reason": "why", "seconds": "0.500"}
    assert filled == [
        {**common, "model": "xception", "novelty": "1.235"},
        {**common, "model": "vgg16"},
    ]


def test_an_uncertain_image_keeps_its_figures_with_novelty():
    (row,) = rows(CaseResult("a", "uncertain", "why", None, (novel("vgg16", 0.5),)))
    assert (row["status"], row["reason"], row["predicted"]) == ("uncertain", "why", "covid")
    assert (row["p_covid"], row["novelty"]) == ("0.700000", "0.500")


def test_refused_file_has_one_row_without_a_model():
    (row,) = rows(CaseResult("a", "refused", "why"))
    assert tuple(row) == COLUMNS
    assert {key: value for key, value in row.items() if value} == {
        "file": "a",
        "status": "refused",
        "reason": "why",
        **WRITTEN_BY,
    }


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])
def test_no_text_runs_in_a_spreadsheet(start):
    words = f"{start}1+1"
    (row,) = batch_table.rows(CaseResult(words, "refused", reason=words), run=words)
    assert (row["file"], row["reason"], row["run"]) == (f"'{words}",) * 3
    (row,) = rows(CaseResult("a=b.png", "refused", reason="1 - 1 = 0"))
    assert (row["file"], row["reason"]) == ("a=b.png", "1 - 1 = 0")
