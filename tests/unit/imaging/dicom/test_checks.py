"""Raw data and other body parts are refused by the header, whatever it calls them."""

import pytest
from pydicom import Dataset

from covid_model.common.errors import RadiographError
from covid_model.imaging.reader import read_radiograph
from tests.dicoms import dataset, encode

RAW = {  # storage classes, For Processing
    "digital X-ray": "1.2.840.10008.5.1.4.1.1.1.1.1",
    "mammography": "1.2.840.10008.5.1.4.1.1.1.2.1",
    "intra-oral": "1.2.840.10008.5.1.4.1.1.1.3.1",
    "breast projection": "1.2.840.10008.5.1.4.1.1.13.1.5",
}


def region(value, meaning=""):
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "SCT", meaning
    return [item]


def read(**tags):
    return read_radiograph(encode(dataset(**tags)))


@pytest.mark.parametrize("uid", RAW.values(), ids=RAW)
def test_raw_detector_data_are_refused_by_their_storage_class(uid):
    with pytest.raises(RadiographError, match="FOR PROCESSING"):
        read(SOPClassUID=uid)


@pytest.mark.parametrize(
    ("tags", "part"),
    [
        ({"BodyPartExamined": "TSPINE"}, "TSPINE"),
        ({"BodyPartExamined": "UP_EXM"}, "UPEXM"),
        ({"BodyPartExamined": "LOWER LEG"}, "LOWERLEG"),
        ({"BodyPartExamined": "LEFT KNEE"}, "KNEE"),
        ({"BodyPartExamined": "C SPINE"}, "CSPINE"),
        ({"BodyPartExamined": "RODILLA"}, "RODILLA"),
        ({"BodyPartExamined": "SCHULTER"}, "SCHULTER"),
        ({"BodyPartExamined": "ABDOMENPELVIS"}, "ABDOMENPELVIS"),
        ({"BodyPartExamined": "WHOLEBODY"}, "WHOLEBODY"),
        ({"AnatomicRegionSequence": region("72696002")}, "KNEE"),
        ({"AnatomicRegionSequence": region("122495006")}, "THORACIC SPINE"),
        ({"AnatomicRegionSequence": region("T-D8700", "Secret")}, "HAND"),
        ({"AnatomicRegionSequence": region("local", "Left hand of Secret")}, "HAND"),
        ({"BodyPartExamined": "CHEST", "AnatomicRegionSequence": region("69536005")}, "HEAD"),
    ],
)
def test_a_body_part_that_is_no_chest_is_refused(tags, part):
    with pytest.raises(RadiographError, match=f"Received: body part {part}. Choose"):
        read(**tags)


@pytest.mark.parametrize(
    "tags",
    [
        *({"BodyPartExamined": part} for part in ("CHEST", "THORAX", "TORAX", "RIBS", "LUNG")),
        *({"BodyPartExamined": part} for part in ("", "UNKNOWN", "SECRET", "CHESTABDOMEN")),
        {"BodyPartExamined": "CHEST ABDOMEN"},
        {"AnatomicRegionSequence": region("816094009")},
        {"AnatomicRegionSequence": region("416550000")},
        {"AnatomicRegionSequence": region("T-D3000")},
        {"AnatomicRegionSequence": region("local", "something else")},
        {"AnatomicRegionSequence": []},
    ],
)
def test_a_chest_or_an_unknown_body_part_is_read(tags):
    assert read(**tags).pixels.shape == (64, 64)


@pytest.mark.parametrize(
    "tags", [{"Modality": "CT"}, {"ViewPosition": "LL"}, {"BodyPartExamined": "HAND"}]
)
def test_what_is_refused_by_its_header_can_be_read_to_be_shown(tags):
    data = encode(dataset(**tags))
    with pytest.raises(RadiographError, match="PA"):
        read_radiograph(data)
    assert read_radiograph(data, any_view=True).pixels.shape == (64, 64)
