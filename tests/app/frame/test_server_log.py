"""The log of the server while patients' files come and go: none of their names."""

import json
import logging
import re
import threading

import pytest
from streamlit import logger as streamlit_logger
from streamlit.testing.v1 import AppTest

from covid_model.serving import batch
from dashboard.cases import batch as cases_batch
from dashboard.server import logs
from tests.app.conftest import upload, words
from tests.dicoms import radiograph

PATIENT = "Doe^Jane"
HEADER = {"PatientName": PATIENT, "PatientID": "MRN-90210", "StudyDescription": "Fell off a horse"}
MARKS = (PATIENT, "doe_jane", "90210", "horse")


@pytest.fixture
def files(drawn_radiograph, png):
    """Names with bytes: DICOM with marks in good and in odd elements, pictures, a broken file."""
    return [
        ("doe_jane_1.dcm", radiograph(drawn_radiograph, **HEADER)),
        ("doe_jane_2.dcm", radiograph(drawn_radiograph, **HEADER)[:-4000]),
        ("doe_jane_3.dcm", radiograph(drawn_radiograph, **HEADER).replace(b"MRN-", b"MR\\\x80")),
        ("doe_jane_4.png", png),
        ("doe_jane_5.png", png[:100]),
    ]


@pytest.fixture
def lines(monkeypatch, capsys):
    """A function that returns what the server wrote to its log, which writes all it can."""
    monkeypatch.setenv("COVID_XRAY_LOG_LEVEL", "debug")
    monkeypatch.setenv("COVID_XRAY_LOG_FORMAT", "json")
    monkeypatch.setattr(streamlit_logger, "setup_formatter", streamlit_logger.setup_formatter)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    known = [one for one in logging.root.manager.loggerDict.values() if hasattr(one, "handlers")]
    before = [(logger, logger.handlers[:], logger.propagate) for logger in known]
    logs.configure()
    yield lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    for logger, handlers, propagate in before:
        logger.handlers[:], logger.propagate = handlers, propagate


def failing(message):
    def fail(*_, **__):
        raise LookupError(message)

    return fail


@pytest.mark.logs_errors
@pytest.mark.parametrize(
    ("module", "name"),
    [
        (batch, "classify_case"),  # stops each file
        (cases_batch, "table_rows"),  # stops the page
    ],
)
def test_no_line_names_a_patient_and_each_id_that_is_shown_is_there(
    open_app, tiny_run_root, files, lines, monkeypatch, module, name
):
    monkeypatch.setattr(module, name, failing(f"{files[0][0]} of {PATIENT}, MRN-90210"))
    at = upload(open_app(tiny_run_root), *files)
    written = lines()
    text = json.dumps(written)
    assert [mark for mark in MARKS if mark.lower() in text.lower()] == []
    failures = [line for line in written if "errors" in line]
    assert {line["errors"][0]["type"] for line in failures} == {"LookupError"}
    shown = words(at) + "".join(frame.value.to_csv() for frame in at.dataframe)
    assert {line["id"] for line in failures} >= set(re.findall(r"under (\w{8})\.", shown)) > set()


def outside_of_the_boundary():
    from streamlit.error_util import handle_user_script_exception

    from dashboard.frame.error_boundary import show

    try:
        raise LookupError("Doe^Jane")
    except LookupError as error:
        handle_user_script_exception(error, show)


@pytest.mark.logs_errors
def test_what_no_boundary_catches_is_shown_with_its_id_too(lines):
    at = AppTest.from_function(outside_of_the_boundary, default_timeout=60).run()
    logged = lines()
    assert "Doe" not in json.dumps(logged) + words(at)
    [number] = [line["id"] for line in logged if "id" in line]
    assert f"under {number}." in at.error[0].value
    assert not at.exception


def test_what_ends_a_thread_is_a_line_without_its_text(lines):
    thread = threading.Thread(target=failing(PATIENT))
    thread.start()
    thread.join()
    [line] = lines()
    assert (line["message"], line["errors"][0]["type"]) == ("A thread stopped.", "LookupError")
    assert PATIENT not in json.dumps(line)


def test_streamlit_and_uvicorn_write_as_we_do(lines):
    from streamlit.logger import get_logger

    get_logger("streamlit.made_later").warning("of Streamlit")
    logging.getLogger("uvicorn.error").info("of uvicorn")
    written = lines()
    assert [line["message"] for line in written] == ["of Streamlit", "of uvicorn"]
