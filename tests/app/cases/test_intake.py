"""Files come, go and come back: the list of those that are loaded, folders, doubles, readings."""

import json
import time

import pytest

from covid_model.serving.diagnosis import CaseResult
from dashboard.cases.reader_study import tables as reader_study_tables
from dashboard.session.intake import removal
from dashboard.session.readings.reading_log import Reading, ReadingLog
from tests.app.conftest import go, upload, words
from tests.drawings import drawing
from tests.drawings import png as as_png

DIGEST, WHEN = "ab" * 32, "2026-01-02T03:04:05+00:00"
OTHER = as_png(drawing(covid=0.4))


def names(at):
    return [case.name for case in at.session_state["cases"].values()]


def listed(at):
    """The list of files as the browser gets it."""
    [proto] = [e.proto for e in at.get("bidi_component") if e.proto.component_name == "file_list"]
    return json.loads(proto.json)["files"]


def said(at):
    return str(at.session_state["said"][1])


def press(at, key):
    return at.button(key=key).click().run()


@pytest.mark.parametrize("page", ["classify", "compare"])
def test_removed_files_come_back_with_their_results(open_app, tiny_run_root, png, calls, page):
    at = upload(open_app(tiny_run_root), ("a.png", png), ("b.png", OTHER), ("bad.png", b"x"))
    at = at if page == "classify" else go(at, page)
    at.session_state["chosen"] = list(at.session_state["cases"])[1]
    at.run()
    asked = list(calls)
    press(at, "files-all")
    assert not at.session_state["cases"]
    assert not at.session_state["results"]
    assert "Nothing to look at yet" in words(at)
    assert "Files removed: 3." in words(at)
    press(at, "files-undo")
    assert names(at) == ["a.png", "b.png", "bad.png"]
    assert [row["name"] for row in listed(at)] == names(at)
    assert "Files removed" not in words(at)
    assert at.selectbox(key="case").value == list(at.session_state["cases"])[1]
    assert calls == asked


def test_new_files_end_what_could_be_brought_back(open_app, tiny_run_root, png):
    at = press(upload(open_app(tiny_run_root), ("a.png", png)), "files-all")
    removed = at.session_state["removal"]
    assert any(isinstance(result, CaseResult) for result in removed.results.values())
    upload(at, ("b.png", OTHER))
    assert not removed.files
    assert not removed.results
    assert not [button for button in at.button if button.key == "files-undo"]


def test_a_removal_ends_by_itself(open_app, tiny_run_root, png, monkeypatch):
    monkeypatch.setattr(removal, "SECONDS", 0.01)
    before = removal.times_let_go()
    at = press(upload(open_app(tiny_run_root), ("a.png", png)), "files-all")
    removed = at.session_state["removal"]
    while removed.files:
        time.sleep(0.01)
    at.run()
    assert not removed.results
    assert removal.times_let_go() > before
    assert not [button for button in at.button if button.key == "files-undo"]


def test_a_late_undo_says_that_the_files_are_gone(open_app, tiny_run_root, png):
    at = press(upload(open_app(tiny_run_root), ("a.png", png)), "files-all")
    at.session_state["removal"].let_go()
    press(at, "files-undo")
    assert said(at) == "The minute is over: the files are gone."
    assert not at.session_state["cases"]


def test_a_folder_lists_its_pictures_and_counts_the_rest(open_app, tiny_run_root, png):
    others = [(f"day/{name}", b"text") for name in (".DS_Store", "DICOMDIR", "read.txt")]
    at = upload(open_app(tiny_run_root), *others, ("day/IM2", png), ("read.txt", b"text"))
    assert names(at) == ["day/IM2", "read.txt"]  # a file given alone is listed with its reason
    assert "Files in day that are neither DICOM files nor pictures, and so not listed: 1." in words(
        at
    )
    upload(at, ("day/.DS_Store", b"text"))
    assert said(at) == "There was no picture among the files."


def test_the_same_file_is_listed_once_and_the_same_picture_marked(open_app, tiny_run_root, png):
    at = upload(open_app(tiny_run_root), ("a.png", png), ("b.png", OTHER))
    upload(at, ("c.png", png), ("b.png", OTHER))
    assert said(at) == "Files added: 1. Files that were here already: 1."
    assert [(row["name"], row["note"]) for row in listed(at)] == [
        ("a.png", ""),
        ("b.png", ""),
        ("c.png", "the same picture as a.png"),
    ]
    upload(at, ("b.png", OTHER))
    assert at.selectbox(key="case").value == list(at.session_state["cases"])[1]


def test_a_file_that_the_browser_hands_over_twice_is_taken_once(open_app, tiny_run_root, png):
    at = upload(open_app(tiny_run_root), ("handed-7/day/a.png", png), ("handed-7/day/a.png", png))
    assert names(at) == ["day/a.png"]
    assert said(at) == "Files added: 1."
    at = upload(at, ("handed-8/day/a.png", png))
    assert said(at) == "Files that were here already: 1."


def test_names_are_as_the_visitor_has_them(open_app, tiny_run_root, png):
    sent = ("handed-1/it%22s 100%25 a%5Cb.png", "handed-2/two%0Alines.png", "handed-3/...")
    at = upload(open_app(tiny_run_root), *((name, png) for name in sent))
    assert names(at) == ['it"s 100% a\\b.png', "two\\x0alines.png", "..."]


def test_a_full_page_knows_what_it_has(open_app, tiny_run_root, png, monkeypatch):
    monkeypatch.setattr("dashboard.session.cases.MAX_CASES", 1)
    at = upload(open_app(tiny_run_root), ("a.png", png))
    upload(at, ("a.png", png), ("b.png", OTHER))
    assert "1 of the files, b.png first, are left out" in at.warning[0].value
    assert "here already: 1." in said(at)
    press(at, "close-note")
    assert not at.warning


def test_a_log_of_readings_is_loaded_again(open_app, tiny_run_root):
    log = ReadingLog([Reading("a.png", DIGEST, "normal", 4, "=1+1", WHEN)])
    table = reader_study_tables.log_csv(log).encode()
    at = upload(open_app(tiny_run_root), ("readings.csv", table))
    assert at.session_state["reading_log"].readings == log.readings
    assert not at.session_state["cases"]
    assert at.toggle(key="read_first").value
    upload(at, ("again.CSV", table))
    assert at.session_state["reading_log"].readings == log.readings
    assert said(at) == "Readings loaded: 0. Readings that were here already: 1."


def test_another_table_is_refused_by_its_columns(open_app, tiny_run_root, png):
    at = upload(open_app(tiny_run_root), ("x.csv", b"file,status\n1,2\n"), ("a.png", png))
    assert names(at) == ["a.png"]
    warning = at.warning[0].value
    assert "x.csv is no log of readings: it lacks the columns reading" in warning.replace("\\", "")
