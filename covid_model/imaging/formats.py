"""Formats of files that are read, told by how a file starts and never by its name."""

from covid_model.imaging.pictures.png import PNG_START

JPEG_START = b"\xff\xd8\xff"
TIFF_STARTS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")  # the last two are BigTIFF
BMP_HEADERS = (12, 40, 52, 56, 64, 108, 124)  # bytes of the header that follows the first 14
HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
AVIF_BRANDS = (b"avif", b"avis")


def kind_of(data: bytes) -> str:
    """Return "DICOM", "PNG", "JPEG", "TIFF", "WebP", "BMP" or "HEIC", "" where it is none of them.

    Args:
        data: the file's bytes, or its first hundreds.
    """
    if data.startswith(PNG_START):
        return "PNG"
    if data.startswith(JPEG_START):
        return "JPEG"
    # A data set without the 128 byte preamble starts with an element of group 0002 or 0008.
    if data[128:132] == b"DICM" or data[:2] in (b"\x02\x00", b"\x08\x00", b"\x00\x02", b"\x00\x08"):
        return "DICOM"
    if data.startswith(TIFF_STARTS):
        return "TIFF"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WebP"
    if data[:2] == b"BM" and int.from_bytes(data[14:18], "little") in BMP_HEADERS:
        return "BMP"
    brands = brands_of(data)
    if any(brand in HEIC_BRANDS for brand in brands) and not set(AVIF_BRANDS) & set(brands):
        return "HEIC"
    return ""


def brands_of(data: bytes) -> list[bytes]:
    """Return the brands of an ISO base media file (ISO 14496-12, 4.3), the main one first.

    HEIC and AVIF pictures, raw files of cameras and MP4 videos are told apart by them.
    """
    if data[4:8] != b"ftyp":
        return []
    box = data[8 : min(int.from_bytes(data[:4], "big"), 512)]
    return [box[:4], *(box[place : place + 4] for place in range(8, len(box), 4))]
