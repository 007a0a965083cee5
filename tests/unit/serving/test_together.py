"""The mean of the networks decides where all of them are asked."""

import csv
import io
import json
import shutil

import numpy as np
import pytest

from covid_model import cli
from covid_model.common.architectures import ARCHITECTURES
from covid_model.common.classes import CLASS_NAMES, SCORE_COLUMNS
from covid_model.common.errors import RunError
from covid_model.imaging.radiograph import Radiograph
from covid_model.runs import load_run
from covid_model.serving import (
    Classifier,
    Prediction,
    Together,
    classify_case,
    combine_predictions,
    decide,
)
from covid_model.serving.batch import rows
from tests.drawings import drawing, png
from tests.tiny_tables import write_mean

PICTURE = Radiograph(np.zeros((4, 4), np.float32), name="a.png")
COVID, NORMAL = (0.96, 0.02, 0.02), (0.3, 0.4, 0.3)


def says(model, scores, *, novelty=0.5, threshold=0.7):
    maps = np.zeros((3, 1, 1), np.float32)
    trust = {"calibrated": True, "novelty": novelty, "threshold": threshold}
    return Prediction(model, np.array(scores, np.float32), maps, 0.1, **trust)


def three(*scores, **trust):
    pairs = zip(ARCHITECTURES, scores, strict=True)
    return [says(name, values, **trust) for name, values in pairs]


@pytest.fixture
def folder(tiny_run_root):
    """A run that predicts, with a mean whose threshold is 0.7."""
    write_mean(tiny_run_root / "tiny", threshold=0.7)
    return tiny_run_root / "tiny"


@pytest.fixture
def together(folder):
    return Together.load(load_run(folder))


def test_networks_that_disagree_answer_where_their_mean_is_sure(together):
    predictions = three(COVID, COVID, NORMAL)
    assert decide(predictions).cause == "disagree"
    result = combine_predictions(PICTURE, predictions, together)
    assert (result.status, result.reason) == ("ok", "")
    np.testing.assert_allclose(result.together.probabilities, [0.74, 0.44 / 3, 0.34 / 3], atol=1e-6)
    assert abs(result.together.probabilities.sum() - 1) < 1e-6


def test_a_mean_below_its_threshold_is_uncertain_though_each_network_is_sure(together):
    predictions = three((0.9, 0.1, 0), (0.9, 0.1, 0), (0.28, 0.36, 0.36), threshold=0.3)
    result = combine_predictions(PICTURE, predictions, together)
    assert result.status == "uncertain"
    assert result.reason == (
        "The networks together give COVID-19 a calibrated probability of only 0.69, where an "
        "answer takes 0.70."
    )


@pytest.mark.parametrize(
    ("least", "sentence"),
    [
        ((0.5, 0.5, 0.5), "They leave open COVID-19 alone."),
        ((0.5, 0.12, 0.5), "They leave open COVID-19 or Normal."),
        ((0.1, 0.1, 0.1), "They cannot rule out any of the three classes."),
    ],
)
def test_what_stays_open_is_by_the_sets_of_the_mean(folder, least, sentence):
    write_mean(folder, threshold=0.9)
    path = folder / "together" / "model.json"
    sets = dict(zip(CLASS_NAMES, least, strict=True))
    path.write_text(json.dumps({**json.loads(path.read_text()), "sets": sets}))
    together = Together.load(load_run(folder))
    result = combine_predictions(PICTURE, three(COVID, COVID, NORMAL), together)
    assert sentence in result.reason


def test_a_novel_picture_is_refused_however_sure_the_mean_is(together):
    result = combine_predictions(PICTURE, three(COVID, COVID, COVID, novelty=2), together)
    assert result.status == "refused"
    assert result.withheld
    assert [row["model"] for row in rows(result)] == [*ARCHITECTURES, "together"]
    assert all(row["predicted"] == row["p_covid"] == "" for row in rows(result))


def test_without_all_of_its_members_the_networks_decide_as_before(together):
    predictions = three(COVID, COVID, NORMAL)[1:]
    result = combine_predictions(PICTURE, predictions, together)
    assert result.together is None
    assert (result.status, result.reason) == (
        decide(predictions).status,
        decide(predictions).reason,
    )


def test_its_own_calibration_is_laid_on_the_mean(folder):
    write_mean(folder, threshold=0.7, temperature=0.5)
    result = combine_predictions(
        PICTURE, three(COVID, COVID, NORMAL), Together.load(load_run(folder))
    )
    sharper = np.array([0.74, 0.44 / 3, 0.34 / 3]) ** 2
    np.testing.assert_allclose(result.together.probabilities, sharper / sharper.sum(), atol=1e-6)


@pytest.mark.parametrize(
    "damage",
    [
        {"members": ["xception"]},
        {"members": []},
        {"temperature": None, "thresholds": {}},
        {"thresholds": {}},
        {"thresholds": {"probability": 2.0}},
        {"temperature": -1.0},
        {"classes": ["a", "b", "c"]},
    ],
)
def test_a_damaged_mean_names_its_file(folder, damage):
    path = folder / "together" / "model.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **damage}))
    with pytest.raises(RunError) as caught:
        Together.load(load_run(folder))
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("text", ["{", '{"members": 5}'])
def test_a_mean_that_cannot_be_read_is_named_and_the_networks_answer(
    folder, tmp_path, capsys, text
):
    path = folder / "together" / "model.json"
    path.write_text(text)
    picture = tmp_path / "a.png"
    picture.write_bytes(png(drawing()))
    assert cli.main(["classify", str(picture), "--run", str(folder)]) == 0
    printed = capsys.readouterr()
    assert str(path) in printed.err
    assert "together" not in printed.out


def test_a_run_without_it_has_none(tiny_run_root):
    assert Together.load(load_run(tiny_run_root / "tiny")) is None


def table_of(arguments, capsys):
    assert cli.main(["classify", *map(str, arguments)]) == 0
    return list(csv.DictReader(io.StringIO(capsys.readouterr().out)))


def without_seconds(table):
    """What a table says of the networks' answers: the command adds the file's digest."""
    left = ("seconds", "sha256")
    return [{key: value for key, value in row.items() if key not in left} for row in table]


def test_the_command_gives_it_the_fourth_row(folder, tmp_path, capsys):
    write_mean(folder, threshold=0.01)
    picture = tmp_path / "a.png"
    picture.write_bytes(png(drawing()))
    table = table_of([picture, "--run", folder], capsys)
    assert [row["model"] for row in table] == [*ARCHITECTURES, "together"]
    assert {(row["status"], row["reason"]) for row in table} == {("ok", "")}
    for column in SCORE_COLUMNS:
        *each, joint = (float(row[column]) for row in table)
        assert joint == pytest.approx(np.mean(each), abs=2e-6)
    *_, last = table
    largest = max(SCORE_COLUMNS, key=lambda column: float(last[column]))
    assert last["predicted"] == CLASS_NAMES[SCORE_COLUMNS.index(largest)]
    write_mean(folder, threshold=0.999)
    unsure = table_of([picture, "--run", folder], capsys)
    assert {row["status"] for row in unsure} == {"uncertain"}
    assert unsure[0]["reason"].startswith("The networks together give ")


def test_without_it_the_table_is_as_before(folder, tmp_path, capsys):
    picture = tmp_path / "a.png"
    picture.write_bytes(png(drawing()))
    one = table_of([picture, "--run", folder, "--model", "vgg16"], capsys)
    shutil.rmtree(folder / "together")
    assert without_seconds(table_of([picture, "--run", folder, "--model", "vgg16"], capsys)) == (
        without_seconds(one)
    )
    table = table_of([picture, "--run", folder], capsys)
    assert [row["model"] for row in table] == list(ARCHITECTURES)
    classifiers = [Classifier.load(folder / name) for name in ARCHITECTURES]
    result = classify_case(picture.read_bytes(), str(picture), classifiers)
    assert without_seconds(rows(result, run=table[0]["run"])) == without_seconds(table)


def test_the_note_beside_a_table_says_what_decides(folder, tmp_path):
    picture, table = tmp_path / "a.png", tmp_path / "table.csv"
    picture.write_bytes(png(drawing()))
    note = tmp_path / "table.csv.notice.txt"
    options = ["classify", str(picture), "--csv", str(table), "--run", str(folder)]
    assert cli.main(options) == 0
    assert "models Xception, ResNet50V2, VGG16, All together" in note.read_text()
    assert "networks together, in the rows of together" in note.read_text()
    assert cli.main([*options, "--model", "vgg16"]) == 0
    assert "together" not in note.read_text()
