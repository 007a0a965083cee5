"""Files that are no pictures by name and content alike."""

import io

import pytest
from pydicom import Dataset, dcmwrite
from pydicom.dataset import FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MediaStorageDirectoryStorage

from covid_model.common.errors import RadiographError
from covid_model.imaging.archives import Source
from covid_model.imaging.no_picture import is_no_picture
from tests import dicoms
from tests.drawings import drawing, png


def directory():
    """The bytes of an empty DICOMDIR."""
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.file_meta.MediaStorageSOPClassUID = MediaStorageDirectoryStorage
    ds.file_meta.MediaStorageSOPInstanceUID = "1.2.3"
    stream = io.BytesIO()
    dcmwrite(stream, ds, enforce_file_format=True)
    return stream.getvalue()


def told(name, data):
    return is_no_picture(Source.whole(name, lambda: data))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("notes.txt", "Café\r\n\tà\f".encode()),
        ("x/NOTES.TXT", "Café".encode("cp1252")),
        ("table.csv", "a;b".encode("utf-16")),
        ("README", b"read me"),
        ("empty.json", b""),
        ("run.sh", b"#!/bin/sh\n"),
        ("letter.docx", b"PK\x03\x04" + bytes(9)),
        ("letter.DOC", b"\xd0\xcf\x11\xe0" + bytes(9)),
        ("viewer.exe", b"MZ" + bytes(9)),
        ("DICOMDIR.dcm", directory()),
        ("dicomdir (1)", directory()),
    ],
)
def test_name_and_content_agree(name, data):
    assert told(name, data)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("IM1", b"read me"),
        ("cut.png", b""),
        ("a.txt", png(drawing())),
        ("a.txt", dicoms.radiograph(drawing())),
        ("a.docx", png(drawing())),
        ("dicomdir.dcm", dicoms.radiograph(drawing())),
        ("scan.pdf", b"%PDF-1.7"),
        ("study.zip", b"PK\x03\x04" + bytes(9)),
    ],
)
def test_where_they_disagree_the_file_is_read(name, data):
    assert not told(name, data)


def test_what_cannot_be_opened_is_read_for_its_reason():
    assert not is_no_picture(Source.refused("a.txt", RadiographError("locked")))
