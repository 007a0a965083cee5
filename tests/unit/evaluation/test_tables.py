"""Tables of predictions: what is written is read again, to the last bit."""

import numpy as np
import pandas as pd
import pytest

from covid_model.common.classes import SCORE_COLUMNS
from covid_model.common.errors import RunError
from covid_model.evaluation.report import predictions_table
from covid_model.evaluation.tables import as_stored, read_table, write_table

FRAME = pd.DataFrame(
    {
        "path": ["a/1.png", "a/2.png", "a/3.png"],
        "original": ["NA", 'a "name", with a comma.png', "null"],
        "source": ["nan", "None", "x"],
        "patient_id": ["007", "1e5", "NA"],
        "label": ["covid", "normal", "infection"],
        "view": ["PA", None, np.nan],
        "sex": ["F", None, "M"],
        "age": [65.0, None, 3.5],
        "width": [320, None, 2048],
        "height": [1024.0, None, 17],
        "finding": "not kept",
    }
)


@pytest.fixture
def scores():
    """Softmax outputs with the hardest floats that there are: tiny ones, and neighbours of 1."""
    rng = np.random.default_rng(0)
    one = rng.dirichlet((0.02, 0.5, 1), 3).astype(np.float32)
    one[0] = (np.nextafter(np.float32(1), np.float32(0)), 1e-38, np.finfo(np.float32).tiny)
    return one


def test_the_columns_are_those_on_record(scores):
    table = predictions_table(FRAME, scores)
    who = ["path", "original", "source", "patient_id", "label"]
    assert list(table) == [*who, *SCORE_COLUMNS, "view", "sex", "age", "width", "height"]
    assert table["view"].tolist() == ["PA", "", ""]
    assert table["age"].tolist() == ["65.0", "", "3.5"]
    less = predictions_table(FRAME[who[1:]], scores)
    assert list(less) == [*who[1:], *SCORE_COLUMNS]


def test_what_is_written_is_read_again(scores, tmp_path):
    table = predictions_table(FRAME, scores).assign(novelty=[0.123456, np.nan, 12345.678901])
    write_table(table, tmp_path / "table.csv")
    again = read_table(tmp_path / "table.csv")
    np.testing.assert_array_equal(again[list(SCORE_COLUMNS)].to_numpy(), scores)
    assert again[list(SCORE_COLUMNS)].to_numpy().dtype == np.float32
    for column in ("path", "original", "source", "patient_id", "label", "view", "sex", "age"):
        assert again[column].tolist() == table[column].tolist(), column
    np.testing.assert_array_equal(again["width"], [320, np.nan, 2048])
    pd.testing.assert_frame_equal(again, as_stored(table))
    write_table(again, tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "table.csv").read_bytes()


def test_an_empty_table_stays_a_table():
    empty = as_stored(predictions_table(FRAME[:0], np.zeros((0, 3), np.float32)))
    assert len(empty) == 0
    assert empty[list(SCORE_COLUMNS)].to_numpy().dtype == np.float32


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda text: text.replace("p_normal", "p_n"), r"Missing: \['p_normal'\]"),
        (lambda text: text.replace(",covid,", ",Covid,"), r"Got: \['Covid'\]"),
        (lambda text: text.replace(",0.5,", ",half,"), "cannot be read as a table"),
        (lambda text: text.replace(",0.5,", ",,"), "cannot be read as a table"),
        (lambda text: "", "cannot be read as a table"),
        (lambda text: text + "a,b,c\n,,,,,,,,,,,,,,,,,,,\n", "cannot be read as a table"),
    ],
)
def test_another_table_is_refused(change, sentence, tmp_path):
    file = tmp_path / "table.csv"
    write_table(predictions_table(FRAME, np.float32([[0.5, 0.3, 0.2]] * 3)), file)
    file.write_text(change(file.read_text()))
    with pytest.raises(RunError, match=sentence):
        read_table(file)
    with pytest.raises(RunError, match="cannot be read"):
        read_table(tmp_path / "none.csv")
