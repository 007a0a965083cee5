"""Many files at once: in order, with bad ones among them, listed and filtered."""

import csv
import hashlib
import io
from dataclasses import replace

import pytest
import streamlit as st

from covid_model.common.disclaimer import NOTICE
from covid_model.common.errors import RadiographError
from covid_model.serving import CaseResult, batch
from covid_model.serving import batch_table as served_table
from covid_model.serving.classifier import Classifier
from dashboard.cases import batch as cases_batch
from dashboard.cases import batch_table
from dashboard.cases.batch_table import Row
from dashboard.components import text
from dashboard.i18n import translate
from dashboard.session import state
from tests.app.cases.test_text import case_result
from tests.app.conftest import go, shown_tables, upload, words
from tests.drawings import drawing
from tests.drawings import png as as_png

COUNT = 50
BARE = "not\N{NO-BREAK SPACE}calibrated"
BAD = {7: b"no picture", 31: b""}
ANSWERED = case_result("a.png", (0.1, 0.7, 0.2))
REFUSED = CaseResult("b|c*.png", "refused", reason="The file is empty: export it again.")


@pytest.fixture
def files():
    """Fifty files, two of them bad."""
    pictures = [as_png(drawing(covid=share / COUNT / 2)) for share in range(COUNT)]
    return [(f"{n:02}.png", BAD.get(n, picture)) for n, picture in enumerate(pictures)]


@pytest.fixture
def asked(monkeypatch):
    """A list of the names of the files that a network was asked about."""
    names, predict = [], Classifier.predict

    def counted(self, radiograph, **options):
        names.append(radiograph.name)
        return predict(self, radiograph, **options)

    monkeypatch.setattr(Classifier, "predict", counted)
    return names


def test_fifty_files_with_bad_ones_among_them(open_app, tiny_run_root, files, asked):
    at = upload(open_app(tiny_run_root), *files)
    assert not at.exception
    assert asked == [name for n, (name, _) in enumerate(files) if n not in BAD]
    assert "**0 answers, 0 can't tell, 2 refused, 48 not calibrated**" in words(at)
    rows = at.dataframe[0].value
    assert list(rows["File"]) == [name for name, _ in files]
    assert [n for n, kind in enumerate(rows["Outcome"]) if kind == "refused"] == list(BAD)
    assert not at.get("progress")  # gone when it is done


def test_a_file_that_comes_later_is_asked_alone(open_app, tiny_run_root, files, asked):
    at = upload(open_app(tiny_run_root), *files[:3])
    upload(at, *files[:4])
    at.segmented_control(key="model").set_value("vgg16").run()
    at.segmented_control(key="model").set_value("xception").run()
    names = [name for name, _ in files[:4]]
    assert asked == names + [names[3], *names[:3]]  # the file in view goes first
    go(at, "compare")
    assert asked[8:] == [names[3]]  # of its third network alone


def test_what_is_known_shows_while_the_rest_is_asked(
    open_app, tiny_run_root, files, asked, monkeypatch
):
    monkeypatch.setattr(cases_batch, "TIME_SLICE", -1)  # one file a pass
    passes = []
    draw = batch_table.frame
    monkeypatch.setattr(batch_table, "frame", lambda rows: passes.append(draw(rows)) or passes[-1])
    at = upload(open_app(tiny_run_root), *files[:4])
    assert not at.exception
    assert [list(item["Outcome"]).count("waiting") for item in passes] == [3, 2, 1, 0]
    assert asked == [name for name, _ in files[:4]]


def test_an_error_that_nobody_foresaw_refuses_one_file(
    open_app, tiny_run_root, files, monkeypatch, caplog
):
    classify_case = batch.classify_case

    def fails(data, name, *networks):
        if name == "01.png":
            raise ZeroDivisionError("nobody foresaw this")
        return classify_case(data, name, *networks)

    monkeypatch.setattr(batch, "classify_case", fails)
    at = upload(open_app(tiny_run_root), *files[:3])
    assert not at.exception
    assert list(at.dataframe[0].value["Outcome"]) == [BARE, "refused", BARE]
    [record] = [record for record in caplog.records if record.name == batch.log.name]
    assert (
        f"unforeseen stopped this file alone; the log says where under {record.failure}."
        in (at.dataframe[0].value["Reason"][1])
    )
    assert "01.png" not in caplog.text  # a file's name may be a patient's


def test_the_table_follows_the_filter(open_app, tiny_run_root, files):
    at = upload(open_app(tiny_run_root), *files[5:10])
    outcomes = at.pills(key=state.SHOWN_OUTCOMES)
    assert outcomes.options == ["refused (1)", f"{BARE} (4)"]
    outcomes.set_value(["refused"]).run()
    assert list(at.dataframe[0].value["File"]) == ["07.png"]
    assert len(at.selectbox(key="case").options) == 5  # the list keeps them all
    named = [item for item in at.pills(key=state.SHOWN_CLASSES).options]
    assert sum(int(item.split("(")[1][:-1]) for item in named) == 4
    at.pills(key=state.SHOWN_CLASSES).set_value(["covid"]).run()
    assert not at.dataframe
    assert "No file has this outcome and class." in words(at)
    assert not at.exception


def test_reasons_that_the_table_cuts_are_there_in_full(open_app, trusted_run_root):
    at = upload(open_app(trusted_run_root), ("a*b.png", as_png(drawing())), ("bad.png", b"x"))
    [reason] = [value for value in at.dataframe[0].value["Reason"] if value]
    [listed] = [one for one in at.expander if one.label == "Every reason in full"]
    assert list(shown_tables(listed)[0]["File"]) == ["bad.png"]
    assert text.unplain(shown_tables(listed)[0]["Reason"].iloc[0]) == reason
    at = upload(open_app(trusted_run_root), *[(f"{n}.png", as_png(drawing())) for n in (1, 2)])
    assert "Every reason in full" not in [one.label for one in at.expander]


def test_the_table_writes_its_numbers_in_the_language_of_the_page():
    said = case_result("a.png", (0.1234, 0.7, 0.1766))
    novel = replace(said, predictions=(replace(said.predictions[0], novelty=0.849),))
    answered = Row("1", "a.png", "ok", novel)
    waiting = Row("2", "b.png", "waiting")
    with translate.speaking("pt_BR"):
        styled = batch_table.styled([answered, waiting])
        shown = styled.to_html()
    assert "70,0\N{NO-BREAK SPACE}%" in shown
    assert "0,85" in shown
    assert styled.data.iloc[0]["Novidade"] == 0.849, "a number to sort by"


def marked(at):
    """The marked rows of the table that is shown."""
    digest = hashlib.sha256("".join(at.session_state["rows"]).encode()).hexdigest()
    return at.session_state[f"table-{digest[:16]}"]["selection"]["rows"]


def test_next_and_previous_step_through_the_table(open_app, tiny_run_root, files):
    at = upload(open_app(tiny_run_root), *files[:3], files[7])

    def shown():
        return at.session_state["cases"][at.selectbox(key="case").value].name

    def press(label):
        next(item for item in at.button if item.label == label).click().run()
        return shown()

    assert next(item for item in at.button if item.label == "Previous file").disabled
    assert press("Next file") == "01.png"
    assert marked(at) == [1]
    at.pills(key=state.SHOWN_OUTCOMES).set_value(["refused"]).run()
    assert shown() == "01.png"  # a filter closes no file
    assert press("Next file") == "07.png"
    assert next(item for item in at.button if item.label == "Next file").disabled


def test_the_marked_row_is_the_chosen_file(open_app, tiny_run_root, files):
    at = upload(open_app(tiny_run_root), *files[:3])
    assert marked(at) == [0]
    at.selectbox(key="case").set_value(list(at.session_state["cases"])[2]).run()
    assert marked(at) == [2]


def test_one_file_needs_no_table(open_app, tiny_run_root, png):
    at = upload(open_app(tiny_run_root), ("a.png", png))
    assert not at.dataframe
    assert not at.pills


def rows_of(*rows):
    return list(csv.DictReader(io.StringIO(batch_table.results_csv(rows, run="third"))))


def test_one_file_is_named_while_it_is_read(open_app, tiny_run_root, png, monkeypatch):
    said, spinner = [], st.spinner
    monkeypatch.setattr(st, "spinner", lambda words, **how: said.append(words) or spinner(words))
    at = upload(open_app(tiny_run_root), ("a.png", png))
    assert "Reading a.png" in said
    said.clear()
    at.run()
    assert "Reading a.png" not in said


def test_the_csv_is_the_command_lines_with_the_notice():
    rows = rows_of(
        Row("1", "a.png", "ok", ANSWERED),
        Row("2", "b|c*.png", "refused", REFUSED),
        Row("3", "c.png", "hidden"),
    )
    assert tuple(rows[0]) == (*served_table.COLUMNS, "notice")
    assert [row["file"] for row in rows] == ["a.png", "b|c*.png", "c.png"]
    assert {row["notice"] for row in rows} == {NOTICE}
    assert (rows[0]["predicted"], float(rows[0]["p_normal"])) == ("normal", pytest.approx(0.7))
    assert (rows[1]["status"], rows[1]["p_normal"]) == ("refused", "")
    assert (rows[2]["status"], rows[2]["predicted"], rows[2]["model"]) == ("not read yet", "", "")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_file_name_runs_in_a_spreadsheet(start):
    name = f"{start}1+1.png"
    refused = CaseResult(name, "refused", reason=str(RadiographError("{name} it is.", name=name)))
    row = rows_of(Row("1", name, "refused", refused))[0]
    assert (row["file"], row["reason"]) == (f"'{name}", f"'{name} it is.")
    assert served_table.defused("a=b.png") == "a=b.png"


def test_the_table_leaves_out_what_no_row_has():
    frame = batch_table.frame([Row("1", "a.png", "ok", ANSWERED)])
    assert list(frame) == ["File", "Outcome", "Class", "Score"]
    assert frame["Score"][0] == pytest.approx(0.7)
    hidden = batch_table.frame([Row("1", "a.png", "hidden")])
    assert list(hidden) == ["File", "Outcome", "Class"]


def test_the_reason_of_a_doubt_says_only_what_the_other_columns_do_not():
    [prediction] = ANSWERED.predictions
    doubtful = replace(ANSWERED, predictions=(replace(prediction, threshold=0.8),))
    row = Row("key", "a.png", "uncertain", doubtful)
    table = batch_table.frame([row, Row("other", "b.png", "refused", REFUSED)])
    assert [cell.replace("\u00a0", " ") for cell in table["Reason"]] == [
        "answers from 80 %",
        REFUSED.reason,
    ]
