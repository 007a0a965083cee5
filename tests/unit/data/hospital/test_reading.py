"""A hospital's own folder: whatever its table is called, no word guessed, no row lost."""

import pytest

from covid_model.common.errors import DataError
from covid_model.data.hospital.labels import read_labels
from covid_model.data.hospital.listing import Listing
from covid_model.data.hospital.reading import hospital_of, read_hospital
from covid_model.data.hospital.table import Naming, Table, read_truth
from covid_model.imaging.archives import Source


@pytest.fixture
def folder(tmp_path):
    """Six files of as many contents, in two folders."""
    root = tmp_path / "hospital"
    for number in range(6):
        path = root / ("a" if number < 3 else "b") / f"film {number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"%d" % number)
    return root


def write(folder, *lines, name="list.csv"):
    (folder / name).write_text("\n".join(lines), "utf-8")


def statuses(hospital):
    rows = zip(hospital.files["path"], hospital.files["status"], strict=True)
    return [(path.rpartition("/")[2], status) for path, status in rows]


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        ("path,label", ("a/film 0.png,covid", "b/film 3.png,normal")),
        ("Arquivo;Classe;Paciente", ("film 0;COVID;p1", "FILM 3.PNG; Normal ;p2")),
        ("Ground_Truth\tImage Name", ("covid\ta\\film 0.png", "normal\t./b/film 3.png")),
        ("finding|file", ("covid|film 0.png", "normal|film 3.png")),
        ("what it is,file", ("covid,film 0.png", "normal,film 3.png")),
    ],
)
def test_columns_are_found_whatever_they_are_called(folder, header, rows):
    write(folder, header, *rows)
    hospital = read_hospital(folder)
    frame = hospital.frame
    assert frame[["path", "label"]].to_numpy().tolist() == [
        ["a/film 0.png", "covid"],
        ["b/film 3.png", "normal"],
    ]
    patients = ["p1", "p2"] if "Paciente" in header else frame["path"].tolist()
    assert frame["patient_id"].tolist() == patients
    assert frame["patient_known"].tolist() == ["Paciente" in header] * 2
    assert hospital.table == "list.csv"


def test_columns_may_be_named(folder):
    write(folder, "image,ai,label,who", "film 0.png,normal,2,p", "film 1.png,covid,3,p")
    hospital = read_hospital(folder, Naming(label="ai", patient="who", file="image"))
    assert hospital.frame["label"].tolist() == ["normal", "covid"]
    assert hospital.files["reason"].tolist() == ["its patient has images of covid and normal"] * 2
    with pytest.raises(DataError, match="after --label-column: 'image', 'ai'.*Received: 'none'"):
        read_hospital(folder, Naming(label="none"))


def test_a_folder_a_class_needs_no_table(folder):
    (folder / "a").rename(folder / "Covid")
    (folder / "b").rename(folder / "normal")
    hospital = read_hospital(folder)
    assert hospital.frame["label"].tolist() == ["covid"] * 3 + ["normal"] * 3


def test_a_word_that_is_no_class_is_never_guessed(folder, tmp_path):
    lines = ("film 0,COVID-19", "film 1,=Pneumonia", "film 2,covid-19", "film 3,normal")
    write(folder, "file,label", *lines, "film 4,=Pneumonia", "film 5,unclear")
    with pytest.raises(DataError) as raised:
        read_hospital(folder)
    sentence, skeleton = str(raised.value).split("\n\n")
    assert "'COVID-19' (2), '=Pneumonia' (2), 'unclear' (1)" in sentence
    assert skeleton == "word,class\nCOVID-19,\n=Pneumonia,\nunclear,\n"
    filled = skeleton.replace("19,", "19,covid").replace("monia,", "monia,INFECTION")
    (tmp_path / "labels.csv").write_text(filled)
    hospital = read_hospital(folder, meanings=read_labels(tmp_path / "labels.csv"))
    kept = ["covid", "infection", "covid", "normal", "infection"]
    assert hospital.frame["label"].tolist() == kept
    assert statuses(hospital)[5] == ("film 5.png", "left out")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("word,meaning\na,covid\n", "Missing: class"),
        ("word,class\na,tuberculosis\n", "as the class of 'a'.*Received: 'tuberculosis'"),
        ("word,class\na,covid\nA,normal\n", "gives 'A' two classes"),
    ],
)
def test_a_table_of_labels_with_a_mistake_is_refused(tmp_path, text, reason):
    (tmp_path / "labels.csv").write_text(text)
    with pytest.raises(DataError, match=reason):
        read_labels(tmp_path / "labels.csv")


def test_every_row_that_is_not_judged_says_why(folder):
    (folder / "b" / "film 5.png").write_bytes(b"0")  # the same picture as the first
    (folder / "a" / "film 2.png").write_bytes(b"3")
    (folder / "b" / "film 0.png").write_bytes(b"another")
    rows = (
        *("a/film 0.png,covid,p1", "film 1.png,normal,p1", "film 1.png,normal,p1"),
        *("film 2.png,covid,p2", "film 3.png,normal,p3", "film 4.png,,p4", "film 5.png,covid,p5"),
        *("film 0.png,covid,p6", "film 9.png,covid,p7", "../list.csv,covid,p8"),
    )
    write(folder, "file,label,patient", *rows)
    hospital = read_hospital(folder)
    assert statuses(hospital) == [
        ("film 0.png", "judged"),
        ("film 1.png", "judged"),
        ("film 1.png", "duplicate"),
        ("film 2.png", "contradiction"),
        ("film 3.png", "contradiction"),
        ("film 4.png", "without truth"),
        ("film 5.png", "duplicate"),
        ("film 0.png", "missing"),
        ("film 9.png", "missing"),
        ("list.csv", "missing"),
    ]
    reasons = hospital.files["reason"].tolist()
    assert reasons[3].endswith("a/film 2.png, with another truth (covid and normal)")
    assert reasons[6] == "the same picture as a/film 0.png"
    assert reasons[7] == "2 files are called so: give the path"
    assert reasons[0] == reasons[1] == "its patient has images of covid and normal"
    labelled = hospital.frame[hospital.frame["label"].notna()]
    assert labelled["path"].tolist() == ["a/film 0.png", "a/film 1.png"]


def test_two_patients_with_one_picture_are_one(folder):
    (folder / "a" / "film 1.png").write_bytes(b"0")
    rows = ("film 0,covid,p1", "film 1,covid,p2", "film 2,covid,p2", "film 3,covid,p1")
    write(folder, "file,label,patient", *rows)
    assert read_hospital(folder).frame["patient_id"].nunique() == 1


def test_a_link_out_of_the_folder_is_not_followed(folder, tmp_path):
    (tmp_path / "secret.png").write_bytes(b"secret")
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    write(folder, "file,label", "film 0.png,covid", "link.png,covid")
    hospital = read_hospital(folder)
    assert hospital.files["reason"].tolist() == ["", "the file lies outside the folder"]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (("a,b", "x,covid"), "No column of .* names files of"),
        (("file,a,b", "film 0.png,covid,1"), "Which column of .* holds the truth"),
        (("file,label", "film 0.png,"), "No image of .* can be judged \\(1 without truth\\)"),
    ],
)
def test_a_table_that_cannot_be_told_names_the_remedy(folder, lines, reason):
    write(folder, *lines)
    with pytest.raises(DataError, match=reason):
        read_hospital(folder)
    write(folder, "file,label", "film 0.png,covid", name="other.csv")
    with pytest.raises(DataError, match="has 2 tables .*--table"):
        read_hospital(folder)
    assert len(read_hospital(folder, Naming(table=folder / "other.csv")).frame) == 1
    assert len(read_hospital(folder, Naming(table=folder / "other.csv")).frame) == 1


def test_an_upload_is_judged_without_a_name(caplog):
    names = ("zyxwv 1.png", "zyxwv/2.png", "zyxwv 1b.png")
    sources = [Source.whole(name, lambda n=n: b"%d" % min(n, 1)) for n, name in enumerate(names)]
    listing = Listing.without_names("the zip", sources)
    lines = ("file,truth,patient,source", "zyxwv 1,covid,zyxwv A,zyxwv", "2.png,covid,zyxwv B,")
    data = "\n".join((*lines, "zyxwv 1b,covid,zyxwv A,zyxwv", "zyxwv 9,normal,zyxwv Ç,")).encode(
        "cp1252"
    )
    rows = read_truth(Table("the table", data), listing, Naming())
    hospital = hospital_of(listing, rows)
    assert statuses(hospital) == [
        ("image-00001", "judged"),
        ("image-00002", "judged"),
        ("image-00003", "duplicate"),
        ("", "missing"),
    ]
    assert hospital.files["reason"][2] == "the same picture as image-00002"
    assert "zyxwv" not in hospital.files.to_csv() + hospital.frame.to_csv() + caplog.text
    assert listing.real_path("image-00002") == "zyxwv/2.png"
