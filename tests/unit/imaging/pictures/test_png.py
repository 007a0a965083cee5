"""PNG files as programs write them: notes of every kind, wide colours, cut ends."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageOps

from covid_model.common.errors import RadiographError
from covid_model.imaging.reader import read_radiograph

RAMP = np.linspace(0, 255, 80 * 100).round().astype(np.uint8).reshape(80, 100)
TWELVE = RAMP.astype(np.uint16) * 16
HEAD = 33  # bytes of signature and IHDR


def encode(image, **options):
    stream = io.BytesIO()
    image.save(stream, "PNG", **options)
    return stream.getvalue()


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def with_chunk(name, body, *, data=None):
    data = data or encode(Image.fromarray(RAMP))
    return data[:HEAD] + chunk(name, body) + data[HEAD:]


def wide(*channels, colour):
    """A PNG of 16 bits a value; colour 2 is RGB, 4 grey and alpha, 6 both."""
    rows = np.dstack(channels).astype(">u2")
    header = struct.pack(">IIBBBBB", rows.shape[1], rows.shape[0], 16, colour, 0, 0, 0)
    packed = zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("name", "body"),
    [
        (b"eXIf", b"\0\x08\0\2\1\x12\0\3garbage"),
        (b"eXIf", b"II*\0\xff\xff\xff\xff"),
        (b"zTXt", b"XML:com.adobe.xmp\0\0" + zlib.compress(bytes(4 * 2**20))),
        (b"zTXt", b"Comment\0\0no stream"),
        (b"iTXt", b"x"),
        (b"iCCP", b"big\0\0" + zlib.compress(bytes(4 * 2**20))),
        (b"iCCP", b"x"),
        (b"gAMA", b"x"),
        (b"pHYs", b"x"),
        (b"tRNS", b"x"),
        (b"acTL", b"x"),
        (b"prVt", b"a program's own"),
    ],
)
def test_notes_beside_the_picture_are_of_no_matter(name, body):
    pixels = read_radiograph(with_chunk(name, body)).pixels
    np.testing.assert_allclose(pixels, RAMP / 255, atol=1e-7)


def test_a_note_with_a_wrong_checksum_is_of_no_matter():
    data = bytearray(with_chunk(b"tEXt", b"Comment\0chest"))
    data[HEAD + 12] ^= 1
    np.testing.assert_allclose(read_radiograph(bytes(data)).pixels, RAMP / 255, atol=1e-7)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_as_pillow_shows_it(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encode(Image.fromarray(RAMP), exif=exif)
    with Image.open(io.BytesIO(data)) as image:
        shown = np.asarray(ImageOps.exif_transpose(image))
    np.testing.assert_allclose(read_radiograph(data).pixels, shown / 255, atol=1e-7)


OPAQUE = np.full_like(TWELVE, 65535)


@pytest.mark.parametrize(
    "data",
    [
        wide(TWELVE, TWELVE, TWELVE, colour=2),
        wide(TWELVE, OPAQUE, colour=4),
        wide(TWELVE, TWELVE, TWELVE, OPAQUE, colour=6),
    ],
    ids=["RGB", "grey and alpha", "RGBA"],
)
def test_twelve_bits_in_wide_colours_are_the_greys_of_a_grey_file(data):
    grey = read_radiograph(encode(Image.fromarray(TWELVE))).pixels
    assert grey.max() > 0.99
    np.testing.assert_array_equal(read_radiograph(data).pixels, grey)


def test_transparency_of_sixteen_bits_lies_over_black():
    clear = np.where(np.arange(100) < 50, 0, 65535) * np.ones((80, 1))
    pixels = read_radiograph(wide(TWELVE, clear, colour=4)).pixels
    assert not pixels[:, :50].any()
    np.testing.assert_allclose(pixels[:, 50:], TWELVE[:, 50:] / 4095, atol=1e-7)


@pytest.mark.parametrize("missing", [2, 4, 12])
def test_a_picture_whose_last_chunk_alone_is_cut_is_whole(missing):
    data = encode(Image.fromarray(RAMP))[:-missing]
    np.testing.assert_allclose(read_radiograph(data).pixels, RAMP / 255, atol=1e-7)


def flipped():
    data = bytearray(encode(Image.fromarray(RAMP)))
    data[len(data) // 2] ^= 0xFF
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (flipped(), "This PNG file is damaged"),
        (with_chunk(b"acTL", struct.pack(">II", 2, 0)), "a PNG file with several"),
        (b"\x89PNG\r\n\x1a\n" + chunk(b"CgBI", b"P\0 \2"), "Apple"),
        (b"\x89PNG\r\n\x1a\n" + chunk(b"IDAT", b"x"), "damaged"),
        (with_chunk(b"tEXt", b"", data=with_chunk(b"IEND", b"")), "damaged"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(data, reason):
    with pytest.raises(RadiographError, match=reason):
        read_radiograph(data)
