"""Read first, reveal later: nothing of an answer before the reader's own."""

import csv
import io
import re

import cv2
import numpy as np
import pytest

from covid_model.common.architectures import ARCHITECTURES
from covid_model.imaging.reader import read_radiograph
from covid_model.serving import Prediction, combine_predictions
from dashboard.cases.reader_study import tables as reader_study_tables
from dashboard.session import inference
from dashboard.session.readings import reading, reading_log
from tests.app.conftest import (
    bars,
    everything,
    go,
    panels,
    scene,
    shown_tables,
    upload,
    verdict,
    words,
)
from tests.drawings import drawing
from tests.drawings import png as as_png


def read(at, name="normal", *, press="Save and reveal"):
    """Give a reading of the file in view."""
    next(item for item in at.radio if "reading-class" in item.key).set_value(name)
    return next(item for item in at.button if item.label == press).click().run()


def hide(at):
    """Turn the switch on in a page without files, so that nothing was seen before."""
    return at.toggle(key=reading.READ_FIRST).set_value(True).run()


def log_of(at):
    """The log's rows as they would be downloaded."""
    text = reader_study_tables.log_csv(at.session_state["reading_log"])
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("page", ["classify", "compare"])
def test_an_answer_shows_only_after_a_reading(open_app, tiny_run_root, png, page):
    at = upload(hide(open_app(tiny_run_root)), ("a.png", png))
    at = at if page == "classify" else go(at, page)
    assert not at.exception
    assert not verdict(at)
    assert not bars(at)
    assert not shown_tables(at)
    assert [panel["kind"] for panel in panels(at)] == ["radiograph"]
    assert not scene(at)["networks"]
    read(at)
    assert not at.exception
    assert bars(at)
    assert "Your reading: **Normal**" in words(at)
    rows = log_of(at)
    assert [row["network"] for row in rows] == list(ARCHITECTURES)[: 1 if page == "classify" else 3]
    assert {row["blind"] for row in rows} == {"yes"}
    assert {row["reader_class"] for row in rows} == {"normal"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", rows[0]["time_utc"])


ANSWERS = {  # scores, novelty, threshold: whatever a network may say of a picture
    "covid": ((0.98, 0.01, 0.01), 0.5, None),
    "infection": ((0.1, 0.2, 0.7), 0.9, 0.6),
    "can't tell": ((0.34, 0.33, 0.33), 0.1, 0.9),
    "novel": ((0.1, 0.8, 0.1), 7.0, 0.5),
}


def says(answer):
    """Return a stand-in for classify that gives one answer for every file that can be read."""
    scores, novelty, threshold = ANSWERS[answer]

    def classify(source, classifiers):
        predictions = [
            Prediction(
                item.info.architecture,
                np.array(scores, np.float32),
                np.random.default_rng(len(answer)).random((3, 4, 4), np.float32),
                0.1 * len(answer),
                calibrated=threshold is not None,
                novelty=novelty,
                threshold=threshold,
            )
            for item in classifiers
        ]
        return combine_predictions(read_radiograph(source.load(), source.name), predictions)

    return classify


@pytest.mark.parametrize("page", ["classify", "compare"])
def test_the_page_is_the_same_whatever_the_networks_say(
    open_app, tiny_run_root, png, page, monkeypatch
):
    pages = []
    for answer in ANSWERS:
        monkeypatch.setattr(inference, "classify", says(answer))
        at = upload(hide(open_app(tiny_run_root)), ("a.png", png), ("b.png", as_png(drawing())))
        at = at if page == "classify" else go(at, page)
        assert not at.exception
        assert "a.png" in everything(at)
        pages.append(_steady(everything(at)))
    assert all(item == pages[0] for item in pages)


def _steady(sent):
    """What a page sends, without names that differ from session to session."""
    return re.sub(r"\$\$ID-[0-9a-f]+|\b[0-9a-f]{32}\b", "", sent)


def test_a_file_that_cannot_be_read_hides_nothing(open_app, tiny_run_root, png):
    at = upload(hide(open_app(tiny_run_root)), ("bad.png", b"no picture"), ("good.png", png))
    assert at.error[0].proto.title == "bad.png cannot be classified"
    assert list(at.dataframe[0].value["Outcome"]) == ["refused", "not read yet"]
    assert list(at.dataframe[0].value.columns) == ["File", "Outcome", "Class", "Reason"]
    assert "**0 answers, 0 can't tell, 1 refused, 1 not read yet**" in words(at)


def test_the_table_reveals_the_read_file_alone(open_app, tiny_run_root, png):
    at = upload(hide(open_app(tiny_run_root)), ("a.png", png), ("b.png", as_png(drawing(covid=1))))
    read(at, "unsure")
    rows = at.dataframe[0].value
    assert list(rows["Outcome"]) == ["not\N{NO-BREAK SPACE}calibrated", "not read yet"]
    assert list(rows["Class"].isna()) == [False, True]
    assert list(rows["Your reading"].fillna("")) == ["Unsure", ""]


def test_what_was_seen_does_not_count_as_blind(open_app, tiny_run_root, png):
    at = upload(open_app(tiny_run_root), ("a.png", png))
    at.toggle(key=reading.READ_FIRST).set_value(True).run()
    assert not bars(at)
    assert "not blind" in words(at)
    read(at)
    assert [row["why_not_blind"] for row in log_of(at)] == [reading_log.SEEN]
    assert "no blind reading yet" in words(at)


def test_the_log_says_at_which_resolution_a_file_was_seen(open_app, tiny_run_root, png):
    large = as_png(cv2.resize(drawing(), (1040, 1200)))
    at = upload(hide(open_app(tiny_run_root)), ("a.png", large), ("b.png", png))
    [row] = log_of(read(at))
    assert row["resolution"] == "555 x 640 of 1040 x 1200"
    at.session_state[reading._WHOLE] = {row["sha256"]}  # as the browser says that it shows all
    read(at, "covid", press="Save the change")
    assert log_of(at)[-1]["resolution"] == "1040 x 1200"
    at.session_state["chosen"] = list(at.session_state["cases"])[1]
    assert log_of(read(at.run()))[-1]["resolution"] == "260 x 300"


def test_the_same_picture_under_another_name_was_seen_too(open_app, tiny_run_root, png):
    at = upload(hide(open_app(tiny_run_root)), ("a.png", png))
    read(at)
    upload(at, ("other.png", png))
    assert bars(at)


def test_a_change_after_the_answer_is_logged_as_such(open_app, tiny_run_root, png):
    at = upload(hide(open_app(tiny_run_root)), ("a.png", png))
    read(at)
    read(at, press="Save the change")  # nothing changed
    assert len(log_of(at)) == 1
    read(at, "covid", press="Save the change")
    assert [row["blind"] for row in log_of(at)] == ["yes", "no"]
    assert log_of(at)[1]["why_not_blind"] == reading_log.CHANGED
    assert "Your reading: **COVID-19**" in words(at)


def test_a_sample_is_never_read_blind(open_app, tiny_run_root, samples):
    at = hide(open_app(tiny_run_root))
    at.button(key="sample-Normal").click().run()
    assert not bars(at)
    read(at)
    assert log_of(at)[0]["why_not_blind"] == reading_log.SAMPLE


def test_a_reading_takes_a_choice(open_app, tiny_run_root, png):
    at = upload(hide(open_app(tiny_run_root)), ("a.png", png))
    next(item for item in at.button if item.label == "Save and reveal").click().run()
    assert "Choose what you see first." in words(at)
    assert not bars(at)


def test_turning_it_off_over_unread_files_is_asked_about(open_app, tiny_run_root, png):
    at = upload(hide(open_app(tiny_run_root)), ("a.png", png))
    at.toggle(key=reading.READ_FIRST).set_value(False).run()
    assert at.warning[0].proto.title == "Reveal every file?"
    assert not bars(at)
    next(item for item in at.button if item.label == "Keep hidden").click().run()
    assert at.toggle(key=reading.READ_FIRST).value
    assert not bars(at)
    at.toggle(key=reading.READ_FIRST).set_value(False).run()
    next(item for item in at.button if item.label == "Reveal every file").click().run()
    assert bars(at)
    at.toggle(key=reading.READ_FIRST).set_value(True).run()
    read(at)
    assert log_of(at)[0]["why_not_blind"] == reading_log.SEEN


def test_the_switch_holds_from_page_to_page(open_app, tiny_run_root, png):
    at = upload(hide(open_app(tiny_run_root)), ("a.png", png))
    for page in ("compare", "reports", "compare", "classify"):
        at.switch_page(f"views/{page}.py").run()
        assert page == "reports" or not bars(at)


def test_a_deleted_log_leaves_no_reading_and_no_blind_case(open_app, tiny_run_root, png):
    at = upload(hide(open_app(tiny_run_root)), ("a.png", png))
    read(at)
    next(item for item in at.button if item.label == "Delete all readings").click().run()
    assert not log_of(at)
    assert not bars(at)
    read(at)
    assert log_of(at)[0]["why_not_blind"] == reading_log.SEEN


def test_a_novel_picture_looks_like_any_other_until_it_was_read(
    open_app, trusted_run_root, trusted_pictures
):
    at = upload(hide(open_app(trusted_run_root)), ("a.png", trusted_pictures["refused"]))
    assert not at.error
    assert "ovel" not in everything(at)
    read(at, "unsure")
    assert "novelty is" in at.error[0].value
    row = log_of(at)[0]
    assert (row["outcome"], row["network_class"], row["probability"]) == ("refused", "", "")
