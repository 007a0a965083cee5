"""Lines of the log: what is in them, and what of a patient never is."""

import json
import logging
import re
import warnings

import pytest

from covid_model.common.errors import UsageError
from covid_model.common.system import logs

PATIENT = "DOE^JANE"
OURS, SERVER, OTHER = "covid_model.imaging", "streamlit.runtime", "pydicom"


@pytest.fixture
def written(capsys):
    """A function that returns the lines which were written to the error output since."""
    return lambda: capsys.readouterr().err.splitlines()


def fail(inner=ValueError(f"{PATIENT} has no age")):  # noqa: B008
    try:
        raise inner
    except ValueError as error:
        raise KeyError(PATIENT) from error


def logged_failure(name=OURS):
    try:
        fail()
    except KeyError:
        return logs.failure(logging.getLogger(name), "A file stopped.")


def test_a_failure_is_one_line_of_json_with_its_id_types_and_code(written):
    logs.configure("warning", "json")
    number = logged_failure()
    [line] = written()
    values = json.loads(line)
    assert PATIENT not in line
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", values["time"])
    assert (values["level"], values["logger"]) == ("error", OURS)
    assert (values["message"], values["id"]) == ("A file stopped.", number)
    assert re.fullmatch(r"[0-9a-f]{8}", number)
    assert [error["type"] for error in values["errors"]] == ["KeyError", "ValueError"]
    assert re.fullmatch(r"common/system/test_logs.py:\d+ fail", values["errors"][0]["at"][-1])


def test_a_failure_is_one_line_of_text_with_its_id(written):
    logs.configure("warning", "text")
    number = logged_failure()
    [line] = written()
    assert PATIENT not in line
    assert f" error {OURS}: A file stopped. [id {number}] | KeyError at " in line
    assert " | ValueError at " in line


def test_two_failures_have_two_ids():
    assert logged_failure() != logged_failure()


@pytest.mark.parametrize("form", logs.FORMATS)
@pytest.mark.parametrize(
    ("name", "level", "kept"),
    [
        (OURS, logging.INFO, True),
        ("dashboard.frame", logging.DEBUG, True),
        (SERVER, logging.INFO, True),
        (SERVER, logging.DEBUG, False),  # Streamlit's holds every message of a browser
        ("uvicorn.error", logging.WARNING, True),
        (OTHER, logging.ERROR, False),
        ("covid_models", logging.ERROR, False),
    ],
)
def test_the_text_of_other_libraries_is_left_out(written, form, name, level, kept, monkeypatch):
    for logger in (logging.getLogger(name), logging.getLogger(name.split(".")[0])):
        monkeypatch.setattr(logger, "propagate", True)  # a server in this process stops uvicorn's
    logs.configure("debug", form)
    logging.getLogger(name).log(level, "The value %s is odd", "of many")
    lines = [line for line in written() if name in line]
    assert len(lines) == 1
    assert ("The value of many is odd" in lines[0]) is kept
    assert kept or "common/system/test_logs.py:" in lines[0]


def test_a_warning_is_its_kind_and_place_alone(written):
    logs.configure("warning", "json")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(False)
        logging.captureWarnings(True)
        warnings.warn(f"Invalid value for VR PN: '{PATIENT}'", UserWarning, stacklevel=1)
    [line] = written()
    assert PATIENT not in line
    assert json.loads(line)["message"].startswith("UserWarning at common/system/test_logs.py:")


def test_no_text_passes_for_another_record(written):
    logs.configure("info", "text")
    logging.getLogger(OURS).info("two lines\r2026-01-01T00:00:00.000Z error of_mine: made up")
    first, second = written()
    assert first.endswith("two lines")
    assert second.startswith("    ")


def test_a_record_that_fits_no_sentence_is_said_without_its_values(written):
    handler = logs.Handler()
    handler.setFormatter(logs.Formatter("text"))
    handler.emit(logging.makeLogRecord({"name": OURS, "msg": "%d files", "args": (PATIENT,)}))
    [line] = written()
    assert line.startswith(f"A record of {OURS} could not be written")


@pytest.mark.parametrize(("level", "expected"), [("info", 2), ("error", 1)])
def test_what_is_below_the_level_is_not_written_and_nothing_twice(written, level, expected):
    logs.configure("debug", "json")
    logs.configure(level, "text")
    for said in (logging.DEBUG, logging.INFO, logging.ERROR):
        logging.getLogger(OURS).log(said, "said")
    assert len(written()) == expected


@pytest.mark.parametrize(("level", "form"), [("loud", "text"), ("info", "xml")])
def test_another_level_or_format_is_refused(level, form):
    with pytest.raises(UsageError, match=r"Expected a log (level|format) of .*\. Received: "):
        logs.configure(level, form)
