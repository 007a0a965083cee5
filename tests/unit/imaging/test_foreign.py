"""Files that are not read: each is named, with what to do."""

import io
import zipfile

import pytest
from PIL import Image

from covid_model.common.errors import RadiographError
from covid_model.imaging.archives import open_archive
from covid_model.imaging.formats import kind_of
from covid_model.imaging.reader import read_radiograph


def encode(kind):
    stream = io.BytesIO()
    Image.linear_gradient("L").save(stream, kind)
    return stream.getvalue()


def packed(*names):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, b"<xml/>")
    return stream.getvalue()


FOREIGN = [
    (encode("GIF"), "GIF"),
    (encode("AVIF"), "AVIF"),
    (encode("JPEG2000"), "JPEG 2000"),
    (b"\xff\x0a" + bytes(99), "JPEG XL"),
    (b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(99), "JPEG XL"),
    (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
    (b"8BPS\0\1" + bytes(99), "Photoshop"),
    (b"\0\0\0\x18ftypcrx \0\0\0\1crx isom" + bytes(99), "RAW"),
    (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", r"document \(PDF\)"),
    (packed("[Content_Types].xml", "word/document.xml"), r"document \(Word"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), r"document \(Word"),
    (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", r"video \(MP4\)"),
    (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", r"video \(QuickTime\)"),
    (b"RIFF\0\0\0\0AVI LIST", r"video \(AVI\)"),
    (b"\x5c\1\0\0" + bytes(340) + b"n+1\0" + bytes(99), "NIfTI"),
    (b"ObjectType = Image\nNDims = 2\n", "MetaImage"),
    (b"NRRD0005\ntype: short\n", "NRRD"),
    (b"\x1f\x8b\x08" + bytes(99), r"archive \(gzip\)"),
    (b"7z\xbc\xaf\x27\x1c" + bytes(99), r"archive \(7z\)"),
    (b"\xef\xbb\xbf\n<!DOCTYPE html><title>Log in</title>", "web page"),
    (b"patient,age\nA,40\n", "Received: text"),
    ("patient;âge".encode("utf-16"), "Received: text"),
    (encode("PNG").replace(b"\r\n", b"\n"), "took it for text"),
    (b"\0\5\x16\7\0\2\0\0Mac OS X" + bytes(99), "stands for another"),
    (bytes(5000), "nothing but zeros"),
    (b"\x91\x07" + bytes(range(256)), "content of another kind. Export"),
]


@pytest.mark.parametrize(("data", "reason"), FOREIGN, ids=[reason for _, reason in FOREIGN])
def test_a_file_of_another_format_is_named(data, reason):
    assert not kind_of(data)
    with pytest.raises(RadiographError, match=reason):
        read_radiograph(data, "chest.jpg")


@pytest.mark.parametrize("part", ["[Content_Types].xml", "mimetype"])
def test_an_office_document_is_no_archive_of_radiographs(part):
    with pytest.raises(RadiographError, match=r"a document \(Word"):
        open_archive(io.BytesIO(packed("a/b.xml", part)))
