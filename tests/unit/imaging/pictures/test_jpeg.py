"""JPEG files as phones and programs write them, and kinds that are not read."""

import io
import struct

import numpy as np
import pytest
from PIL import Image

from covid_model.common.errors import RadiographError
from covid_model.imaging.reader import read_radiograph

RAMP = np.linspace(0, 255, 80 * 100).round().astype(np.uint8).reshape(80, 100)


def encode(image, kind="JPEG", **options):
    stream = io.BytesIO()
    image.save(stream, kind, quality=95, **options)
    return stream.getvalue()


PLAIN = encode(Image.fromarray(RAMP))
GREYS = read_radiograph(PLAIN).pixels


def segment(marker, body):
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


@pytest.mark.parametrize(
    "note",
    [
        segment(0xE1, b"Exif\0\0II*\0\xff\xff\xff\xff"),
        segment(0xE1, b"Exif\0\0no table"),
        segment(0xE2, b"ICC_PROFILE\0\5\1x"),
        segment(0xE2, b"MPF\0II*\0\x08\0\0\0\1\0\1\xb0"),
        segment(0xED, b"Photoshop 3.0\x008BIM\3\xed\0\0\0\0\xff\xff"),
        segment(0xE0, b"JFIF\0"),
        segment(0xEE, b"Adobe"),
        segment(0xFE, bytes(60_000)),
        b"\xff\xff\xff",
    ],
)
def test_notes_beside_the_picture_are_of_no_matter(note):
    data = PLAIN[:2] + note + PLAIN[2:] + b"SEFT and other bytes behind the picture"
    np.testing.assert_array_equal(read_radiograph(data).pixels, GREYS)


def test_orientation_is_found_beside_an_odd_value():
    table = struct.pack("<HHHIIHHII", 2, 0x0112, 3, 1, 6, 0x011A, 10, 1, 38)
    exif = b"Exif\0\0II*\0\x08\0\0\0" + table + bytes(4) + b"\xff" * 4 + bytes(4)
    pixels = read_radiograph(PLAIN[:2] + segment(0xE1, exif) + PLAIN[2:]).pixels
    np.testing.assert_array_equal(pixels, np.rot90(GREYS, -1))


@pytest.mark.parametrize("options", [{"progressive": True}, {"subsampling": 2}])
def test_colours_and_stages_give_the_greys(options):
    pixels = read_radiograph(encode(Image.fromarray(RAMP).convert("RGB"), **options)).pixels
    assert np.abs(pixels - RAMP / 255).max() < 0.04


def test_the_first_picture_of_a_phones_file_is_read():
    picture = Image.fromarray(RAMP)
    data = encode(picture, "MPO", save_all=True, append_images=[picture.rotate(180)])
    assert np.abs(read_radiograph(data).pixels - RAMP / 255).max() < 0.04


def frame(marker, bits=8, height=80, channels=1):
    body = struct.pack(">BHHB", bits, height, 100, channels) + bytes(3 * channels)
    return b"\xff\xd8" + segment(marker, body) + segment(0xDA, bytes(6))


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (frame(0xC1, bits=12), "JPEG of 12 bits"),
        (frame(0xC3, bits=16), "lossless JPEG of 16 bits"),
        (frame(0xC5), "hierarchical JPEG"),
        (frame(0xF7, bits=12), "JPEG-LS of 12 bits"),
        (frame(0xC0, channels=2), "JPEG of 2 channels"),
        (frame(0xC0, height=0), "JPEG that does not say its height"),
    ],
)
def test_a_kind_of_jpeg_that_is_not_read_is_named(data, kind):
    with pytest.raises(RadiographError, match=f"Received: {kind}. Export"):
        read_radiograph(data)


@pytest.mark.parametrize("filling", [b"\xff", b"\xff\xe1\0\2", b"\xff\0"])
def test_a_file_of_nothing_but_notes_is_given_up(filling):
    with pytest.raises(RadiographError, match="JPEG file is damaged"):
        read_radiograph(b"\xff\xd8\xff\xe1\0\2" + filling * 20_000)
