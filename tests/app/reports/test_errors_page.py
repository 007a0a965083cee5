"""Errors: what a network names wrongly, in order, with pictures from the data folder alone."""

import csv
import io
from dataclasses import replace

import pytest

from covid_model.common.disclaimer import NOTICE
from covid_model.common.errors import DataError
from covid_model.runs import read_model_info, write_model_info
from dashboard.reports.errors import misclassified, thumbnails
from dashboard.reports.errors import text as errors_text
from tests import stored_reports
from tests.app.conftest import shown_tables, words
from tests.drawings import drawing, png

FOUND = misclassified.mistakes(stored_reports.predictions())


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A folder with one run; no data folder is named."""
    monkeypatch.delenv("COVID_XRAY_DATA", raising=False)
    thumbnails._thumbnail.clear()  # it outlives a test
    stored_reports.write_evidence_run(tmp_path / "runs" / "run")
    return tmp_path / "runs"


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A data folder that lacks the second picture, with a file beside it that is not of it."""
    folder = tmp_path / "data"
    (folder / "images").mkdir(parents=True)
    for i in (0, *range(2, stored_reports.WRONG)):
        (folder / "images" / f"{i}.png").write_bytes(png(drawing()))
    (tmp_path / "secret.png").write_bytes(png(drawing()))
    monkeypatch.setenv("COVID_XRAY_DATA", str(folder))
    return folder


def test_mistakes_are_the_wrong_ones_the_surest_first():
    assert len(FOUND) == stored_reports.WRONG
    assert [max(one.scores) for one in FOUND] == sorted(
        (max(o.scores) for o in FOUND), reverse=True
    )
    first = FOUND[0]
    assert (first.path, first.truth, first.predicted) == ("images/0.png", "covid", "normal")
    assert first.scores == (0.01, 0.95, 0.01)


def test_mistakes_of_one_kind():
    kept = misclassified.chosen(FOUND, truth="covid", predicted="")
    assert {one.truth for one in kept} == {"covid"}
    assert (
        misclassified.chosen(FOUND, truth="", predicted="normal") == kept
    )  # how they were made up
    assert misclassified.chosen(FOUND, truth="covid", predicted="infection") == []


def test_mistakes_as_csv_carry_the_notice():
    rows = list(csv.DictReader(io.StringIO(misclassified.to_csv(FOUND))))
    assert [row["path"] for row in rows] == [one.path for one in FOUND]
    assert (rows[0]["label"], rows[0]["predicted"], rows[0]["p_normal"]) == (
        "covid",
        "normal",
        "0.95",
    )
    assert {row["notice"] for row in rows} == {NOTICE}


@pytest.mark.parametrize("path", ["../secret.png", "images/../../secret.png", "link.png", "a\0b"])
def test_a_path_that_leaves_the_data_folder_is_refused(data, path):
    (data / "link.png").symlink_to(data.parent / "secret.png")
    with pytest.raises(DataError, match="Expected a path inside the data folder"):
        misclassified.file_of(path, data)


def test_a_path_from_the_root_is_refused(data):
    with pytest.raises(DataError, match="inside the data folder"):
        misclassified.file_of(str(data.parent / "secret.png"), data)


@pytest.mark.parametrize("path", ["", "images", "images/1.png"])
def test_a_path_that_is_no_file_is_refused(data, path):
    with pytest.raises(DataError, match="Expected a file of the data folder"):
        misclassified.file_of(path, data)


def test_a_picture_is_found_by_its_path(data):
    assert misclassified.file_of("images/0.png", data) == data / "images" / "0.png"


def test_a_thumbnail_is_square_small_and_fresh(data):
    thumbnails._thumbnail.clear()
    file = data / "images" / "0.png"
    picture = thumbnails.thumbnail(file)
    assert picture.shape == (300, 300)
    assert not picture[:, :20].any()  # as wide as high: black beside it
    assert picture[:, 20:280].any()


def headings(at):
    """What each card says of its image."""
    return [e.value for e in at.markdown if "taken for" in e.value]


def test_errors_say_truth_class_scores_source_and_view(open_app, root, data):
    at = open_app(root, "errors")
    assert not at.exception
    assert "Xception names 14 of 30 test images wrongly" in words(at)
    assert "The values are scores, not calibrated." in words(at)
    assert headings(at)[:2] == [
        "**COVID-19**, taken for **Normal**",
        "**Normal**, taken for **Other infection**",
    ]
    cards = [c.value.replace("\u00a0", " ") for c in at.caption if "Normal: " in c.value]
    assert "COVID-19: 1.0 %  \nNormal: 95.0 %  \nOther infection: 1.0 %" in cards[0]
    assert r"here\_and\_there · PA" in cards[0]
    assert "view not on record" in cards[1]


def test_errors_say_that_what_is_stored_is_calibrated(open_app, root):
    folder = root / "run" / "xception"
    write_model_info(folder, replace(read_model_info(folder), temperature=1.5))
    assert "The values are calibrated probabilities." in words(open_app(root, "errors"))


def test_a_page_holds_twelve(open_app, root, data):
    at = open_app(root, "errors")
    assert len(headings(at)) == 12
    at.pagination[0].set_value(2).run()
    assert len(headings(at)) == stored_reports.WRONG - 12


def test_errors_are_filtered_and_start_on_the_first_page(open_app, root, data):
    at = open_app(root, "errors")
    at.pagination[0].set_value(2).run()
    at.segmented_control(key="error_truth").set_value("covid").run()
    assert set(headings(at)) == {"**COVID-19**, taken for **Normal**"}
    assert len(headings(at)) == 5
    assert not at.pagination
    at.segmented_control(key="error_named").set_value("infection").run()
    assert not at.exception
    assert errors_text.NONE_LEFT in words(at)


def test_without_the_data_folder_there_are_a_table_and_the_reason(open_app, root):
    at = open_app(root, "errors")
    assert not at.exception
    assert not at.image
    assert not headings(at)
    assert "COVID_XRAY_DATA=DIR" in words(at)
    assert errors_text.NO_PICTURE not in words(at)
    rows = shown_tables(at)[0]
    assert len(rows) == stored_reports.WRONG
    assert list(rows.iloc[0]) == [
        "COVID-19",
        "Normal",
        *("1.0\u00a0%", "95.0\u00a0%", "1.0\u00a0%"),
        "here_and_there",
        "PA",
        "0.png",
    ]
    assert rows["View"].iloc[1] == "view not on record"
    at.segmented_control(key="error_truth").set_value("covid").run()
    assert set(shown_tables(at)[0]["Truth"]) == {"COVID-19"}


def test_a_table_has_pages_too(open_app, root, monkeypatch):
    many = [mistake for mistake in FOUND for _ in range(2)]
    monkeypatch.setattr(misclassified, "mistakes", lambda rows: many)
    at = open_app(root, "errors")
    assert len(shown_tables(at)[0]) == 25
    at.pagination[0].set_value(2).run()
    assert len(shown_tables(at)[0]) == len(many) - 25


def test_a_folder_without_any_of_the_pictures_says_so(open_app, root, tmp_path, monkeypatch):
    monkeypatch.setenv("COVID_XRAY_DATA", str(tmp_path))
    at = open_app(root, "errors")
    assert len(shown_tables(at)[0]) == stored_reports.WRONG
    assert errors_text.OTHER_FOLDER in words(at)


def test_pictures_are_shown_where_they_are_at_hand(open_app, root, data, monkeypatch):
    read = []
    thumbnail = thumbnails.thumbnail
    monkeypatch.setattr(thumbnails, "thumbnail", lambda f: read.append(f.name) or thumbnail(f))
    at = open_app(root, "errors")
    assert not at.exception
    assert not at.info
    assert len(at.image) == 11
    assert set(read) == {"0.png", *(f"{i}.png" for i in range(2, 12))}  # the page's, no others
    assert at.image[0].proto.imgs[0].alt == "Radiograph of COVID-19 that was taken for Normal"
    (missing,) = [c.value for c in at.caption if errors_text.NO_PICTURE in c.value]
    assert "images/1.png" in missing


def test_a_file_that_is_no_radiograph_says_why(open_app, root, data):
    (data / "images" / "0.png").write_bytes(b"no picture")
    at = open_app(root, "errors")
    assert not at.exception
    assert any("Expected a DICOM, PNG or JPEG file" in c.value for c in at.caption)


def test_an_older_run_without_paths_says_so(open_app, tmp_path, data):
    stored_reports.write_evidence_run(tmp_path / "old" / "run", but=("path", "view"))
    at = open_app(tmp_path / "old", "errors")
    assert not at.exception
    assert "made before the paths of images were kept" in words(at)
    assert len(shown_tables(at)[0]) == stored_reports.WRONG


def test_damaged_predictions_are_refused_by_name(open_app, root):
    (root / "run" / "xception" / "predictions.csv").write_text("label\n")
    at = open_app(root, "errors")
    assert not at.exception
    assert "predictions.csv differs from the digest" in at.error[0].value
