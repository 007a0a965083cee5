"""Exports of a case: the PDF page, the zip bundle, the DICOM secondary capture."""

import io
import json
import re
import zipfile
from dataclasses import replace
from datetime import UTC, datetime

import imagecodecs
import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread
from pydicom.encaps import encapsulate
from pydicom.uid import JPEG2000, JPEG2000Lossless, JPEGLSNearLossless

from covid_model.common.disclaimer import NOTICE
from covid_model.common.system.digests import sha256
from covid_model.imaging.reader import read_radiograph
from covid_model.inference.overlay import OUTLINE
from covid_model.runs import load_run
from covid_model.serving import Classifier, Together, classify_case
from covid_model.serving.case_bundle.check import check
from covid_model.serving.lung_occlusion import LungOcclusion, occlude_lungs
from dashboard.cases.exports import images
from dashboard.cases.exports.buttons import offers
from dashboard.cases.exports.case import ExportedCase
from dashboard.cases.exports.case_bundle import build_case_bundle
from dashboard.cases.exports.pdf import case_pdf
from dashboard.cases.exports.pdf_text import printable
from dashboard.cases.exports.secondary_capture import case_capture
from dashboard.cases.exports.text import text_of
from dashboard.i18n import translate
from tests import dicoms
from tests.app.conftest import go, upload
from tests.drawings import drawing, png
from tests.tiny_tables import write_mean

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
def exported_case(trusted_run_root, trusted_pictures):
    """Return a function that makes the exported case of one picture of the trusted run."""
    run = load_run(trusted_run_root / "trusted")

    def make(status="ok", *, names=NAMES, name="chest.png", **more):
        networks = [Classifier.load(run.model_folder(name)) for name in names]
        data = trusted_pictures.get(status, b"no picture")
        more.setdefault("sha256", sha256(data))
        more = {"named": True, **more}
        return ExportedCase(classify_case(data, name, networks), run, **more)

    return make


def page(exported):
    """The text of the page, in the order it is printed."""
    data = case_pdf(exported, text_of(exported), created=CREATED, compress=False)
    assert data.count(b"/Type /Page\n") == 1
    pieces = re.findall(rb"\(((?:\\.|[^\\()])*)\) Tj", data)
    return "\n".join(re.sub(rb"\\(.)", rb"\1", piece).decode("cp1252") for piece in pieces)


def page_bytes(exported):
    return case_pdf(exported, text_of(exported), created=CREATED)


def bundle(exported):
    """The members of its bundle by name, after a check."""
    data = build_case_bundle(exported, text_of(exported), created=CREATED)
    assert check(data).problems == ()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def capture(exported, **options):
    """Its DICOM file, read by pydicom."""
    data = case_capture(exported, text_of(exported), created=CREATED, **options)
    return data, dcmread(io.BytesIO(data))


def jpeg(**options):
    """A drawn radiograph as JPEG."""
    stream = io.BytesIO()
    Image.fromarray((255 * drawing()).astype(np.uint8)).save(stream, "JPEG", **options)
    return stream.getvalue()


def near_lossless(error):
    """A DICOM file with the start of a JPEG-LS scan alone, of which a grey may be off by error."""
    scan = bytes([0xFF, 0xD8, 0xFF, 0xDA, 0, 8, 1, 1, 0, error, 0, 0])
    ds = dicoms.dataset(PixelData=encapsulate([scan]))
    ds["PixelData"].is_undefined_length = True
    return dicoms.encode(ds, JPEGLSNearLossless)


def jpeg_2000(syntax, **options):
    """A drawn radiograph as JPEG 2000 in DICOM, whose header does not tell of a loss."""
    values = (255 * drawing()).round().astype(np.uint8)
    frame = imagecodecs.jpeg2k_encode(values, codecformat="J2K", **options)
    return dicoms.encode(dicoms.dataset(values, bits=8), syntax, frames=[frame])


@pytest.mark.parametrize("names", [NAMES, NAMES[:1]])
def test_the_page_says_the_answer_with_what_it_rests_on(exported_case, names):
    exported = exported_case(names=names)
    printed = page(exported)
    assert printed.count(NOTICE) == 2  # box, footer
    assert "Answer: Normal" in printed
    for prediction, info in zip(exported.named_predictions, exported.model_infos, strict=True):
        assert info.title in printed
        assert f"{100 * prediction.score:.1f}" in printed
        assert info.sha256["model.tflite"][:16] in printed.replace("\n", "")
    assert "chest.png" in printed
    assert exported.sha256 in printed
    assert "2026-01-02 03:04:05+00:00" in printed
    assert "32 x 32 pixels" in printed
    assert "opencv" in printed


def test_the_page_says_that_it_cannot_tell_and_why(exported_case):
    exported = exported_case("uncertain")
    printed = page(exported)
    assert "Can't tell" in printed
    assert "Answer:" not in printed
    assert str(exported.result.reason)[:40] in printed.replace("\n", " ")


@pytest.mark.parametrize("status", ["refused", "unreadable"])
def test_a_refused_case_names_no_class_anywhere(exported_case, status):
    exported = exported_case(status)
    printed, members = page(exported), bundle(exported)
    manifest = json.loads(members["manifest.json"])
    assert "Refused: no class is named" in printed
    assert "COVID-19" not in printed
    assert "no picture" in printed or status == "refused"
    assert manifest["outcome"]["status"] == "refused"
    assert manifest["source"]["sha256"] == exported.sha256
    assert all("predicted" not in network for network in manifest["networks"])
    pictures = {"radiograph.png", "arrays.npz"} if status == "refused" else set()
    assert set(members) == {"report.pdf", "manifest.json", *pictures}
    assert [offer.kind for offer in offers(exported, text_of(exported))] == ["pdf", "bundle"]


@pytest.mark.parametrize(
    "name", ["a" * 300, "Лёгкие 胸部 Łódź <b>&amp;\\(x)\n%s.png", "\u202e.png", ""]
)
def test_any_name_can_be_printed(exported_case, name):
    exported = exported_case(name=name)
    assert "Answer: Normal" in page(exported)
    manifest = json.loads(bundle(exported)["manifest.json"])
    assert manifest["source"]["name"] == name
    for offer in offers(exported, text_of(exported)):
        assert re.fullmatch(r"[\w-]{1,80}\.(pdf|zip|dcm)", offer.file)


@pytest.mark.parametrize("data", [None, b"no picture"])
def test_no_file_tells_the_name_of_the_case_unless_asked(exported_case, data):
    given = {} if data is None else {"data": data}
    exported = exported_case(name="DOE^JANE.dcm", named=False, sha256="ab" * 32, **given)
    files = b"".join(offer.make() for offer in offers(exported, text_of(exported)))
    told = page(exported) + files.decode("latin-1") + str(offers(exported, text_of(exported)))
    assert "JANE" not in told
    assert "case-abababababab" in told


def test_what_the_fonts_lack_gets_a_likeness():
    assert printable("João – “ação” € Łódź") == "João – “ação” € Lódz"
    assert printable("≥ 5 \u2011 胸\u200b\n\x00x") == ">= 5 - ? x"
    assert printable("e\u0301 ﬁ ½ ½\u0304") == "é fi ½ ½"


def test_the_page_speaks_the_visitors_language(exported_case):
    with translate.speaking("pt_BR"):
        exported = exported_case()
        printed, texts = page(exported), text_of(exported)
    assert b"/Lang (pt-BR)" in case_pdf(exported, texts, created=CREATED)
    assert "Resposta: " in printed
    assert "Probabilidade calibrada de cada classe" in printed
    assert "Answer" not in printed


def test_the_readers_own_reading_is_printed(exported_case):
    exported = exported_case(reading={"First reading": "Normal", "Words": "long " * 1000})
    printed = page(exported)
    assert "First reading: Normal" in printed
    assert json.loads(bundle(exported)["manifest.json"])["reading"] == dict(exported.reading)


def test_the_answer_without_the_lungs_is_told(exported_case, trusted_run_root):
    exported = exported_case(names=NAMES[:1])
    radiograph = exported.result.radiograph
    mask = np.zeros(radiograph.pixels.shape, bool)
    mask[60:240, 40:120] = mask[60:240, 140:220] = True
    network = Classifier.load(trusted_run_root / "trusted" / "xception")
    occlusion = occlude_lungs(radiograph, mask, classifier=network)
    exported = exported_case(names=NAMES[:1], occlusion=occlusion)
    printed = page(exported).replace("\n", " ")
    assert "With the lungs hidden" in printed
    assert ("do not trust it" in printed) == occlusion.hardly_changes
    members = bundle(exported)
    record = json.loads(members["manifest.json"])["without_lungs"]
    assert list(record["probabilities"].values()) == occlusion.hidden.probabilities.tolist()
    np.testing.assert_array_equal(np.load(io.BytesIO(members["arrays.npz"]))["lungs"], mask)


def test_the_page_prints_pictures_as_large_as_the_file_has_them(exported_case):
    large = np.kron(drawing(), np.ones((6, 6), np.float32))  # 1800 x 1560
    small = exported_case(named=False)
    exported = replace(small, data=png(large))
    widths = [
        {int(width) for width in re.findall(rb"/Width (\d+)", printed)}
        for printed in (page_bytes(small), page_bytes(exported))
    ]
    assert widths == [{256, 260}, {256, round(1600 * 1560 / 1800)}]


def test_the_lungs_are_outlined_on_the_page_where_they_are_asked_for(exported_case):
    result = exported_case(names=NAMES[:1]).result
    mask = np.zeros(result.radiograph.pixels.shape, bool)
    mask[60:240, 40:120] = mask[60:240, 140:220] = True
    occlusion = LungOcclusion(result.predictions[0], mask, hidden=result.predictions[0])
    plain = exported_case(names=NAMES[:1], occlusion=occlusion)
    outlined = replace(plain, outlined=True)
    (base, drawn), (same, without) = images.printed(outlined), images.printed(plain)
    np.testing.assert_array_equal(base, same)
    np.testing.assert_array_equal(drawn[100, 40], OUTLINE)
    np.testing.assert_array_equal(drawn[120:180, 60:100], without[120:180, 60:100])
    assert "The line is what a small network took" in page(outlined).replace("\n", " ")
    assert "The line is what" not in page(plain).replace("\n", " ")


def test_what_a_header_refuses_is_exported_with_its_picture(
    open_app, trusted_run_root, monkeypatch
):
    from dashboard.cases.exports import buttons

    taken = []
    monkeypatch.setattr(
        buttons, "text_of", lambda exported: taken.append(exported) or text_of(exported)
    )
    data = dicoms.radiograph(drawing(), ViewPosition="LL")
    at = upload(open_app(trusted_run_root), ("lateral.dcm", data))
    assert not at.exception
    exported = taken[-1]
    assert "Received: view LL" in page(exported).replace("\n", " ")
    assert "Refused: no class is named" in page(exported)
    members = bundle(exported)
    assert json.loads(members["manifest.json"])["outcome"]["status"] == "refused"
    with Image.open(io.BytesIO(members["radiograph.png"])) as picture:
        assert ". Picture. " in picture.text["Caption"]


def test_the_bundle_holds_what_the_networks_said(exported_case):
    exported = exported_case()
    members = bundle(exported)
    manifest = json.loads(members["manifest.json"])
    assert manifest["notice"] == NOTICE
    assert manifest["created"] == "2026-01-02T03:04:05+00:00"
    assert set(manifest["files"]) == set(members) - {"manifest.json"}
    with np.load(io.BytesIO(members["arrays.npz"])) as arrays:
        assert str(arrays["notice"]) == NOTICE
        grey = np.rint(exported.result.radiograph.pixels * 255)
        np.testing.assert_array_equal(arrays["radiograph"], grey)
        for prediction in exported.named_predictions:
            np.testing.assert_array_equal(
                arrays[f"heatmaps_{prediction.model}"], prediction.heatmaps
            )
            np.testing.assert_array_equal(
                arrays[f"probabilities_{prediction.model}"], prediction.probabilities
            )
    for record, info in zip(manifest["networks"], exported.model_infos, strict=True):
        assert record["weights_sha256"]["model.tflite"] == info.sha256["model.tflite"]
        assert record["thresholds"] == dict(info.thresholds)
        assert record["temperature"] == info.temperature
    for name in members:
        if name.endswith(".png"):
            with Image.open(io.BytesIO(members[name])) as picture:
                assert picture.text["Notice"] == NOTICE
                assert picture.text["Run"] == "trusted"
                assert NOTICE in picture.text["Caption"]
                assert picture.height > 300  # the line that is drawn below it
    kinds = {
        "radiograph.png",
        *(f"{kind}-{name}.png" for kind in ("overlay", "map") for name in NAMES),
    }
    assert kinds | {"report.pdf", "arrays.npz", "manifest.json"} == set(members)


def test_the_bundle_holds_what_the_networks_say_together(exported_case):
    exported = exported_case()
    write_mean(exported.run.folder, threshold=0.5)
    run = load_run(exported.run.folder)
    networks = [Classifier.load(run.model_folder(name)) for name in NAMES]
    result = classify_case(png(drawing()), "a.png", networks, Together.load(run))
    members = bundle(ExportedCase(result, run))
    record = json.loads(members["manifest.json"])["together"]
    assert record["members"] == list(NAMES)
    assert record["thresholds"] == {"probability": 0.5}
    with np.load(io.BytesIO(members["arrays.npz"])) as arrays:
        assert arrays["probabilities_together"].tolist() == list(record["probabilities"].values())
    assert json.loads(bundle(exported)["manifest.json"])["together"] is None


def test_the_same_case_at_the_same_moment_gives_the_same_bytes(exported_case):
    exported = exported_case()
    texts = text_of(exported)
    for make in (case_pdf, build_case_bundle, case_capture):
        assert make(exported, texts, created=CREATED) == make(exported, texts, created=CREATED)


@pytest.mark.parametrize("names", [NAMES, NAMES[:1]])
def test_the_dicom_picture_opens_in_our_own_reader(exported_case, names):
    exported = exported_case(names=names)
    data, ds = capture(exported)
    height, width = exported.result.radiograph.pixels.shape
    read = read_radiograph(data, "capture.dcm")
    assert read.pixels.shape == (ds.Rows, ds.Columns)
    assert ds.Columns >= (len(names) + 1) * width
    assert ds.Rows > height
    assert ds.pixel_array.shape == (ds.Rows, ds.Columns, 3)
    assert read.details["Modality"] == "OT"


def test_the_dicom_picture_is_a_secondary_capture_of_nobody(exported_case):
    exported = exported_case(name="Maria_Souza.png")
    data, ds = capture(exported)
    assert ds.file_meta.MediaStorageSOPClassUID == "1.2.840.10008.5.1.4.1.1.7"
    for keyword in TYPE_1:
        assert ds[keyword].value not in (None, ""), keyword
    for keyword in TYPE_2:
        assert keyword in ds
    assert (ds.BurnedInAnnotation, ds.PhotometricInterpretation) == ("YES", "RGB")
    assert (ds.PatientName, ds.PatientID) == ("Anonymous^Research", "ANONYMOUS")
    assert "RESEARCH" in ds.SeriesDescription
    assert NOTICE in ds.ImageComments
    assert exported.sha256 in ds.ImageComments
    assert b"Souza" not in data
    assert len(ds.PixelData) % 2 == 0
    uids = {ds.SOPInstanceUID, ds.StudyInstanceUID, ds.SeriesInstanceUID}
    assert len(uids) == 3
    assert all(uid.is_valid for uid in uids)


STATED = {
    "LossyImageCompression": "01",
    "LossyImageCompressionRatio": [12.5, 3],
    "LossyImageCompressionMethod": ["ISO_10918_1", "ISO_15444_1"],
}


@pytest.mark.parametrize(
    ("make", "lossy", "methods"),
    [
        (lambda: png(drawing()), None, None),
        (jpeg, "01", "ISO_10918_1"),
        (lambda: jpeg(progressive=True), "01", "ISO_10918_1"),
        (lambda: dicoms.radiograph(drawing()), None, None),
        (lambda: dicoms.radiograph(drawing(), LossyImageCompression="00"), "00", None),
        (lambda: dicoms.radiograph(drawing(), **STATED), "01", ["ISO_10918_1", "ISO_15444_1"]),
        (lambda: jpeg_2000(JPEG2000Lossless, level=0), None, None),
        (lambda: jpeg_2000(JPEG2000, level=40, reversible=False), "01", "ISO_15444_1"),
        (lambda: near_lossless(2), "01", "ISO_14495_1"),
        (lambda: near_lossless(0), None, None),
    ],
)
def test_the_dicom_picture_tells_the_loss_of_its_source(exported_case, make, lossy, methods):
    data = make()
    exported = exported_case(names=NAMES[:1], data=data)
    whole = exported.result.radiograph
    kept = replace(whole, pixels=whole.pixels[::2, ::2])  # a session keeps a smaller copy
    _, ds = capture(replace(exported, result=replace(exported.result, radiograph=kept)))
    assert ds.get("LossyImageCompression") == lossy
    assert ds.get("LossyImageCompressionMethod") == methods
    ratio = ds.get("LossyImageCompressionRatio")
    if make is jpeg:
        assert float(ratio) == pytest.approx(drawing().size / len(data), rel=1e-3)
    assert (ratio is None) == (methods is None)


AS_DRAWN = {"WindowCenter": 2047.5, "WindowWidth": 4095, "VOILUTFunction": "LINEAR_EXACT"}
STUDY = {
    "SpecificCharacterSet": "ISO_IR 100",
    "PatientName": "Müller^Grete",
    "PatientID": "ID-4711",
    "PatientBirthDate": "19560131",
    "PatientSex": "F",
    "StudyInstanceUID": "1.2.826.0.1.3680043.8.498.7",
    "StudyDate": "20200301",
    "AccessionNumber": "A-1",
    "StudyDescription": "Thorax",
}


def test_the_dicom_picture_can_be_kept_in_the_study_of_its_file(exported_case):
    exported = exported_case(names=NAMES[:1], data=dicoms.radiograph(drawing(), **STUDY))
    data, ds = capture(exported, in_study=True)
    for keyword, value in STUDY.items():
        if keyword != "SpecificCharacterSet":
            assert ds[keyword].value == value, keyword
    assert "Müller^Grete".encode() in data
    for keyword in (*TYPE_1, *TYPE_2):
        assert keyword in ds
    assert ds.SeriesInstanceUID != ds.StudyInstanceUID
    assert ds.SourceImageSequence[0].ReferencedSOPInstanceUID == "1.2.3"
    apart, other = capture(exported)
    assert "Müller".encode() not in apart
    assert (other.PatientName, other.PatientID) == ("Anonymous^Research", "ANONYMOUS")
    assert other.StudyInstanceUID != ds.StudyInstanceUID


@pytest.mark.parametrize("data", [b"", png(drawing()), dicoms.radiograph(drawing())])
def test_a_source_without_a_study_leaves_the_dicom_picture_of_nobody(exported_case, data):
    _, ds = capture(exported_case(names=NAMES[:1], data=data), in_study=True)
    assert (ds.PatientName, ds.PatientID) == ("Anonymous^Research", "ANONYMOUS")


def test_the_page_offers_the_study_for_a_file_that_names_one(
    open_app, trusted_run_root, trusted_pictures
):
    data = dicoms.radiograph(drawing(), **STUDY, **AS_DRAWN)
    at = upload(open_app(trusted_run_root), ("chest.dcm", data))
    [box] = [box for box in at.checkbox if "study" in box.label]
    assert not box.value
    box.check().run()
    assert not at.exception
    helps = [button.proto.help for button in at.get("download_button")]
    assert any("a new series of the file's study" in text for text in helps)
    at = upload(at, ("chest.png", trusted_pictures["ok"]))
    assert not [box for box in at.checkbox if "study" in box.label]


def test_the_buttons_stand_below_a_result_and_make_nothing_yet(
    open_app, trusted_run_root, trusted_pictures, monkeypatch
):
    from dashboard.cases.exports import buttons

    for name in ("_pdf", "_bundle", "_dicom"):
        monkeypatch.setattr(buttons, name, lambda *_: pytest.fail("made while drawn"))
    classify = upload(open_app(trusted_run_root), ("chest.png", trusted_pictures["ok"]))
    for at in (classify, go(classify, "compare")):
        assert not at.exception
        labels = [button.label for button in at.get("download_button")]
        for label in ("Page as PDF", "Bundle as ZIP", "Picture as DICOM"):
            assert label in labels


def test_a_reading_of_the_visitor_goes_into_the_files(
    open_app, trusted_run_root, trusted_pictures, monkeypatch
):
    from dashboard.cases.exports import buttons
    from dashboard.session.readings import reading
    from dashboard.session.readings.reading_log import Reading, ReadingLog

    taken = []
    monkeypatch.setattr(
        buttons, "text_of", lambda exported: taken.append(exported) or text_of(exported)
    )
    at = open_app(trusted_run_root)
    log = ReadingLog()
    digest = sha256(trusted_pictures["ok"])
    log.add(Reading("chest.png", digest, "normal", sureness=4, note="clear lungs"))
    monkeypatch.setattr(reading, "log", lambda: log)
    at = upload(at, ("chest.png", trusted_pictures["ok"]))
    assert not at.exception
    printed = dict(taken[-1].reading)
    assert printed.pop("Time").startswith("20")
    assert printed == {
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
    keys = {button.key for button in at.get("download_button")}
    assert {"export-pdf", "export-bundle"} <= keys
    assert ("export-dicom" in keys) == (status == "uncertain")
