"""Files that are not read: what came, by how it starts, and what to do about it."""

from typing import NamedTuple

from covid_model.common.messages import Message
from covid_model.imaging.formats import AVIF_BRANDS, brands_of

HEAD = 4096  # bytes in which a page, a drawing or a document names itself
CONTROLS = bytes(range(9)) + bytes(range(14, 32))  # which no text holds
OFFICE = "Word, Excel, PowerPoint"
# What to say, and do, of each kind of file.
PICTURE = Message(
    "Expected a DICOM, PNG or JPEG file. Received: {name}. Open the picture in a viewer and save "
    "it as PNG."
)
DOCUMENT = Message(
    "Expected a DICOM, PNG or JPEG file. Received: a document ({name}). Save the radiograph in it "
    "as PNG, or export it as DICOM."
)
VIDEO = Message(
    "Expected a DICOM, PNG or JPEG file. Received: a video ({name}). Give the radiograph as one "
    "still picture."
)
NUMBERS = Message(
    "Expected a DICOM, PNG or JPEG file. Received: {name}, a format for slices and tables. Export "
    "the radiograph as DICOM or PNG."
)
ARCHIVE = Message(
    "Expected a DICOM, PNG or JPEG file. Received: an archive ({name}). Unpack it and give the "
    "files in it, or a zip of them."
)
GARBLED = Message(
    "This {name} file was damaged by a program that took it for text: copy it again, as it is."
)
SIDE_FILE = Message(
    "This file ({name}) only stands for another one and holds no picture: give the other one."
)
PAGE = Message(
    "Expected a DICOM, PNG or JPEG file. Received: a web page (HTML), as a download without a "
    "login gives. Download the radiograph again."
)
TEXT = Message(
    "Expected a DICOM, PNG or JPEG file. Received: text. Give the radiograph's own file."
)


def foreign_reason(data: bytes) -> Message:
    """Say what a file is that is none of the formats read, and the remedy.

    Args:
        data: the file's bytes, at least the first thousands.
    """
    for mark in MARKS:
        if data[mark.place : mark.place + len(mark.magic)] == mark.magic:
            return Message(mark.template, name=mark.name)
    if brands := brands_of(data):
        return _of_brands(brands)
    head = data[:HEAD].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return PAGE
    if b"<svg" in head and head.startswith(b"<"):
        return Message(PICTURE, name="SVG")
    if b"%pdf-" in head:  # which Adobe's readers take anywhere in the first 1024 bytes
        return Message(DOCUMENT, name="PDF")
    if not data.strip(b"\0"):
        return Message(
            "The file holds nothing but zeros, as a broken copy leaves it: copy it again."
        )
    if _is_text(data[:HEAD]):
        return TEXT
    return Message(
        "Expected a DICOM, PNG, JPEG, TIFF, WebP, BMP or HEIC file. Received: content of another "
        "kind. Export the radiograph as DICOM or PNG."
    )


class Mark(NamedTuple):
    """Bytes by which a format is known."""

    place: int
    magic: bytes
    template: Message
    name: str


MARKS = (
    Mark(0, b"GIF8", PICTURE, "GIF"),
    Mark(0, b"\xff\x0a", PICTURE, "JPEG XL"),
    Mark(4, b"JXL \r\n\x87\n", PICTURE, "JPEG XL"),
    Mark(4, b"jP  \r\n\x87\n", PICTURE, "JPEG 2000"),
    Mark(0, b"\xff\x4f\xff\x51", PICTURE, "JPEG 2000"),
    Mark(0, b"II\xbc", PICTURE, "JPEG XR"),
    Mark(0, b"8BPS", PICTURE, "Photoshop (PSD)"),
    Mark(0, b"gimp xcf", PICTURE, "GIMP (XCF)"),
    Mark(0, b"FUJIFILMCCD-RAW", PICTURE, "RAW (RAF)"),
    Mark(0, b"IIRO", PICTURE, "RAW (ORF)"),
    Mark(0, b"IIU\0", PICTURE, "RAW (RW2)"),
    Mark(0, b"\x76\x2f\x31\x01", PICTURE, "OpenEXR"),
    Mark(0, b"qoif", PICTURE, "QOI"),
    Mark(0, b"BPG\xfb", PICTURE, "BPG"),
    Mark(0, b"icns", PICTURE, "ICNS"),
    Mark(0, b"\0\0\1\0", PICTURE, "ICO"),
    Mark(0, b"DDS ", PICTURE, "DDS"),
    *(
        Mark(0, b"P%d%c" % (number, space), PICTURE, "PNM")
        for number in range(1, 8)
        for space in b" \n\r\t"
    ),
    Mark(0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", DOCUMENT, OFFICE),
    Mark(0, b"{\\rtf", DOCUMENT, "RTF"),
    Mark(0, b"%!PS", DOCUMENT, "PostScript"),
    Mark(8, b"AVI ", VIDEO, "AVI"),
    Mark(0, b"\x1aE\xdf\xa3", VIDEO, "MKV, WebM"),
    Mark(0, b"\0\0\1\xba", VIDEO, "MPEG"),
    Mark(0, b"\0\0\1\xb3", VIDEO, "MPEG"),
    Mark(0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", VIDEO, "WMV"),
    Mark(0, b"FLV\1", VIDEO, "FLV"),
    *(Mark(4, box, VIDEO, "QuickTime") for box in (b"moov", b"mdat", b"wide")),
    Mark(344, b"n+1\0", NUMBERS, "NIfTI"),
    Mark(344, b"ni1\0", NUMBERS, "NIfTI"),
    Mark(4, b"n+2\0", NUMBERS, "NIfTI"),
    Mark(4, b"ni2\0", NUMBERS, "NIfTI"),
    Mark(0, b"ObjectType", NUMBERS, "MetaImage (MHA, MHD)"),
    Mark(0, b"NDims", NUMBERS, "MetaImage (MHA, MHD)"),
    Mark(0, b"NRRD0", NUMBERS, "NRRD"),
    Mark(0, b"\x89HDF\r\n\x1a\n", NUMBERS, "HDF5"),
    Mark(0, b"\x93NUMPY", NUMBERS, "NumPy"),
    Mark(0, b"MATLAB 5", NUMBERS, "MATLAB"),
    Mark(0, b"SIMPLE  =", NUMBERS, "FITS"),
    Mark(0, b"\x1f\x8b", ARCHIVE, "gzip"),
    Mark(0, b"BZh", ARCHIVE, "bzip2"),
    Mark(0, b"\xfd7zXZ\0", ARCHIVE, "xz"),
    Mark(0, b"\x28\xb5\x2f\xfd", ARCHIVE, "Zstandard"),
    Mark(0, b"7z\xbc\xaf\x27\x1c", ARCHIVE, "7z"),
    Mark(0, b"Rar!\x1a\x07", ARCHIVE, "RAR"),
    Mark(257, b"ustar", ARCHIVE, "tar"),
    *(
        Mark(30, name, DOCUMENT, OFFICE)
        for name in (b"[Content_Types].xml", b"_rels/", b"docProps/", b"word/", b"ppt/", b"xl/")
    ),
    Mark(30, b"mimetypeapplication/", DOCUMENT, "OpenDocument"),
    Mark(0, b"PK\3\4", ARCHIVE, "zip"),
    Mark(0, b"PK\5\6", ARCHIVE, "zip"),
    Mark(1, b"PNG", GARBLED, "PNG"),
    Mark(0, b"\xef\xbf\xbdPNG", GARBLED, "PNG"),
    Mark(0, b"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", GARBLED, "JPEG"),
    Mark(0, b"\0\5\x16\7", SIDE_FILE, "macOS ._"),
    Mark(0, b"version https://git-lfs", SIDE_FILE, "Git LFS"),
    Mark(0, b"L\0\0\0\1\x14\2\0", SIDE_FILE, "Windows .lnk"),
)


def _of_brands(brands: list[bytes]) -> Message:
    if set(AVIF_BRANDS) & set(brands):
        return Message(PICTURE, name="AVIF")
    if b"crx " in brands:
        return Message(PICTURE, name="RAW (CR3)")
    return Message(VIDEO, name="QuickTime" if brands[0] == b"qt  " else "MP4")


def _is_text(head: bytes) -> bool:
    """Whether bytes are text, as far as their look tells: UTF-16, or letters without controls."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    letters = sum(32 <= byte < 127 for byte in head)
    return 2 * letters >= len(head) and not any(byte in CONTROLS for byte in head)
