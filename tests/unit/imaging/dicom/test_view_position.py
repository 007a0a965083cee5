"""A lateral view is refused by whatever tells it, a frontal one never is."""

import pytest
from pydicom import Dataset

from covid_model.common.errors import RadiographError
from covid_model.imaging.reader import read_radiograph
from tests.dicoms import dataset, encode


def code(value, meaning="view"):
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "SCT", meaning
    return [item]


def step(description):
    item = Dataset()
    item.ScheduledProcedureStepDescription = description
    return [item]


def read(**tags):
    tags = {"SpecificCharacterSet": "ISO_IR 192", **tags}
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
        ({"SeriesDescription": "TORACE LL"}, "series description"),
        ({"SeriesDescription": "RX torace L-L"}, "series description"),
        ({"SeriesDescription": "Torace latero-laterale"}, "series description"),
        ({"SeriesDescription": "Thorax Seitenaufnahme"}, "series description"),
        ({"SeriesDescription": "X-thorax dwars"}, "series description"),
        ({"SeriesDescription": "Thorax zijdelingse opname"}, "series description"),
        ({"SeriesDescription": "RTG klatki piersiowej boczne"}, "series description"),
        ({"SeriesDescription": "Klatka piersiowa - bok lewy"}, "series description"),
        ({"SeriesDescription": "Profil droit"}, "series description"),
        ({"SeriesDescription": "CHESTLAT2"}, "series description"),
        ({"SeriesDescription": "胸部側面"}, "series description"),
        ({"SeriesDescription": "胸部 ﾗﾃﾗﾙ"}, "series description"),
        ({"SeriesDescription": "胸部左侧位"}, "series description"),
        ({"SeriesDescription": "흉부 측면"}, "series description"),
        ({"SeriesDescription": "ОГК в боковой проекции"}, "series description"),
        ({"SpecificCharacterSet": "", "ProtocolName": "è\x83¸é\x83¨å\x81´é\x9d¢"}, "protocol name"),
        ({"PerformedProcedureStepDescription": "Thorax lateraal"}, "procedure step"),
        ({"PerformedProtocolCodeSequence": code("X1", "Chest lateral")}, "procedure step"),
        ({"RequestAttributesSequence": step("Thorax seitlich")}, "procedure step"),
        ({"StudyDescription": "Tórax perfil"}, "study description"),
        ({"RequestedProcedureDescription": "CHEST LAT"}, "requested procedure"),
        ({"SeriesDescription": "LAT", "StudyDescription": "CHEST PA"}, "series description"),
        ({"ViewCodeSequence": code("local-7", "latero-laterale")}, "view code"),
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
        {"SeriesDescription": "PA", "StudyDescription": "Chest lateral"},
        {
            "ViewPosition": "AP",
            "StudyDescription": "Thorax lat",
            "ProtocolName": "Thorax a.p./lat.",
        },
        {"StudyDescription": "Thorax a.p./lat."},
        {"StudyDescription": "Torace AP e LL"},
        {"StudyDescription": "X-thorax voor-achterwaarts en dwars"},
        {"SeriesDescription": "Klatka piersiowa PA + bok"},
        {"SeriesDescription": "胸部正面・側面"},
        {"SeriesDescription": "胸部正侧位"},
        {"SeriesDescription": "胸部 左側臥位"},
        {"SeriesDescription": "ОГК прямая и боковая"},
        {"SeriesDescription": "흉부 정면 측면"},
        {"SeriesDescription": "Thorax Seitenlage"},
        {"SeriesDescription": "Chest, Dr. L. Rao", "ViewPosition": "PA"},
        {"SeriesDescription": "Chest PA and both obliques"},
        {"SeriesDescription": "LL upper lobe"},
        {"ViewPosition": "LLD"},
        {"ViewCodeSequence": code("399033003"), "StudyDescription": "lateral"},
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


@pytest.mark.parametrize("view", ["LL", "RL", "LLO", "RLO", "LAO", "RAO", "LPO", "RPO"])
def test_a_view_position_that_is_not_frontal_is_named(view):
    with pytest.raises(RadiographError, match=f"Received: view {view}. Choose the study's PA"):
        read(ViewPosition=view)


@pytest.mark.parametrize(
    ("tags", "where"),
    [
        ({"ViewPosition": "AP OBLIQUE"}, "view position"),
        ({"ViewCodeSequence": code("399356000")}, "view code"),
        ({"ViewCodeSequence": code("399312000")}, "view code"),
        ({"SeriesDescription": "Chest RPO"}, "series description"),
        ({"SeriesDescription": "Thorax schräg"}, "series description"),
        ({"SeriesDescription": "Tórax oblíqua"}, "series description"),
        ({"SeriesDescription": "Klatka piersiowa skośne"}, "series description"),
        ({"SeriesDescription": "胸部斜位"}, "series description"),
        ({"SeriesDescription": "Правая косая проекция"}, "series description"),
    ],
)
def test_an_oblique_view_is_refused_by_what_tells_it(tags, where):
    with pytest.raises(RadiographError, match=f"an oblique view, by the {where}"):
        read(**tags)


def test_no_words_of_the_header_are_quoted():
    with pytest.raises(RadiographError) as caught:
        read(SeriesDescription="Lateral, Mr Secret Person")
    assert "Secret" not in str(caught.value)


def test_a_view_code_serves_where_the_view_position_is_missing():
    assert read(ViewCodeSequence=code("399348003")).details["View"] == "AP"
    assert "View" not in read(ViewPosition="SECRET").details
