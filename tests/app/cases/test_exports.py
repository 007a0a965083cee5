"""What a case can be taken away as: page, bundle, DICOM picture."""

import io
import json
import re
import zipfile
from datetime import UTC, datetime

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread

from covid_model.common.disclaimer import NOTICE
from covid_model.imaging.reader import read_radiograph
from covid_model.runs import load_run
from covid_model.serving import Classifier, classify_case
from covid_model.serving.case_bundle import sha256
from covid_model.serving.case_bundle_check import check
from covid_model.serving.lung_occlusion import occlude_lungs
from dashboard.cases.exports.buttons import offers
from dashboard.cases.exports.case import Content
from dashboard.cases.exports.case_bundle import build_case_bundle
from dashboard.cases.exports.pdf import case_pdf
from dashboard.cases.exports.pdf_text import printable
from dashboard.cases.exports.secondary_capture import case_capture
from dashboard.cases.exports.text import words_of
from dashboard.i18n import translate
from tests.app.conftest import go, upload

CREATED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
NAMES = ("xception", "resnet50v2", "vgg16")
# What PS3.3 asks of a secondary capture: with a value; at least named.
# fmt: off
TYPE_1 = (
    "SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "Modality",
    "ConversionType", "SamplesPerPixel", "PhotometricInterpretation", "Rows", "Columns",
    "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", "PlanarConfiguration",
    "PixelData",
)
TYPE_2 = (
    "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyDate", "StudyTime",
    "StudyID", "AccessionNumber", "ReferringPhysicianName", "SeriesNumber", "InstanceNumber",
    "PatientOrientation",
)
# fmt: on


@pytest.fixture
def content_of(trusted_run_root, trusted_pictures):
    """Return a function that makes the content of one picture of the trusted run."""
    run = load_run(trusted_run_root / "trusted")

    def content(status="ok", *, names=NAMES, name="chest.png", **more):
        networks = [Classifier.load(run.model_folder(one)) for one in names]
        data = trusted_pictures.get(status, b"no picture")
        more.setdefault("sha256", sha256(data))
        return Content.of(classify_case(data, name, networks), run, **more)

    return content


def page(content):
    """The text of the page, in the order it is printed."""
    data = case_pdf(content, words_of(content), created=CREATED, compress=False)
    assert data.count(b"/Type /Page\n") == 1
    pieces = re.findall(rb"\(((?:\\.|[^\\()])*)\) Tj", data)
    return "\n".join(re.sub(rb"\\(.)", rb"\1", one).decode("cp1252") for one in pieces)


def bundle(content):
    """The members of its bundle by name, after a check."""
    data = build_case_bundle(content, words_of(content), created=CREATED)
    assert check(data).problems == ()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def capture(content):
    """Its DICOM file, read by pydicom."""
    data = case_capture(content, words_of(content), created=CREATED)
    return data, dcmread(io.BytesIO(data))


@pytest.mark.parametrize("names", [NAMES, NAMES[:1]])
def test_the_page_says_the_answer_with_what_it_rests_on(content_of, names):
    content = content_of(names=names)
    said = page(content)
    assert said.count(NOTICE) == 2  # box, footer
    assert "Answer: Normal" in said
    for prediction, info in zip(content.shown, content.infos, strict=True):
        assert info.title in said
        assert f"{100 * prediction.score:.1f}" in said
        assert info.sha256["model.tflite"][:16] in said.replace("\n", "")
    assert "chest.png" in said
    assert content.sha256 in said
    assert "2026-01-02 03:04:05+00:00" in said
    assert "32 x 32 pixels" in said
    assert "opencv" in said


def test_the_page_says_that_it_cannot_tell_and_why(content_of):
    content = content_of("uncertain")
    said = page(content)
    assert "Can't tell" in said
    assert "Answer:" not in said
    assert str(content.diagnosis.reason)[:40] in said.replace("\n", " ")


@pytest.mark.parametrize("status", ["refused", "unreadable"])
def test_a_refused_case_names_no_class_anywhere(content_of, status):
    content = content_of(status)
    said, members = page(content), bundle(content)
    manifest = json.loads(members["manifest.json"])
    assert "Refused: no class is named" in said
    assert "COVID-19" not in said
    assert "no picture" in said or status == "refused"
    assert manifest["outcome"]["status"] == "refused"
    assert manifest["source"]["sha256"] == content.sha256
    assert all("predicted" not in one for one in manifest["networks"])
    pictures = {"radiograph.png", "arrays.npz"} if status == "refused" else set()
    assert set(members) == {"report.pdf", "manifest.json", *pictures}
    assert [one.kind for one in offers(content, words_of(content))] == ["pdf", "bundle"]


@pytest.mark.parametrize(
    "name", ["a" * 300, "Лёгкие 胸部 Łódź <b>&amp;\\(x)\n%s.png", "\u202e.png", ""]
)
def test_any_name_can_be_printed(content_of, name):
    content = content_of(name=name)
    assert "Answer: Normal" in page(content)
    manifest = json.loads(bundle(content)["manifest.json"])
    assert manifest["source"]["name"] == name
    for one in offers(content, words_of(content)):
        assert re.fullmatch(r"[\w-]{1,80}\.(pdf|zip|dcm)", one.file)


def test_what_the_fonts_lack_gets_a_likeness():
    assert printable("João – “ação” € Łódź") == "João – “ação” € Lódz"
    assert printable("≥ 5 \u2011 胸\u200b\n\x00x") == ">= 5 - ? x"
    assert printable("e\u0301 ﬁ ½ ½\u0304") == "é fi ½ ½"


def test_the_page_speaks_the_visitors_language(content_of):
    with translate.speaking("pt_BR"):
        content = content_of()
        said, words = page(content), words_of(content)
    assert b"/Lang (pt-BR)" in case_pdf(content, words, created=CREATED)
    assert "Resposta: " in said
    assert "Probabilidade calibrada de cada classe" in said
    assert "Answer" not in said


def test_the_readers_own_reading_is_printed(content_of):
    content = content_of(reading={"First reading": "Normal", "Words": "long " * 1000})
    said = page(content)
    assert "First reading: Normal" in said
    assert json.loads(bundle(content)["manifest.json"])["reading"] == dict(content.reading)


def test_the_answer_without_the_lungs_is_told(content_of, trusted_run_root):
    content = content_of(names=NAMES[:1])
    radiograph = content.diagnosis.radiograph
    mask = np.zeros(radiograph.pixels.shape, bool)
    mask[60:240, 40:120] = mask[60:240, 140:220] = True
    network = Classifier.load(trusted_run_root / "trusted" / "xception")
    found = occlude_lungs(radiograph, mask, classifier=network)
    content = content_of(names=NAMES[:1], found=found)
    said = page(content).replace("\n", " ")
    assert "With the lungs hidden" in said
    assert ("do not trust it" in said) == found.hardly_changes
    members = bundle(content)
    told = json.loads(members["manifest.json"])["without_lungs"]
    assert list(told["probabilities"].values()) == found.hidden.probabilities.tolist()
    np.testing.assert_array_equal(np.load(io.BytesIO(members["arrays.npz"]))["lungs"], mask)


def test_the_bundle_holds_what_the_networks_said(content_of):
    content = content_of()
    members = bundle(content)
    manifest = json.loads(members["manifest.json"])
    assert manifest["notice"] == NOTICE
    assert manifest["created"] == "2026-01-02T03:04:05+00:00"
    assert set(manifest["files"]) == set(members) - {"manifest.json"}
    with np.load(io.BytesIO(members["arrays.npz"])) as arrays:
        assert str(arrays["notice"]) == NOTICE
        grey = np.rint(content.diagnosis.radiograph.pixels * 255)
        np.testing.assert_array_equal(arrays["radiograph"], grey)
        for one in content.shown:
            np.testing.assert_array_equal(arrays[f"heatmaps_{one.model}"], one.heatmaps)
            np.testing.assert_array_equal(arrays[f"probabilities_{one.model}"], one.probabilities)
    for told, info in zip(manifest["networks"], content.infos, strict=True):
        assert told["weights_sha256"]["model.tflite"] == info.sha256["model.tflite"]
        assert told["thresholds"] == dict(info.thresholds)
        assert told["temperature"] == info.temperature
    for name in members:
        if name.endswith(".png"):
            with Image.open(io.BytesIO(members[name])) as picture:
                assert picture.text["Notice"] == NOTICE
                assert NOTICE in picture.text["Caption"]
                assert picture.height > 300  # the line that is drawn below it
    kinds = {
        "radiograph.png",
        *(f"{kind}-{one}.png" for kind in ("overlay", "map") for one in NAMES),
    }
    assert kinds | {"report.pdf", "arrays.npz", "manifest.json"} == set(members)


def test_the_same_case_at_the_same_moment_gives_the_same_bytes(content_of):
    content = content_of()
    words = words_of(content)
    for make in (case_pdf, build_case_bundle, case_capture):
        assert make(content, words, created=CREATED) == make(content, words, created=CREATED)


@pytest.mark.parametrize("names", [NAMES, NAMES[:1]])
def test_the_dicom_picture_opens_in_our_own_reader(content_of, names):
    content = content_of(names=names)
    data, ds = capture(content)
    height, width = content.diagnosis.radiograph.pixels.shape
    read = read_radiograph(data, "capture.dcm")
    assert read.pixels.shape == (ds.Rows, ds.Columns)
    assert ds.Columns >= (len(names) + 1) * width
    assert ds.Rows > height
    assert ds.pixel_array.shape == (ds.Rows, ds.Columns, 3)
    assert read.details["Modality"] == "OT"


def test_the_dicom_picture_is_a_secondary_capture_of_nobody(content_of):
    content = content_of(name="Maria_Souza.png")
    data, ds = capture(content)
    assert ds.file_meta.MediaStorageSOPClassUID == "1.2.840.10008.5.1.4.1.1.7"
    for keyword in TYPE_1:
        assert ds[keyword].value not in (None, ""), keyword
    for keyword in TYPE_2:
        assert keyword in ds
    assert (ds.BurnedInAnnotation, ds.PhotometricInterpretation) == ("YES", "RGB")
    assert (ds.PatientName, ds.PatientID) == ("Anonymous^Research", "ANONYMOUS")
    assert "RESEARCH" in ds.SeriesDescription
    assert NOTICE in ds.ImageComments
    assert content.sha256 in ds.ImageComments
    assert b"Souza" not in data
    assert len(ds.PixelData) % 2 == 0
    uids = {ds.SOPInstanceUID, ds.StudyInstanceUID, ds.SeriesInstanceUID}
    assert len(uids) == 3
    assert all(uid.is_valid for uid in uids)


def test_the_buttons_stand_below_a_result_and_make_nothing_yet(
    open_app, trusted_run_root, trusted_pictures, monkeypatch
):
    from dashboard.cases.exports import buttons

    for name in ("_pdf", "_bundle", "_dicom"):
        monkeypatch.setattr(buttons, name, lambda *_: pytest.fail("made while drawn"))
    classify = upload(open_app(trusted_run_root), ("chest.png", trusted_pictures["ok"]))
    for at in (classify, go(classify, "compare")):
        assert not at.exception
        labels = [one.label for one in at.get("download_button")]
        for label in ("Page as PDF", "Bundle as ZIP", "Picture as DICOM"):
            assert label in labels


def test_a_reading_of_the_visitor_goes_into_the_files(
    open_app, trusted_run_root, trusted_pictures, monkeypatch
):
    from dashboard.cases.exports import buttons
    from dashboard.session import reading
    from dashboard.session.reading_log import Log, Reading

    taken = []
    monkeypatch.setattr(
        buttons, "words_of", lambda content: taken.append(content) or words_of(content)
    )
    at = open_app(trusted_run_root)
    log = Log()
    digest = sha256(trusted_pictures["ok"])
    log.add(Reading("chest.png", digest, "normal", sureness=4, note="clear lungs"))
    monkeypatch.setattr(reading, "log", lambda: log)
    at = upload(at, ("chest.png", trusted_pictures["ok"]))
    assert not at.exception
    said = dict(taken[-1].reading)
    assert said.pop("Time").startswith("20")
    assert said == {
        "Reading": "Normal",
        "Sureness": "4 of 5",
        "Note": "clear lungs",
        "Blind": "yes",
    }
    assert taken[-1].sha256 == digest


@pytest.mark.parametrize("status", ["uncertain", "refused"])
def test_the_buttons_stand_below_doubt_and_refusal(
    open_app, trusted_run_root, trusted_pictures, status
):
    at = upload(open_app(trusted_run_root), ("chest.png", trusted_pictures[status]))
    assert not at.exception
    keys = {one.key for one in at.get("download_button")}
    assert {"export-pdf", "export-bundle"} <= keys
    assert ("export-dicom" in keys) == (status == "uncertain")
