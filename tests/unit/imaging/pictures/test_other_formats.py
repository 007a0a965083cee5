"""TIFF, WebP, BMP and HEIC: greys, turns, pages, limits."""

import io

import cv2
import numpy as np
import pillow_heif
import pytest
from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from covid_model.common.errors import RadiographError
from covid_model.imaging.reader import read_radiograph

RAMP = np.linspace(0, 255, 80 * 100).round().astype(np.uint8).reshape(80, 100)
TWELVE = RAMP.astype(np.uint16) * 16
GREY = Image.fromarray(RAMP)


def encode(image, kind, **options):
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def tiff(values, tags=(), **options):
    table = ImageFileDirectory_v2()
    for tag, value in dict(tags).items():
        table[tag] = value
    return encode(Image.fromarray(values), "TIFF", tiffinfo=table, **options)


def heic(*images):
    file = pillow_heif.HeifFile()
    for image in images:
        file.add_from_pillow(image)
    stream = io.BytesIO()
    file.save(stream, quality=95)
    return stream.getvalue()


def animated(kind):
    return encode(GREY, kind, save_all=True, append_images=[GREY.rotate(180)])


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (encode(GREY, "WEBP", lossless=True), "WebP"),
        (encode(GREY.convert("RGBA"), "WEBP", lossless=True), "WebP"),
        (encode(GREY, "BMP"), "BMP"),
        (encode(GREY.convert("RGB"), "BMP"), "BMP"),
        *((tiff(RAMP, compression=c), "TIFF") for c in (None, "tiff_lzw", "tiff_adobe_deflate")),
        (encode(GREY.convert("CMYK"), "TIFF"), "TIFF"),
        (tiff((RAMP / 255).astype(np.float32)), "TIFF"),
    ],
)
def test_greys_are_exact(data, kind):
    result = read_radiograph(data, "chest.png")
    assert result.format == kind
    np.testing.assert_allclose(result.pixels, RAMP / 255, atol=1e-6)


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_heic_gives_the_greys(mode):
    result = read_radiograph(heic(GREY.convert(mode)), "IMG_0001.JPG")
    assert result.format == "HEIC"
    assert np.abs(result.pixels - RAMP / 255).max() < 0.03


def test_heic_of_more_bits_keeps_its_range():
    wide = Image.fromarray(RAMP.astype(np.uint16) * 257)
    assert np.abs(read_radiograph(heic(wide)).pixels - RAMP / 255).max() < 0.03


@pytest.mark.parametrize(
    "data",
    [
        tiff(TWELVE),
        tiff(TWELVE, compression="tiff_lzw"),
        tiff(TWELVE.astype(np.int32)),
        cv2.imencode(".tif", np.dstack([TWELVE] * 3))[1].tobytes(),
    ],
    ids=["plain", "LZW", "32 bits", "RGB"],
)
def test_unscaled_detector_values_of_a_tiff_fill_their_depth(data):
    np.testing.assert_allclose(read_radiograph(data).pixels, TWELVE / 4095, atol=1e-6)


@pytest.mark.parametrize(
    ("values", "greys"),
    [(TWELVE, TWELVE / 4095), ((RAMP / 255).astype(np.float32), RAMP / 255)],
)
def test_a_tiff_whose_zero_is_white_is_turned(values, greys):
    pixels = read_radiograph(tiff(values, {262: 0})).pixels
    np.testing.assert_allclose(pixels, 1 - greys, atol=1e-6)


def test_orientation_of_tiff_and_webp_is_applied():
    exif = Image.Exif()
    exif[0x0112] = 6
    for data in (tiff(RAMP, {274: 6}), encode(GREY, "WEBP", lossless=True, exif=exif)):
        np.testing.assert_allclose(
            read_radiograph(data).pixels, np.rot90(RAMP, -1) / 255, atol=1e-6
        )


def test_a_preview_is_no_second_page():
    preview = Image.fromarray(RAMP[::2, ::2])
    preview.encoderinfo = {"tiffinfo": {254: 1}}
    data = encode(GREY, "TIFF", save_all=True, append_images=[preview])
    np.testing.assert_allclose(read_radiograph(data).pixels, RAMP / 255, atol=1e-6)


def hollow(values, value):
    values = values.astype(np.float32)
    values[3, 3] = value
    return tiff(values)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (animated("TIFF"), "a TIFF file with several"),
        (animated("WEBP"), "a WebP file with several"),
        (heic(GREY, GREY.rotate(180)), "a HEIC file with several"),
        (tiff(RAMP, {254: 1}), "camera's raw data"),
        (tiff(RAMP, {50706: b"\1\4\0\0"}), "camera's raw data"),
        (tiff(RAMP.astype(np.float32)), "from 0 to 1. Received: 0 to 255"),
        (tiff(RAMP.astype(np.int32) - 100), "from 0 to 65535. Received: -100 to 155"),
        (hollow(RAMP / 255, np.nan), "no finite numbers"),
        (heic(GREY)[:-50], "HEIC file is cut short"),
        (heic(GREY)[:20], "HEIC file is cut short"),
        (b"II*\0" + bytes(500), "TIFF file is damaged"),
        (b"BM" + bytes(12) + b"\x28" + bytes(500), "BMP file is damaged"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(data, reason):
    with pytest.raises(RadiographError, match=reason):
        read_radiograph(data)


def blank(kind, side):
    image = Image.new("1" if kind == "TIFF" else "L", (side, side))
    return encode(image, kind, **({"method": 0} if kind == "WEBP" else {}))


@pytest.mark.parametrize("data", [blank("TIFF", 8001), blank("BMP", 8001), blank("WEBP", 8001)])
def test_a_large_picture_is_refused_before_decoding(data, monkeypatch):
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("decoded"))
    with pytest.raises(RadiographError, match="at most 64 m"):
        read_radiograph(data)
