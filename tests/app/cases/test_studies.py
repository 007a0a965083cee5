"""A study comes as a zip, as hospitals give it: its pictures are listed, then leave with it."""

import io
import zipfile

import pytest

from covid_model.imaging.reader import read_radiograph
from covid_model.serving.diagnosis import classify_case
from dashboard.components.display import details_line
from dashboard.i18n import translate
from tests.app.conftest import upload, words
from tests.dicoms import radiograph


def study(pictures):
    """A zip of ``{name: bytes}`` among what a DICOM disc holds beside them."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("DICOMDIR", "Thumbs.db", "__MACOSX/._IM1", "DICOM/.DS_Store"):
            archive.writestr(name, b"junk")
        for name, data in pictures.items():
            archive.writestr(name, data)
    return stream.getvalue()


@pytest.fixture
def frontal(drawn_radiograph) -> bytes:
    return radiograph(drawn_radiograph, ViewPosition="PA", PatientAge="064Y", KVP=120)


@pytest.fixture
def lateral(drawn_radiograph) -> bytes:
    return radiograph(drawn_radiograph, SeriesDescription="Thorax lateral")


def names(at):
    return [case.name for case in at.session_state["cases"].values()]


def test_the_pictures_of_a_study_are_listed_in_order(open_app, tiny_run_root, frontal, lateral):
    data = study({"DICOM/IM10": lateral, "DICOM/IM2": frontal})
    at = upload(open_app(tiny_run_root), ("study.zip", data))
    assert not at.exception
    assert names(at) == ["study.zip/DICOM/IM2", "study.zip/DICOM/IM10"]
    assert not at.warning
    at.session_state["chosen"] = list(at.session_state["cases"])[1]
    at.run()
    assert "a lateral view, by the series description" in at.error[0].value


def test_the_films_of_a_study_come_before_pictures_of_them(
    open_app, tiny_run_root, frontal, drawn_radiograph, png
):
    secondary = radiograph(drawn_radiograph, ImageType=["DERIVED", "SECONDARY"])
    captured = radiograph(drawn_radiograph, SOPClassUID="1.2.840.10008.5.1.4.1.1.7")
    state = radiograph(drawn_radiograph, Modality="PR")
    first = {"A/PR": state, "A/KEY.png": png, "A/KEY1": secondary, "A/KEY2": captured}
    at = upload(open_app(tiny_run_root), ("s.zip", study({**first, "B/IM1": frontal})))
    listed = [name.removeprefix("s.zip/") for name in names(at)]
    assert listed == ["B/IM1", "A/KEY1", "A/KEY2", "A/KEY.png", "A/PR"]
    assert next(iter(at.session_state["cases"])) == at.selectbox(key="case").value


def test_what_the_header_tells_is_said_in_the_language_of_the_page(frontal):
    radiograph = read_radiograph(frontal)
    assert details_line(radiograph).startswith(
        "Modality: DX · View: PA · Age: 64 years · Tube voltage: 120 kV"
    )
    with translate.speaking("pt_BR"):
        assert "Incidência: PA · Idade: 64 anos · Tensão do tubo: 120 kV" in details_line(
            radiograph
        )


def test_a_refusal_is_said_in_the_language_of_the_page(lateral):
    refused = classify_case(lateral, "x", [])
    with translate.speaking("pt_BR"):
        sentence = translate.t(refused.reason)
    assert "incidência em perfil, segundo o cabeçalho do arquivo (descrição da série)" in sentence


def test_other_files_of_a_study_are_counted_and_not_listed(open_app, tiny_run_root, frontal):
    data = study({"IM1": frontal, "VIEWER.EXE": b"MZ", "README.TXT": b"read me"})
    at = upload(open_app(tiny_run_root), ("study.zip", data))
    assert names(at) == ["study.zip/IM1"]
    assert "not listed: 2." in words(at)
    upload(at, ("a.png", b""))
    assert "not listed" not in words(at)


def test_a_damaged_file_of_a_study_is_listed_with_its_reason(
    open_app, tiny_run_root, frontal, drawn_radiograph
):
    data = bytearray(study({"IM1": frontal, "IM2": radiograph(drawn_radiograph.T)}))
    end = data.index(b"IM2") - 30  # of the bytes of IM1
    data[end - 500] ^= 255
    at = upload(open_app(tiny_run_root), ("study.zip", bytes(data)))
    assert names(at) == ["study.zip/IM1", "study.zip/IM2"]
    assert "cannot be unpacked, as it is damaged" in at.error[0].value


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK\x03\x04" + bytes(50), "zip archive is damaged"),
        (study({"README.TXT": b"read me"}), "zip archive holds no picture"),
    ],
)
def test_an_archive_that_brings_nothing_is_listed_with_its_reason(
    open_app, tiny_run_root, data, reason
):
    at = upload(open_app(tiny_run_root), ("study.zip", data))
    assert names(at) == ["study.zip"]
    assert reason in at.error[0].value


def test_what_a_page_has_no_room_for_is_named_and_comes_when_there_is(
    open_app, tiny_run_root, frontal, lateral, png, monkeypatch
):
    monkeypatch.setattr("dashboard.session.cases.MAX_CASES", 3)
    pictures = {"IM1": frontal, "IM2": lateral, "IM3": frontal}
    data = study(pictures)
    at = upload(open_app(tiny_run_root), ("a.png", png), ("study.zip", data))
    assert names(at) == ["a.png", "study.zip/IM1", "study.zip/IM2"]
    sentence = at.warning[0].value
    assert "1 of the files, study.zip/IM3 first, are left out" in sentence
    assert "at most 3 files or 256 MiB" in sentence
    at.button(key="files-all").click().run()
    upload(at, ("study.zip", data))
    assert names(at) == [f"study.zip/{name}" for name in pictures]
    assert not at.warning


def test_other_modalities_of_a_study_do_not_crowd_out_its_radiographs(
    open_app, tiny_run_root, frontal, drawn_radiograph, monkeypatch
):
    monkeypatch.setattr("dashboard.session.cases.MAX_CASES", 2)
    slices = {f"A/CT{n}": radiograph(drawn_radiograph, Modality="CT") for n in range(3)}
    at = upload(open_app(tiny_run_root), ("study.zip", study({**slices, "B/IM1": frontal})))
    assert names(at) == ["study.zip/B/IM1", "study.zip/A/CT0"]
    assert "2 of the files, study.zip/A/CT1 first" in at.warning[0].value


def test_the_page_says_what_it_takes_and_how_much(open_app, tiny_run_root):
    at = open_app(tiny_run_root)
    assert not at.file_uploader[0].proto.type, "any ending will do, none as well"
    [limits] = [caption for caption in at.caption if "64 megapixels" in caption.value]
    assert "a whole study as a zip" in limits.proto.help
    assert "the page holds 50 files, 256 MiB together" in limits.value
