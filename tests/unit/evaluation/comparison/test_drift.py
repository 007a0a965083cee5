"""Drift of what classify wrote, by an index that is known."""

import numpy as np
import pandas as pd
import pytest

from covid_model import cli
from covid_model.common.errors import DataError
from covid_model.evaluation.comparison.drift import drift_of, refused_shares, stability_index
from covid_model.evaluation.tables import read_table
from covid_model.runs import load_run
from covid_model.serving.batch_table import COLUMNS
from tests.computed_run import write_run

pytestmark = pytest.mark.usefixtures("few_replicates")


@pytest.fixture(scope="module")
def run(tmp_path_factory, few_replicates):
    folder = tmp_path_factory.mktemp("runs") / "whole"
    write_run(folder)
    return load_run(folder)


def classified(run, *, times=1, shift=0.0):
    """What classify would have written of the run's own test part, several times over."""
    tables = []
    for name in run.models:
        table = read_table(run.folder / name / "predictions.csv")
        novelty = table["novelty"] + shift
        rows = table[["p_covid", "p_normal", "p_infection"]].astype(str)
        rows = rows.assign(file=table["path"], model=name, status="ok", profile="")
        tables.append(rows.assign(novelty=novelty.map("{:.3f}".format)))
    return pd.concat(tables * times).reindex(columns=list(COLUMNS), fill_value="")


def test_the_index_by_hand():
    expected, actual = np.array([0.5, 0.5]), np.array([0.25, 0.75])
    assert stability_index(expected, actual) == pytest.approx(0.25 * np.log(2) + 0.25 * np.log(1.5))
    assert stability_index(expected, expected) == 0


def test_the_runs_own_test_part_has_not_drifted(run):
    rows = drift_of(run, classified(run))
    assert {row.quantity for row in rows} == {"novelty", "p_covid", "p_normal", "p_infection"}
    assert {row.verdict for row in rows} == {"as by chance"}
    assert all(row.index < 0.05 for row in rows)
    novel, refused = refused_shares(run, classified(run))
    assert (refused, novel < 0.2) == (0, True)


def test_a_shift_that_was_made_is_large_where_it_was_made(run):
    verdicts = {
        row.quantity: row.verdict
        for row in drift_of(run, classified(run, times=10, shift=0.3))
        if row.network == "vgg16"
    }
    assert verdicts["novelty"] == "large"
    assert verdicts["p_covid"] in ("as by chance", "little")


def test_few_images_differ_by_chance():
    few, many = np.array([0.2, 0.8]), np.array([0.3, 0.7])
    from covid_model.evaluation.comparison.drift import Drift

    def drift(images):
        index = stability_index(few, many)
        return Drift("vgg16", "novelty", np.zeros(1), few, many, images, index)

    assert drift((500, 60)).verdict == "as by chance"
    assert drift((50000, 60000)).verdict == "little"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda table: table.drop(columns="novelty"), "Missing columns: novelty"),
        (lambda table: table.assign(profile="here"), "written with a profile"),
        (lambda table: table.assign(novelty="much"), "A cell of novelty is no number"),
        (lambda table: table[:20], "Expected 50 images or more"),
    ],
)
def test_what_cannot_be_compared_is_refused(run, change, reason):
    with pytest.raises(DataError, match=reason):
        drift_of(run, change(classified(run)))


def test_the_command_prints_a_table_and_writes_a_page_of_its_own(run, tmp_path, capsys):
    table = classified(run)
    table["novelty"] = table["novelty"].str.replace(".", ",")  # as a spreadsheet saved it
    table.to_csv(tmp_path / "table.csv", index=False, sep=";")
    plot = tmp_path / "drift.html"
    command = ["drift", str(tmp_path / "table.csv"), "--run", str(run.folder), "--plot", str(plot)]
    assert cli.main(command) == 0
    output = capsys.readouterr().out
    assert len(output.splitlines()) == 1 + 8 + 2
    assert "no more than chance allows" in output
    page = plot.read_text("utf-8")
    assert "VGG16: novelty" in page
    assert 'src="http' not in page
