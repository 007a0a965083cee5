"""Tables as spreadsheets write them are read alike, or refused with the cause and the remedy."""

import codecs
import logging

import pandas as pd
import pytest

from covid_model.common.errors import DataError
from covid_model.data.csv_file import read_csv_file
from covid_model.data.dataset import read_dataset
from covid_model.data.leave_out import check_leave_out
from covid_model.data.selection import Selection
from covid_model.training.export.lateral_views import lateral_frame
from tests.drawings import drawing, png

TEXT = (
    'path,label,source,age\na.png,covid,"São João, São Paulo",40.5\nb.png,normal,"two\nlines",7\n'
)
SEMICOLONS = (
    TEXT.replace(", S", "\0").replace(",", ";").replace("\0", ", S").replace("40.5", "40,5")
)
TABS = TEXT.replace(", S", "\0").replace(",", "\t").replace("\0", ", S")
ROWS = [
    ["a.png", "covid", "São João, São Paulo", 40.5],
    ["b.png", "normal", "two\nlines", 7.0],
]


def written(folder, data):
    path = folder / "metadata.csv"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    "data",
    {
        "plain": TEXT.encode(),
        "mark": codecs.BOM_UTF8 + TEXT.encode(),
        "Windows-1252": TEXT.encode("cp1252"),
        "UTF-16": TEXT.encode("utf-16"),
        "UTF-16, large end first": codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        "UTF-32": TEXT.encode("utf-32"),
        "semicolons": SEMICOLONS.encode(),
        "hint": b"sep=;\r\n" + SEMICOLONS.encode(),
        "hint of a tab": b"sep=\t\n" + TABS.encode(),
        "Unicode text": TABS.encode("utf-16"),
        "line ends": TEXT.replace("\n", "\r\n").replace("two\r", "two").encode(),
        "empty rows": (TEXT + ",,,\n\n , ,,\n").encode(),
        "empty columns": TEXT.replace("age", "age,,").replace("7\n", "7,,\n").encode(),
        "short rows": TEXT.replace("age", "age,more").encode(),
        "blanks": TEXT.replace("source", " source ").encode(),
    }.values(),
)
def test_what_spreadsheets_write_is_read_alike(tmp_path, data):
    table = read_csv_file(written(tmp_path, data))
    assert list(table)[:4] == ["path", "label", "source", "age"]
    assert table.iloc[:, :4].to_numpy().tolist() == ROWS
    texts = read_csv_file(tmp_path / "metadata.csv", str)
    assert texts["source"].tolist() == [row[2] for row in ROWS]


def test_a_guess_of_the_encoding_is_warned_of(tmp_path, caplog):
    with caplog.at_level(logging.WARNING):
        read_csv_file(written(tmp_path, TEXT.encode()))
        assert caplog.text == ""
        read_csv_file(written(tmp_path, TEXT.encode("cp1252")))
    assert "byte 0xE3 in line 2) and is read as Windows-1252" in caplog.text


def test_old_line_ends_part_rows(tmp_path):
    table = read_csv_file(written(tmp_path, b"path,label\ra.png,covid\rb.png,normal\r"))
    assert table["path"].tolist() == ["a.png", "b.png"]


def test_texts_that_look_like_numbers_stay_texts(tmp_path):
    (tmp_path / "007").write_bytes(png(drawing()))
    written(tmp_path, b"path,label,source,patient_id,part\n007,covid,1,02,\n")
    frame = read_dataset(tmp_path).frame
    row = frame.loc[0, ["path", "source", "patient_id", "original"]]
    assert row.tolist() == ["007", "1", "02", "007"]


REFUSED = {
    "empty": (b"", "is empty: write"),
    "mark alone": (codecs.BOM_UTF8, "is empty"),
    "separators alone": (b";;;\r\n;;;\r\n", "is empty"),
    "header alone": (b"path,label\n", "a label in each row .* Received: no row"),
    "blank path": (b"path,label\n,covid\n", "Received: a row without path"),
    "blank label": (b"path,label\na.png,\n", "Received: a row without label"),
    "other columns": (b"file;class\na.png;covid\n", r"Missing: .* Received: file, class\."),
    "two of a name": (b"path,label,path\na,covid,b\n", "two columns 'path': rename"),
    "two without a name": (b"path,label,,\na,covid,b,c\n", "two columns ''"),
    "open quotation": (b'path,label\na.png,"covid\n', "from line 2 on .* never closed"),
    "cells beyond": (b"path,label\na,b.png,covid\n", "3 cells in line 2, but 2 columns"),
    "workbook": (b"PK\x03\x04" + bytes(99), 'workbook .* "CSV UTF-8"'),
    "old workbook": (b"\xd0\xcf\x11\xe0" + bytes(99), "workbook"),
    "UTF-16 without a mark": (TEXT.encode("utf-16-le"), 'zero bytes.* "CSV UTF-8"'),
    "UTF-16 cut short": (TEXT.encode("utf-16")[:-1], "damaged or cut short: no utf-16"),
    "Shift JIS": ("path,label\na.png,国\n".encode("cp932"), "not in UTF-8 .byte 0x8D in line 2"),
    "long name": (b"path,label\n" + b"a" * 999 + b",covid\n", "names 1 files that are not in"),
}


@pytest.mark.parametrize(("data", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_is_refused_with_its_cause(tmp_path, data, reason):
    written(tmp_path, data)
    with pytest.raises(DataError, match=reason):
        read_dataset(tmp_path)


@pytest.mark.parametrize(
    "read",
    [
        lambda path: check_leave_out(path.parent, "hospital"),
        lambda path: check_leave_out(path.parent / "elsewhere", str(path)),
        lambda path: lateral_frame(path.parent),
        lambda path: Selection(path.parent, split_file=path).split(read_dataset(made(path)), None),
    ],
    ids=["columns to leave out by", "groups to leave out", "lateral views", "split file"],
)
def test_other_tables_of_a_persons_hand_are_read_likewise(tmp_path, read):
    with pytest.raises(DataError, match="metadata.csv is empty"):
        read(written(tmp_path, b""))


def made(beside):
    """A data folder of one image."""
    folder = beside.parent / "data"
    folder.mkdir()
    (folder / "a.png").write_bytes(png(drawing()))
    pd.DataFrame({"path": ["a.png"], "label": ["covid"]}).to_csv(folder / "metadata.csv")
    return folder


def test_what_systems_leave_in_class_folders_is_left_out(tmp_path):
    names = ["._a.png", ".hidden/a.png", "__MACOSX/a.png", "Thumbs.db", ".DS_Store", "desktop.ini"]
    for label in ("covid", "normal", "infection"):
        for name in ("a.png", "sub/b.PNG", *names):
            path = tmp_path / label / name
            path.parent.mkdir(exist_ok=True, parents=True)
            path.write_bytes(png(drawing()))
        (tmp_path / label / "folder.png").mkdir()
    paths = read_dataset(tmp_path).frame["path"].tolist()
    assert paths == [f"{label}/{name}" for label in ("covid", "normal", "infection")
                     for name in ("a.png", "sub/b.PNG")]  # fmt: skip
