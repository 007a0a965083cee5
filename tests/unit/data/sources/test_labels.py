"""How the public sources' own words become classes, patients and reasons to leave a file out."""

import pytest

from covid_model.common.errors import DataError
from covid_model.data.sources import registry
from covid_model.data.sources.labels import covid_entries, kermany_entries, label_of
from tests.public_sources import COVID_COLUMNS


@pytest.mark.parametrize(
    ("finding", "label", "reason"),
    [
        ("Pneumonia/Viral/COVID-19", "covid", ""),
        ("COVID-19", "covid", ""),
        ("COVID-19, ARDS", "covid", ""),
        ("No Finding", "normal", ""),
        ("No finding", "normal", ""),
        ("Pneumonia", "infection", ""),
        ("Pneumonia/Viral/Herpes ", "infection", ""),
        ("Pneumonia/Viral/MERS-CoV", "infection", ""),
        ("Pneumonia/Bacterial/Staphylococcus/MRSA", "infection", ""),
        ("Tuberculosis", "infection", ""),
        ("SARS", "infection", ""),
        ("Mycoplasma Bacterial Pneumonia", "infection", ""),
        ("todo", "", registry.UNKNOWN),
        ("Unknown", "", registry.UNKNOWN),
        ("", "", registry.UNKNOWN),
        ("ARDS", "", registry.OTHER),
        ("Hernia", "", registry.OTHER),
        ("No Pneumothorax Finding", "", registry.OTHER),
    ],
)
def test_a_finding_becomes_a_class_or_a_reason(finding, label, reason):
    assert label_of(finding) == (label, reason)


def covid(row, columns=COVID_COLUMNS, members=("root/images/a.png",)):
    """The entry of one row, in an archive with a few members."""
    table = f"{columns}\n{row}\n".encode()
    names = ["root/other/metadata.csv", "root/metadata.csv", *members]
    entries = covid_entries(names, {"root/metadata.csv": table}.__getitem__)
    return entries[0]


@pytest.mark.parametrize(
    ("view", "modality", "reason"),
    [
        ("PA", "X-ray", ""),
        ("AP", "X-ray", ""),
        ("AP Supine", "X-ray", ""),
        ("AP erect", "X-ray", ""),
        ("APS", "", ""),
        ("L", "X-ray", registry.LATERAL),
        ("Axial", "CT", registry.CT),
        ("PA", "CT", registry.CT),
        ("CT", "", registry.CT),
        ("Coronal", "", registry.CT),
        ("", "X-ray", registry.VIEW),
        ("Apical", "X-ray", registry.VIEW),
        ("PA", "ultrasound", registry.VIEW),
    ],
)
def test_only_frontal_radiographs_are_kept(view, modality, reason):
    entry = covid(f"1,M,50,COVID-19,{view},{modality},images,a.png,")
    assert (entry.reason, entry.label) == (reason, "" if reason else "covid")


def test_what_the_table_says_is_kept():
    entry = covid("12b,F,93,Pneumonia/Viral/COVID-19,AP Supine,X-ray,images,a.png,CC BY 4.0")
    assert entry == registry.Entry(
        original="a.png",
        member="root/images/a.png",
        path="a.png",
        label="covid",
        patient_id="covid-12b",
        finding="Pneumonia/Viral/COVID-19",
        view="AP Supine",
        age="93",
        sex="F",
        licence="CC BY 4.0",
    )


def test_the_table_of_the_first_months_is_read():
    columns = "Patientid,offset,sex,age,finding,survival,view,date,location,filename,doi,license,"
    entry = covid("1,,,,COVID-19,,PA,2019,,a.png,,,", columns)
    assert (entry.label, entry.patient_id, entry.member) == (
        "covid",
        "covid-1",
        "root/images/a.png",
    )


@pytest.mark.parametrize(
    ("patient", "name", "reason"),
    [
        ("1", "b.png", registry.MISSING),
        ("1", "../a.png", registry.UNSAFE),
        ("1", r"..\a.png", registry.UNSAFE),
        ("1", "..", registry.UNSAFE),
        ("1", "C:a.png", registry.UNSAFE),
        ("", "a.png", registry.NAMELESS),
    ],
)
def test_files_that_cannot_be_used_have_their_reason(patient, name, reason):
    members = ("root/images/a.png", f"root/images/{name}") if name != "b.png" else ()
    entry = covid(f"{patient},M,50,COVID-19,PA,X-ray,images,{name},", members=members)
    assert (entry.reason, entry.label) == (reason, "")


def test_images_that_the_table_lacks_are_listed():
    names = ["metadata.csv", "images/a.png", "images/b.png", "docs/logo.png"]
    table = f"{COVID_COLUMNS}\n1,,,COVID-19,PA,X-ray,images,a.png,\n".encode()
    entries = covid_entries(names, lambda name: table)
    assert [(entry.original, entry.reason) for entry in entries] == [
        ("a.png", ""),
        ("b.png", registry.UNLISTED),
    ]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (b"patientid,finding\n1,COVID-19\n", "Missing: filename, view"),
        (b"", "Missing: filename"),
        (b"\xff\xfe\x00", "cannot be read"),
    ],
)
def test_another_table_is_refused(table, message):
    with pytest.raises(DataError, match=message):
        covid_entries(["metadata.csv"], lambda name: table)


def test_an_archive_without_a_table_is_refused():
    with pytest.raises(DataError, match="--covid-url"):
        covid_entries(["images/a.png"], lambda name: b"")


@pytest.mark.parametrize(
    ("path", "label", "finding", "patient"),
    [
        ("train/PNEUMONIA/person3_virus_15.jpeg", "infection", "Viral Pneumonia", "person3"),
        ("test/PNEUMONIA/person3_bacteria_9.jpeg", "infection", "Bacterial Pneumonia", "person3"),
        ("train/PNEUMONIA/person7_9.jpeg", "infection", "Pneumonia", "person7"),
        ("test/NORMAL/IM-0001-0001.jpeg", "normal", "No Finding", "IM-0001"),
        (
            "train/NORMAL/NORMAL2-IM-0173-0001-0002.jpeg",
            "normal",
            "No Finding",
            "NORMAL2-IM-0173",
        ),
    ],
)
def test_kermanys_names_say_class_with_patient(path, label, finding, patient):
    (entry,) = kermany_entries([f"chest_xray/{path}"], None)
    assert (entry.label, entry.finding, entry.patient_id) == (label, finding, f"kermany-{patient}")
    assert (entry.path, entry.member) == (path, f"chest_xray/{path}")
    assert (entry.view, entry.age, entry.licence) == ("AP", "1-5", "CC BY 4.0")


def test_kermanys_other_files_are_passed_over():
    names = [
        "chest_xray/.DS_Store",
        "chest_xray/train/NORMAL/.DS_Store",
        "chest_xray/train/NORMAL/._IM-0002-0001.jpeg",
        "__MACOSX/chest_xray/train/NORMAL/IM-0003-0001.jpeg",
        "chest_xray/elsewhere/NORMAL/IM-0004-0001.jpeg",
        "chest_xray/train/NORMAL/IM-0001-0001.jpeg",
        "chest_xray/train/NORMAL/stranger.jpeg",
    ]
    entries = kermany_entries(names, None)
    assert [(entry.original, entry.reason) for entry in entries] == [
        ("IM-0001-0001.jpeg", ""),
        ("stranger.jpeg", registry.NAMELESS),
    ]


def test_another_archive_than_kermanys_is_refused():
    with pytest.raises(DataError, match="--kermany-url"):
        kermany_entries(["OCT2017/test/CNV/CNV-1.jpeg"], None)
