"""A log of readings as a CSV file, read again and put together with another."""

import csv
import io
from dataclasses import replace

import pytest

from covid_model.common.errors import DataError
from dashboard.cases.reader_study.tables import log_csv
from dashboard.session.readings import kept_readings
from dashboard.session.readings.reading_log import CHANGED, SAMPLE, Answer, Reading, ReadingLog

A, B = "ab" * 32, "cd" * 32
EARLY, LATE = "2026-01-02T03:04:05+00:00", "2026-01-03T03:04:05+00:00"
FIRST = Reading("=a.png", A, "normal", 4, "-5 kg, \"hm\"\n'so'", EARLY)
SECOND = Reading("b.dcm", B, "unsure", None, "", LATE, SAMPLE)
ANSWERS = {
    (A, "run", "vgg16"): Answer("run", "vgg16", "ok", "covid", "score", 0.75),
    (A, "=run", "xception"): Answer("=run", "xception", "refused", "", "", None),
}


@pytest.fixture
def log():
    return ReadingLog([FIRST, SECOND], dict(ANSWERS))


def test_a_log_is_read_as_it_was_written(log):
    again = kept_readings.read_csv(log_csv(log).encode(), "x.csv")
    assert again.readings == log.readings
    assert again.answers == log.answers


@pytest.mark.parametrize(
    ("delimiter", "encoding"), [(";", "utf-8-sig"), ("\t", "utf-8"), (";", "cp1252")]
)
def test_a_log_is_read_as_a_spreadsheet_saves_it(log, delimiter, encoding):
    log.readings[0] = replace(FIRST, note="nódulo?")
    stream = io.StringIO()
    rows = csv.reader(io.StringIO(log_csv(log), newline=""))
    csv.writer(stream, delimiter=delimiter).writerows(rows)
    again = kept_readings.read_csv(stream.getvalue().encode(encoding), "x.csv")
    assert again.readings == log.readings


@pytest.mark.parametrize(
    "data", [b"", b"file,status\na,ok\n", b"\x89PNG\r\n\x1a\n\0\0", b'"' * 9**6]
)
def test_another_file_is_refused_by_the_columns_that_it_lacks(data):
    with pytest.raises(DataError, match=r"x\.csv is no log of readings: it lacks .* sha256"):
        kept_readings.read_csv(data, "x.csv")


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        (A, "abc"),
        (EARLY, "yesterday"),
        (",4,", ",6,"),
        (",4,", ",x,"),
        (",normal,", ",cat,"),
        (",0.7500,", ",1.5,"),
        (",0.7500,", ",nan,"),
        (",ok,", ",certain,"),
    ],
)
def test_a_row_that_is_no_reading_is_named(log, value, wrong):
    table = log_csv(log).replace(value, wrong, 1)
    with pytest.raises(DataError, match="Row 2 of x.csv is no reading"):
        kept_readings.read_csv(table.encode(), "x.csv")


def test_a_file_that_is_too_large_is_not_read():
    with pytest.raises(DataError, match="at most 4 MiB"):
        kept_readings.read_csv(bytes(kept_readings.MAX_BYTES + 1), "x.csv")


def test_logs_are_put_together_without_doubles_in_order_of_time(log):
    tab = [replace(reading, file="", note="") for reading in log.readings]
    current = ReadingLog(tab[1:], {(A, "run", "vgg16"): replace(ANSWERS[A, "run", "vgg16"])})
    assert current.merge(log) == 1
    assert current.readings == [FIRST, SECOND]
    assert current.merge(ReadingLog(tab)) == 0
    assert current.readings == [FIRST, SECOND]
    assert current.answers == ANSWERS


def test_of_two_blind_readings_of_a_picture_the_first_stays_blind():
    current = ReadingLog([replace(FIRST, time=LATE, reader_class="covid")])
    current.merge(ReadingLog([FIRST]))
    assert [reading.not_blind for reading in current.readings] == ["", CHANGED]
