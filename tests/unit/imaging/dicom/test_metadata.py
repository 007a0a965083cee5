"""What is shown of a DICOM header, which never is who the patient is."""

import pytest

from covid_model.imaging.dicom.levels import Spacing
from covid_model.imaging.reader import read_radiograph
from dashboard.i18n.translate import t
from tests.dicoms import dataset, encode


def details(**tags):
    return read_radiograph(encode(dataset(**tags))).details


def test_view_age_sex_exposure_are_shown_but_never_the_patient():
    tags = {"ViewPosition": "PA", "PatientAge": "064Y", "PatientSex": "F"}
    tags |= {"BodyPartExamined": "CHEST", "KVP": 120, "ExposureInuAs": 3250, "Exposure": 3}
    tags |= {"ExposureIndex": 412.4, "PatientBirthDate": "19560131", "StudyDate": "20200301"}
    free = dict.fromkeys(("SeriesDescription", "StudyDescription", "ImageComments"), "of Secret")
    result = read_radiograph(encode(dataset(**tags, **free)), "x.dcm")
    assert result.format == "DICOM"
    assert result.details == {
        "Modality": "DX",
        "View": "PA",
        "Body part": "CHEST",
        "Age": "64 years",
        "Sex": "F",
        "Tube voltage": "120 kV",
        "Exposure": "3.25 mAs",
        "Exposure index": "412",
        "Photometric": "MONOCHROME2",
    }
    shown = repr(result.details)
    for secret in ("Secret", "4711", "1956", "2020"):
        assert secret not in shown


@pytest.mark.parametrize(
    ("tags", "age"),
    [
        ({"PatientAge": "001Y"}, "1 year"),
        ({"PatientAge": "018M"}, "18 months"),
        ({"PatientAge": "003W"}, "3 weeks"),
        ({"PatientAge": "010D"}, "10 days"),
        ({"PatientAge": "130Y"}, "130 years"),
        ({"PatientAge": "412Y"}, None),
        ({"PatientAge": "999M"}, "999 months"),
        (
            {"PatientAge": "412Y", "PatientBirthDate": "19500615", "StudyDate": "20200615"},
            "70 years",
        ),
        ({"PatientBirthDate": "19500615", "StudyDate": "20200614"}, "69 years"),
        ({"PatientBirthDate": "19500615", "StudyDate": "20200615"}, "70 years"),
        ({"PatientBirthDate": "20190301", "StudyDate": "20200901"}, "18 months"),
        ({"PatientBirthDate": "20200901", "StudyDate": "20190301"}, None),
        ({"PatientBirthDate": "18000101", "StudyDate": "20200901"}, None),
        ({"PatientBirthDate": "19500615"}, None),
        ({}, None),
    ],
)
def test_age(tags, age):
    assert details(**tags).get("Age") == age


@pytest.mark.parametrize(
    ("voltage", "shown"), [(120000, "120 kV"), (81.5, "81.5 kV"), (72500, "72.5 kV")]
)
def test_a_tube_voltage_in_volts_is_shown_in_kilovolts(voltage, shown):
    assert details(KVP=voltage)["Tube voltage"] == shown


@pytest.mark.parametrize(
    ("tags", "exposure"),
    [
        ({"Exposure": 4}, "4 mAs"),
        ({"ExposureInmAs": 2.5, "Exposure": 3}, "2.5 mAs"),
        ({"XRayTubeCurrent": 320, "ExposureTime": 10}, "3.2 mAs"),
        ({"ExposureTime": 12}, "12 ms"),
        ({"ExposureTimeInuS": 8500}, "8.5 ms"),
        ({"Exposure": 0, "ExposureTime": ""}, None),
        ({"Exposure": -3}, None),
    ],
)
def test_exposure(tags, exposure):
    assert details(**tags).get("Exposure") == exposure


@pytest.mark.filterwarnings("ignore:Invalid value for VR AS:UserWarning")
def test_words_of_the_header_that_are_no_codes_are_left_out():
    shown = details(PatientAge="Secr", PatientSex="SECRET", ViewPosition="SECRET", KVP="")
    assert shown == {"Modality": "DX", "Photometric": "MONOCHROME2"}


def test_details_can_be_said_in_another_language(monkeypatch):
    catalogue = {"Age": "Idade", "{count} years": "{count} anos"}
    monkeypatch.setattr("dashboard.i18n.translate.current", lambda: "xx")
    monkeypatch.setattr("dashboard.i18n.translate.catalogue", lambda language: catalogue)
    shown = details(PatientAge="064Y")
    assert {t(key): t(value) for key, value in shown.items()}["Idade"] == "64 anos"


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, None),
        ({"PixelSpacing": [0.14, 0.15]}, Spacing(0.14, 0.15, at_detector=False)),
        ({"ImagerPixelSpacing": [0.2, 0.2]}, Spacing(0.2, 0.2, at_detector=True)),
        (
            {"PixelSpacing": [0.2, 0.2], "ImagerPixelSpacing": [0.2, 0.2]},
            Spacing(0.2, 0.2, at_detector=True),
        ),
        (
            {"PixelSpacing": [0.18, 0.18], "ImagerPixelSpacing": [0.2, 0.2]},
            Spacing(0.18, 0.18, at_detector=False),
        ),
        ({"PixelSpacing": [0, 0.2]}, None),
        ({"PixelSpacing": [143, 143]}, None),  # micrometres
        ({"PixelSpacing": [0.2]}, None),
    ],
)
def test_how_far_apart_pixels_are(tags, expected):
    assert read_radiograph(encode(dataset(**tags))).spacing == expected
