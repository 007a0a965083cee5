"""The log of readings as CSV, as a table, in words."""

import csv
import io

import numpy as np

from covid_model.common.disclaimer import NOTICE
from dashboard.cases.reader_study import tables as reader_study_tables
from dashboard.cases.reader_study import text as reader_study_text
from dashboard.cases.reader_study.kappa import Kappa
from dashboard.session.readings.reading_log import Answer, Reading, ReadingLog


def logged(*pairs, network="vgg16"):
    """A log of blind readings: (the reader's class, the network's outcome, its class)."""
    log = ReadingLog()
    for number, (reader_class, outcome, network_class) in enumerate(pairs):
        log.add(Reading(f"{number}.png", str(number), reader_class))
        share = 0.75 if network_class else None
        log.answers[str(number), "run", network] = Answer(
            "run", network, outcome, network_class, "score", share
        )
    return log


def rows_of(log):
    return list(csv.DictReader(io.StringIO(reader_study_tables.log_csv(log))))


def test_the_table_counts_blind_readings_with_every_outcome():
    log = logged(
        ("covid", "ok", "covid"),
        ("normal", "ok", "covid"),
        ("unsure", "ok", "normal"),
        ("infection", "uncertain", "infection"),
        ("normal", "refused", ""),
    )
    log.add(Reading("0.png", "0", "normal"))  # a change, so not counted
    counts = reader_study_tables.compared(log, run="run", network="vgg16")
    assert counts.tolist() == [[1, 0, 0, 0, 0], [1, 0, 0, 0, 1], [0, 0, 0, 1, 0], [0, 1, 0, 0, 0]]
    assert reader_study_tables.agreement(counts).cases == 2
    rows = reader_study_tables.confusion(counts)
    assert [row["Reader"] for row in rows] == ["COVID-19", "Normal", "Other infection", "Unsure"]
    assert rows[1]["Network: COVID-19"] == "1"
    assert rows[2]["Network: can't\u00a0tell"] == "1"
    assert not reader_study_tables.compared(log, run="run", network="xception").any()


def test_the_csv_names_reading_and_answer_in_every_row():
    log = logged(("covid", "ok", "normal"))
    log.answers["0", "run", "xception"] = Answer("run", "xception", "refused", "", "score", None)
    seen = "533 x 640 of 2500 x 3000"
    log.add(Reading("b.png", "other", "unsure", 3, "no answer was shown", resolution=seen))
    rows = rows_of(log)
    assert tuple(rows[0]) == (*reader_study_tables.COLUMNS, "notice")
    assert [row["reading"] for row in rows] == ["1", "1", "2"]
    assert (rows[0]["network"], rows[0]["network_class"]) == ("vgg16", "normal")
    assert (rows[0]["probability"], rows[1]["probability"]) == ("0.7500", "")
    assert (rows[2]["sureness"], rows[2]["network"], rows[2]["outcome"]) == ("3", "", "")
    assert [row["resolution"] for row in rows] == ["", "", seen]
    assert {row["notice"] for row in rows} == {NOTICE}


def test_no_cell_of_a_reader_or_a_file_runs_in_a_spreadsheet():
    log = ReadingLog()
    log.add(Reading("=1+1.png", "a", "normal", note="@SUM(A1)"))
    row = rows_of(log)[0]
    assert (row["file"], row["note"]) == ("'=1+1.png", "'@SUM(A1)")


def test_kappa_in_words():
    sentence = reader_study_text.agreement(Kappa(40, 30, 0.6251, (0.4, 0.85)), "VGG16")
    assert "In 30 of 40 blind readings" in sentence
    assert "0.63 (95 % interval 0.40 to 0.85)" in sentence
    assert "undefined" in reader_study_text.agreement(Kappa(0, 0, reason="no cases"), "VGG16")
    assert "undefined" in reader_study_text.agreement(Kappa(9, 9, reason="one class"), "VGG16")
    few = reader_study_text.agreement(Kappa(9, 8, 0.8, reason="few cases"), "VGG16")
    assert "0.80" in few
    assert "at least 18 readings" in few
    assert "no width" in reader_study_text.agreement(
        Kappa(30, 30, 1.0, reason="no spread"), "VGG16"
    )


def test_an_empty_table_has_no_agreement():
    assert reader_study_tables.agreement(np.zeros((4, 5), int)).reason == "no cases"
