"""Each page in Streamlit's own test harness: uploads, bad files, runs that lack something."""

import io
import json
import shutil

import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian
from streamlit.util import calc_hash

from covid_model.common.architectures import ARCHITECTURES
from covid_model.common.classes import CLASS_NAMES
from covid_model.common.disclaimer import NOTICE
from covid_model.runs import OWN_DIGEST, own_digest
from covid_model.runs.catalog import SHIPPED_RUN
from dashboard.components import text
from dashboard.session import state
from tests.app.conftest import (
    bars,
    go,
    panels,
    scene,
    shown_tables,
    upload,
    verdict,
    viewers,
    words,
)
from tests.pages import APP, MOVED, PAGES
from tests.pages import TITLES as PAGE_TITLES

TITLES = set(text.TITLES.values())


def charts(at):
    """Titles of the page's charts."""
    return [json.loads(c.proto.spec)["layout"]["title"]["text"] for c in at.get("plotly_chart")]


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_with_the_notice(open_app, tiny_run_root, page):
    at = open_app(tiny_run_root, page)
    assert not at.exception
    assert at.title[0].value == PAGE_TITLES[page]
    assert NOTICE in at.caption[0].value


def test_every_page_of_the_folder_is_in_the_navigation():
    assert {path.stem for path in (APP.parent / "views").glob("*.py")} == set(PAGES)


@pytest.mark.parametrize("old", MOVED)
def test_an_old_address_leads_to_the_page(open_app, tiny_run_root, old):
    at = open_app(tiny_run_root)
    at._page_hash = calc_hash(
        old
    )  # as a browser asks for an address; no file is there to switch to
    at.run()
    assert not at.exception
    assert at.title[0].value == PAGE_TITLES[MOVED[old]]


def test_the_old_address_of_shortcuts_stays():
    assert MOVED["audit"] == "shortcuts"


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_without_a_run_and_says_how_to_train_one(open_app, tmp_path, page):
    at = open_app(tmp_path / "nothing", page)
    assert not at.exception
    assert NOTICE in at.caption[0].value
    assert "train_models.py" in at.code[0].value


def test_without_a_run_an_upload_is_kept_and_not_predicted(open_app, tmp_path, png):
    at = upload(open_app(tmp_path), ("a.png", png))
    assert not at.exception
    assert not verdict(at)
    assert "train_models.py" in at.code[0].value


def test_classify_says_what_to_do_first(open_app, tiny_run_root):
    at = open_app(tiny_run_root)
    assert "Nothing to look at yet" in words(at)
    assert not verdict(at)


def test_classify_shows_class_scores_radiograph_and_map(open_app, tiny_run_root, png):
    at = upload(open_app(tiny_run_root), ("a.png", png))
    assert not at.exception
    assert verdict(at).startswith("Not calibrated: score only, highest for ")
    [drawn] = bars(at)
    assert 'role="img" aria-label="Score of each class: COVID-19' in drawn
    radiograph, overlaid = panels(at)
    assert radiograph["plain"]["alt"] == "The radiograph a.png as it was read"
    for name, title in text.TITLES.items():
        assert f"Grad-CAM map of Xception for {title}" in overlaid["texts"][name]["alt"]
    shown = scene(at)
    assert shown["networks"][0]["predicted"] in CLASS_NAMES
    assert [choice["title"] for choice in shown["choices"][1:]] == list(text.TITLES.values())
    assert len(at.download_button) == 4  # the table, then the case as three files


def test_another_network_answers_when_chosen(open_app, tiny_run_root, png, calls):
    at = upload(open_app(tiny_run_root), ("a.png", png))
    at.segmented_control(key="model").set_value("vgg16").run()
    assert panels(at)[1]["texts"]["covid"]["alt"].count("VGG16") == 1
    at.segmented_control(key="model").set_value("xception").run()
    assert calls == ["xception", "vgg16"]  # the first answer was kept


def test_a_bad_file_shows_its_reason_and_the_rest_go_on(open_app, tiny_run_root, png):
    at = upload(open_app(tiny_run_root), ("bad.png", b"no picture"), ("good.png", png))
    assert not at.exception
    assert at.error[0].proto.title == "bad.png cannot be classified"
    assert "Expected a DICOM, PNG or JPEG file" in at.error[0].value
    rows = at.dataframe[0].value
    assert list(rows["File"]) == ["bad.png", "good.png"]
    assert list(rows["Outcome"]) == ["refused", "not\N{NO-BREAK SPACE}calibrated"]
    assert rows["Class"][1] in TITLES
    at.selectbox(key="case").set_value(list(at.session_state["cases"])[1]).run()
    assert not at.error
    assert any(title in verdict(at) for title in TITLES)


def test_a_dicom_file_needs_no_ending(open_app, tiny_run_root, drawn_radiograph):
    at = upload(open_app(tiny_run_root), ("IM0001", dicom(drawn_radiograph)))
    assert not at.exception
    assert not at.error
    assert any(title in verdict(at) for title in TITLES)


@pytest.mark.parametrize("page", ["classify", "compare"])
def test_another_window_of_the_file_asks_no_network_again(
    open_app, tiny_run_root, drawn_radiograph, calls, page
):
    windows = {"WindowCenter": [128, 90], "WindowWidth": [256, 60]}
    windows["WindowCenterWidthExplanation"] = ["NORMAL", "HARDER"]
    at = upload(open_app(tiny_run_root), ("a.dcm", dicom(drawn_radiograph, **windows)))
    at = at if page == "classify" else go(at, page)
    before, asked = scene(at), list(calls)
    [choice] = [control for control in at.segmented_control if control.key.startswith(state.WINDOW)]
    assert choice.options == ["NORMAL", "HARDER"]
    choice.set_value(1).run()
    assert not at.exception
    after = scene(at)
    assert after["films"][0]["src"] != before["films"][0]["src"]
    assert after["films"][0]["id"] != before["films"][0]["id"]
    assert after["networks"] == before["networks"]
    assert calls == asked


def dicom(pixels, **header) -> bytes:
    """An uncompressed 8 bit DX image with more of a header."""
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID, ds.Modality = "1.2.840.10008.5.1.4.1.1.1.1", "DX"
    ds.SOPInstanceUID = "1.2.3"
    ds.PhotometricInterpretation, ds.SamplesPerPixel = "MONOCHROME2", 1
    ds.Rows, ds.Columns = pixels.shape
    ds.BitsAllocated = ds.BitsStored = 8
    ds.HighBit, ds.PixelRepresentation = 7, 0
    ds.PixelData = (255 * pixels).astype("uint8").tobytes()
    for keyword, value in header.items():
        setattr(ds, keyword, value)
    stream = io.BytesIO()
    ds.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def test_more_files_than_a_page_holds_are_named(open_app, tiny_run_root, png, monkeypatch):
    monkeypatch.setattr("dashboard.session.cases.MAX_CASES", 1)
    at = upload(open_app(tiny_run_root), ("a.png", png), ("b.png", png))
    assert len(at.session_state["cases"]) == 1
    assert "b.png" in at.warning[0].value


def test_a_sample_needs_one_click_and_says_what_it_is(open_app, tiny_run_root, samples):
    at = open_app(tiny_run_root)
    at.button(key="sample-Normal").click().run()
    assert any(title in verdict(at) for title in TITLES)
    assert "7 training patients" in words(at)


def test_samples_that_are_absent_are_not_offered(open_app, tiny_run_root):
    at = open_app(tiny_run_root)
    assert not [button for button in at.button if button.key.startswith("sample-")]
    assert text.SAMPLES not in words(at)


def test_compare_shows_the_same_file_on_three_networks(open_app, tiny_run_root, png, calls):
    at = go(upload(open_app(tiny_run_root), ("a.png", png)), "compare")
    assert not at.exception
    assert [panel["kind"] for panel in panels(at)] == ["radiograph", *["overlay", "map"] * 3]
    for index, (column, name) in enumerate(
        zip(scene(at)["columns"][1:], ARCHITECTURES.values(), strict=True)
    ):
        assert column["title"] == name
        assert {panel.get("network", index) for panel in column["panels"]} == {index}
        assert name in column["panels"][0]["texts"]["covid"]["alt"]
    assert len(bars(at)) == 3
    assert list(shown_tables(at)[0]["Network"]) == list(ARCHITECTURES.values())
    assert list(shown_tables(at)[1]["Class"]) == list(text.TITLES.values())
    assert len(scene(at)["pairs"]["covid"]) == 3
    assert calls == list(ARCHITECTURES)  # the first one was known from Classify


def test_compare_says_why_a_file_is_refused(open_app, tiny_run_root):
    at = go(upload(open_app(tiny_run_root), ("bad.png", b"")), "compare")
    assert "The file is empty" in at.error[0].value
    assert not viewers(at)


def test_controls_keep_their_values_across_pages(open_app, tiny_run_root, png):
    at = upload(open_app(tiny_run_root), ("a.png", png), ("b.png", png))
    at.selectbox(key="case").set_value(list(at.session_state["cases"])[1]).run()
    go(at, "compare")
    assert at.selectbox(key="case").value == list(at.session_state["cases"])[1]
    assert len(at.session_state["cases"]) == 2
    go(at, "classify")
    upload(at, ("c.png", png))  # what was there before stays
    assert [c.name for c in at.session_state["cases"].values()] == ["a.png", "b.png", "c.png"]


def test_reports_show_matrix_curves_tables_and_the_paper(open_app, tiny_run_root):
    at = open_app(tiny_run_root, "reports")
    assert not at.exception
    assert charts(at) == [
        "Confusion matrix: images, share of the row",
        "ROC, with the area under it",
        "Precision-recall, with average precision",
        "Source: accuracy, recall (%)",
        "Accuracy by epoch (%)",
        "Loss by epoch (nats)",
        "The networks on their test images (%)",
    ]
    assert at.get("plotly_chart")[0].proto.alt.startswith("Confusion matrix. Of 10 COVID-19:")
    assert {"Sensitivity", "Specificity", "PPV", "F1"} <= set(shown_tables(at)[0])
    paper = next(table for table in shown_tables(at) if "Paper" in table)
    assert text.percent(0.973) in list(paper["Paper"])
    page = words(at)
    assert "Split by patient: no patient stands both" in page
    assert "random weights, for tests" in page  # where the backbone came from
    assert "Random networks: for tests only." in page  # the run's own note


def test_reports_only_run_says_why_it_cannot_predict(open_app, reports_only_run_root, png):
    at = open_app(reports_only_run_root, "reports")
    assert "cannot predict" in words(at)
    assert len(charts(at)) == 7
    at = upload(go(at, "classify"), ("a.png", png))
    assert not at.exception
    assert not verdict(at)
    assert "train_models.py" in at.code[0].value


def test_a_damaged_report_leaves_the_others(open_app, tiny_run_root):
    (tiny_run_root / "tiny" / "xception" / "report.json").write_text("{}", "utf-8")
    at = open_app(tiny_run_root, "reports")
    assert not at.exception
    assert "report.json differs from the digest" in at.error[0].value
    assert list(shown_tables(at)[0]["Network"]) == ["ResNet50V2", "VGG16"]
    at.segmented_control(key="report_model").set_value("vgg16").run()
    assert charts(at)[0].startswith("Confusion matrix")


@pytest.mark.parametrize("page", PAGES)
def test_a_damaged_run_leaves_the_others(open_app, tiny_run_root, page):
    (tiny_run_root / "broken").mkdir()
    (tiny_run_root / "broken" / "run.json").write_text("{", "utf-8")
    at = open_app(tiny_run_root, page)
    assert not at.exception
    assert "cannot be read as JSON" in at.error[0].value
    assert not at.code  # the whole run still serves


def test_a_damaged_model_is_refused_by_name(open_app, tiny_run_root, png):
    (tiny_run_root / "tiny" / "xception" / "model.tflite").write_bytes(b"else")
    at = upload(open_app(tiny_run_root), ("a.png", png))
    assert not at.exception
    assert "model.tflite differs from the digest" in at.error[0].value
    at.segmented_control(key="model").set_value("vgg16").run()
    assert any(title in verdict(at) for title in TITLES)


def test_a_companion_run_stands_beside(open_app, tiny_run_root, reports_only_run_root):
    (reports_only_run_root / "reports").rename(tiny_run_root / "reports")
    path = tiny_run_root / "reports" / "run.json"
    info = json.loads(path.read_text("utf-8"))
    info["data"].update(split_by="image", shared_patients=23)
    path.write_text(json.dumps({**info, "companion": "tiny"}), "utf-8")
    at = open_app(tiny_run_root, "reports")
    assert "companion" not in words(at)
    at.selectbox(key="report_run").set_value("reports").run()
    assert not at.exception
    assert "23 patients stand both" in at.warning[0].value
    assert "Beside its companion run" in words(at)
    beside = shown_tables(at)[-1]
    assert set(beside["Run"]) == {"Tiny run reports", "Tiny run tiny"}
    assert len(beside) == 2 * len(ARCHITECTURES)


def test_a_newer_run_of_ones_own_answers_once_it_is_chosen(open_app, tiny_run_root, png):
    shutil.copytree(tiny_run_root / "tiny", tiny_run_root / "mine")
    (tiny_run_root / "tiny").rename(tiny_run_root / SHIPPED_RUN)
    path = tiny_run_root / "mine" / "run.json"
    newer = {**json.loads(path.read_text("utf-8")), "created": "2999-01-01T00:00:00+00:00"}
    path.write_text(json.dumps({**newer, OWN_DIGEST: own_digest(newer)}), "utf-8")
    at = upload(open_app(tiny_run_root), ("a.png", png))
    assert at.selectbox(key=state.RUN).value == SHIPPED_RUN
    at.selectbox(key=state.RUN).set_value("mine").run()
    assert go(at, "compare").selectbox(key=state.RUN).value == "mine"
    assert go(at, "classify").selectbox(key=state.RUN).value == "mine"


def test_about_names_limits_data_and_the_origin_of_the_weights(open_app, tiny_run_root):
    page = words(open_app(tiny_run_root, "about"))
    for part in ("not for diagnosis, screening", "children of one to five years", "not calibrated"):
        assert part in page
    assert page.count("random weights, for tests") == len(ARCHITECTURES)
