"""Files that are not read: what came, by how it starts, and what to do about it."""

from collections.abc import Callable
from typing import NamedTuple

from covid_model.common.messages import Message
from covid_model.imaging.formats import AVIF_BRANDS, brands_of

HEAD = 4096  # bytes in which a page, a drawing or a document names itself
CONTROLS = bytes(range(9)) + bytes(range(14, 32))  # which no text holds


def foreign_reason(data: bytes) -> Message:
    """Say what a file is that is none of the formats read, and the remedy.

    Args:
        data: the file's bytes, at least the first thousands.
    """
    for mark in MARKS:
        if data[mark.place : mark.place + len(mark.magic)] == mark.magic:
            return mark.reason(mark.name)
    if brands := brands_of(data):
        return _of_brands(brands)
    head = data[:HEAD].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return _page()
    if b"<svg" in head and head.startswith(b"<"):
        return _picture("SVG")
    if b"%pdf-" in head:  # which Adobe's readers take anywhere in the first 1024 bytes
        return document_reason("PDF")
    if not data.strip(b"\0"):
        return Message(
            "The file holds nothing but zeros, as a broken copy leaves it: copy it again."
        )
    if _is_text(data[:HEAD]):
        return _text()
    return Message(
        "Expected a DICOM, PNG, JPEG, TIFF, WebP, BMP or HEIC file. Received: content of another "
        "kind. Export the radiograph as DICOM or PNG."
    )


def _picture(name: str) -> Message:
    return Message(
        "Expected a DICOM, PNG or JPEG file. Received: {name}. Open the picture in a viewer and "
        "save it as PNG.",
        name=name,
    )


def document_reason(name: str) -> Message:
    """Say that a document came, which may hold a radiograph."""
    return Message(
        "Expected a DICOM, PNG or JPEG file. Received: a document ({name}). Save the radiograph "
        "in it as PNG, or export it as DICOM.",
        name=name,
    )


def _video(name: str) -> Message:
    return Message(
        "Expected a DICOM, PNG or JPEG file. Received: a video ({name}). Give the radiograph as "
        "one still picture.",
        name=name,
    )


def _numbers(name: str) -> Message:
    return Message(
        "Expected a DICOM, PNG or JPEG file. Received: {name}, a format for slices and tables. "
        "Export the radiograph as DICOM or PNG.",
        name=name,
    )


def _archive(name: str) -> Message:
    return Message(
        "Expected a DICOM, PNG or JPEG file. Received: an archive ({name}). Unpack it and give "
        "the files in it, or a zip of them.",
        name=name,
    )


def _garbled(name: str) -> Message:
    return Message(
        "This {name} file was damaged by a program that took it for text: copy it again, as it is.",
        name=name,
    )


def _side_file(name: str) -> Message:
    return Message(
        "This file ({name}) only stands for another one and holds no picture: give the other one.",
        name=name,
    )


def _page(_: str = "") -> Message:
    return Message(
        "Expected a DICOM, PNG or JPEG file. Received: a web page (HTML), as a download without "
        "a login gives. Download the radiograph again."
    )


def _text(_: str = "") -> Message:
    return Message(
        "Expected a DICOM, PNG or JPEG file. Received: text. Give the radiograph's own file."
    )


class Mark(NamedTuple):
    """Bytes by which a format is known."""

    place: int
    magic: bytes
    reason: Callable[[str], Message]
    name: str = ""


MARKS = (
    Mark(0, b"GIF8", _picture, "GIF"),
    Mark(0, b"\xff\x0a", _picture, "JPEG XL"),
    Mark(4, b"JXL \r\n\x87\n", _picture, "JPEG XL"),
    Mark(4, b"jP  \r\n\x87\n", _picture, "JPEG 2000"),
    Mark(0, b"\xff\x4f\xff\x51", _picture, "JPEG 2000"),
    Mark(0, b"II\xbc", _picture, "JPEG XR"),
    Mark(0, b"8BPS", _picture, "Photoshop (PSD)"),
    Mark(0, b"gimp xcf", _picture, "GIMP (XCF)"),
    Mark(0, b"FUJIFILMCCD-RAW", _picture, "RAW (RAF)"),
    Mark(0, b"IIRO", _picture, "RAW (ORF)"),
    Mark(0, b"IIU\0", _picture, "RAW (RW2)"),
    Mark(0, b"\x76\x2f\x31\x01", _picture, "OpenEXR"),
    Mark(0, b"qoif", _picture, "QOI"),
    Mark(0, b"BPG\xfb", _picture, "BPG"),
    Mark(0, b"icns", _picture, "ICNS"),
    Mark(0, b"\0\0\1\0", _picture, "ICO"),
    Mark(0, b"DDS ", _picture, "DDS"),
    *(
        Mark(0, b"P%d%c" % (number, space), _picture, "PNM")
        for number in range(1, 8)
        for space in b" \n\r\t"
    ),
    Mark(0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", document_reason, "Word, Excel, PowerPoint"),
    Mark(0, b"{\\rtf", document_reason, "RTF"),
    Mark(0, b"%!PS", document_reason, "PostScript"),
    Mark(8, b"AVI ", _video, "AVI"),
    Mark(0, b"\x1aE\xdf\xa3", _video, "MKV, WebM"),
    Mark(0, b"\0\0\1\xba", _video, "MPEG"),
    Mark(0, b"\0\0\1\xb3", _video, "MPEG"),
    Mark(0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", _video, "WMV"),
    Mark(0, b"FLV\1", _video, "FLV"),
    *(Mark(4, box, _video, "QuickTime") for box in (b"moov", b"mdat", b"wide")),
    Mark(344, b"n+1\0", _numbers, "NIfTI"),
    Mark(344, b"ni1\0", _numbers, "NIfTI"),
    Mark(4, b"n+2\0", _numbers, "NIfTI"),
    Mark(4, b"ni2\0", _numbers, "NIfTI"),
    Mark(0, b"ObjectType", _numbers, "MetaImage (MHA, MHD)"),
    Mark(0, b"NDims", _numbers, "MetaImage (MHA, MHD)"),
    Mark(0, b"NRRD0", _numbers, "NRRD"),
    Mark(0, b"\x89HDF\r\n\x1a\n", _numbers, "HDF5"),
    Mark(0, b"\x93NUMPY", _numbers, "NumPy"),
    Mark(0, b"MATLAB 5", _numbers, "MATLAB"),
    Mark(0, b"SIMPLE  =", _numbers, "FITS"),
    Mark(0, b"\x1f\x8b", _archive, "gzip"),
    Mark(0, b"BZh", _archive, "bzip2"),
    Mark(0, b"\xfd7zXZ\0", _archive, "xz"),
    Mark(0, b"\x28\xb5\x2f\xfd", _archive, "Zstandard"),
    Mark(0, b"7z\xbc\xaf\x27\x1c", _archive, "7z"),
    Mark(0, b"Rar!\x1a\x07", _archive, "RAR"),
    Mark(257, b"ustar", _archive, "tar"),
    *(
        Mark(30, name, document_reason, "Word, Excel, PowerPoint")
        for name in (b"[Content_Types].xml", b"_rels/", b"docProps/", b"word/", b"ppt/", b"xl/")
    ),
    Mark(30, b"mimetypeapplication/", document_reason, "OpenDocument"),
    Mark(0, b"PK\3\4", _archive, "zip"),
    Mark(0, b"PK\5\6", _archive, "zip"),
    Mark(1, b"PNG", _garbled, "PNG"),
    Mark(0, b"\xef\xbf\xbdPNG", _garbled, "PNG"),
    Mark(0, b"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", _garbled, "JPEG"),
    Mark(0, b"\0\5\x16\7", _side_file, "macOS ._"),
    Mark(0, b"version https://git-lfs", _side_file, "Git LFS"),
    Mark(0, b"L\0\0\0\1\x14\2\0", _side_file, "Windows .lnk"),
)


def _of_brands(brands: list[bytes]) -> Message:
    if set(AVIF_BRANDS) & set(brands):
        return _picture("AVIF")
    if b"crx " in brands:
        return _picture("RAW (CR3)")
    return _video("QuickTime" if brands[0] == b"qt  " else "MP4")


def _is_text(head: bytes) -> bool:
    """Whether bytes are text, as far as their look tells: UTF-16, or letters without controls."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    letters = sum(32 <= byte < 127 for byte in head)
    return 2 * letters >= len(head) and not any(byte in CONTROLS for byte in head)
