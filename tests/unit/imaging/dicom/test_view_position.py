"""A lateral view is refused by whatever tells it, a frontal one never is."""

import pytest
from pydicom import Dataset

from covid_model.common.errors import RadiographError
from covid_model.imaging.reader import read_radiograph
from tests.dicoms import dataset, encode


def code(value):
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "SCT", "view"
    return [item]


def read(**tags):
    return read_radiograph(encode(dataset(**tags)))


@pytest.mark.parametrize(
    ("tags", "where"),
    [
        ({"ViewPosition": "LEFT LATERAL"}, "view position"),
        ({"ViewCodeSequence": code("399173006")}, "view code"),
        ({"ViewCodeSequence": code("R-10232")}, "view code"),
        ({"SeriesDescription": "W Thorax lat."}, "series description"),
        ({"SeriesDescription": "CHEST_LATERAL"}, "series description"),
        ({"SeriesDescription": "Tórax perfil esquerdo"}, "series description"),
        ({"SeriesDescription": "PERFIL"}, "series description"),
        ({"SeriesDescription": "Thorax seitlich"}, "series description"),
        ({"ProtocolName": "Thorax profil"}, "protocol name"),
        (
            {"SeriesDescription": "Chest PA & LAT", "ProtocolName": "Chest LAT"},
            "protocol name",
        ),
        ({"AcquisitionDeviceProcessingDescription": "CHEST,LAT"}, "processing description"),
        ({"PatientOrientation": ["A", "F"]}, "patient orientation"),
        ({"PatientOrientation": ["F", "P"]}, "patient orientation"),
    ],
)
def test_a_lateral_view_is_refused_by_what_tells_it(tags, where):
    with pytest.raises(RadiographError, match=f"a lateral view, by the {where}") as caught:
        read(**tags)
    reason = caught.value.message
    assert reason.values["where"].template == where, "it can be said in another language"


@pytest.mark.parametrize(
    "tags",
    [
        {"ViewPosition": "PA", "SeriesDescription": "LATERAL", "PatientOrientation": ["A", "F"]},
        {"ViewPosition": "AP SUPINE", "SeriesDescription": "LATERAL"},
        {"ViewCodeSequence": code("272479007"), "ProtocolName": "Chest lateral"},
        {"SeriesDescription": "Chest PA and lateral"},
        {"SeriesDescription": "Thorax P.A./Lat."},
        {"SeriesDescription": "Thorax de face et de profil"},
        {"SeriesDescription": "THORAX PA", "ProtocolName": "THORAX LAT"},
        {"SeriesDescription": "THORAX PA", "PatientOrientation": ["A", "F"]},
        {"SeriesDescription": "Right lateral decubitus"},
        {"SeriesDescription": "Bilateral infiltrates, laterality unknown"},
        {"SeriesDescription": "Perfil adulto"},
        {"StudyDescription": "Chest lateral"},
        {"PatientOrientation": ["L", "F"]},
        {"PatientOrientation": ["A", "R"]},
        {"PatientOrientation": ["", ""]},
        {"PatientOrientation": "L"},
        {"PatientOrientation": "AF"},
        {"SeriesDescription": ""},
    ],
)
def test_what_may_be_frontal_is_read(tags):
    assert read(**tags).pixels.shape == (64, 64)


def test_no_words_of_the_header_are_quoted():
    with pytest.raises(RadiographError) as caught:
        read(SeriesDescription="Lateral, Mr Secret Person")
    assert "Secret" not in str(caught.value)


def test_a_view_code_serves_where_the_view_position_is_missing():
    assert read(ViewCodeSequence=code("399348003")).details["View"] == "AP"
    assert "View" not in read(ViewPosition="SECRET").details
