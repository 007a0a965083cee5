"""Reading PNG and JPEG: every mode, 16 bit, EXIF, limits, damage."""

import hashlib
import io

import numpy as np
import pytest
from PIL import Image

from covid_model.common.errors import RadiographError
from covid_model.imaging import reader
from covid_model.imaging.pictures.greys import to_grey
from covid_model.imaging.reader import read_radiograph

RAMP = np.linspace(0, 255, 80 * 100).round().astype(np.uint8).reshape(80, 100)


def encode(image, kind="PNG", **options):
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def test_grey_png_is_exact():
    data = encode(Image.fromarray(RAMP))
    result = read_radiograph(data, "a.txt")
    assert result.pixels.dtype == np.float32
    np.testing.assert_allclose(result.pixels, RAMP / 255, atol=1e-7)
    assert (result.name, result.format, result.details) == ("a.txt", "PNG", {})
    assert result.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_png_modes_agree_with_grey(mode):
    source = Image.fromarray(RAMP)
    expected = np.asarray(source.convert("1") if mode == "1" else source, np.float32)
    expected = expected * 255 if mode == "1" else expected
    result = read_radiograph(encode(source.convert(mode)))
    np.testing.assert_allclose(result.pixels, expected / 255, atol=1e-6)


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_jpeg_modes_agree_with_grey(mode):
    result = read_radiograph(encode(Image.fromarray(RAMP).convert(mode), "JPEG", quality=95))
    assert result.format == "JPEG"
    assert np.abs(result.pixels - RAMP / 255).mean() < 0.02


def test_colour_becomes_luminance():
    picture = np.zeros((64, 64, 3), np.uint8)
    picture[:32] = (0, 255, 0)
    pixels = read_radiograph(encode(Image.fromarray(picture))).pixels
    assert pixels[0, 0] == pytest.approx(0.587, abs=0.003)
    assert pixels[63, 0] == 0


def test_transparency_lies_over_black():
    picture = np.full((64, 64, 4), 255, np.uint8)
    picture[:32, :, 3] = 0
    pixels = read_radiograph(encode(Image.fromarray(picture))).pixels
    assert pixels[0, 0] == 0
    assert pixels[63, 0] == 1


def test_sixteen_bit_png_keeps_its_depth():
    values = np.arange(64 * 64, dtype=np.uint16).reshape(64, 64) * 16 + 15
    pixels = read_radiograph(encode(Image.fromarray(values))).pixels
    np.testing.assert_allclose(pixels, values / 65535, atol=1e-7)
    assert len(np.unique(pixels)) == 64 * 64


@pytest.mark.parametrize(("peak", "full"), [(255, 255), (1000, 1023), (4095, 4095), (4096, 16383)])
def test_unscaled_detector_values_fill_their_depth(peak, full):
    values = np.zeros((64, 64), np.uint16)
    values[0, 0] = peak
    pixels = read_radiograph(encode(Image.fromarray(values))).pixels
    assert pixels.max() == pytest.approx(peak / full)


@pytest.mark.parametrize("mode", ["I", "I;16", "I;16B"])
def test_wide_modes_are_read_as_sixteen_bit(mode):
    kinds = {"I": np.int32, "I;16": "<u2", "I;16B": ">u2"}
    values = np.array([[0, 65535], [32768, 1]]).astype(kinds[mode])
    image = Image.frombytes(mode, (2, 2), values.tobytes())
    np.testing.assert_allclose(to_grey(image), values.astype(float) / 65535, atol=1e-7)


def test_exif_orientation_is_applied():
    exif = Image.Exif()
    exif[0x0112] = 6  # shown after a quarter turn clockwise
    pixels = read_radiograph(encode(Image.fromarray(RAMP), "JPEG", exif=exif, quality=95)).pixels
    assert pixels.shape == (100, 80)
    assert np.abs(pixels - np.rot90(RAMP, -1) / 255).mean() < 0.02


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n", "PNG file is cut short"),
        (b"\xff\xd8\xff", "JPEG file is cut short"),
        (b"\xff\xd8\xff" + bytes(50), "JPEG file is damaged"),
    ],
)
def test_broken_content_is_refused(data, reason):
    with pytest.raises(RadiographError, match=reason):
        read_radiograph(data, "chest.png")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "TIFF", "WEBP"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_truncated_files_are_refused(kind, share):
    noise = np.random.default_rng(0).integers(0, 256, (128, 128), np.uint8)
    data = encode(Image.fromarray(noise), kind)
    with pytest.raises(RadiographError, match="cut short"):
        read_radiograph(data[: int(len(data) * share)])


@pytest.mark.parametrize(
    ("pixels", "reason"),
    [
        (np.zeros((64, 64, 3), np.float32), "pixels of 3 dimensions"),
        (np.full((64, 64), np.nan, np.float32), "no finite numbers"),
        (np.array([[0, np.inf]], np.float32), "no finite numbers"),
        (np.array([[0, 2]], np.float32), "0 to 2"),
        (np.array([[0, 1]], np.float64), "float64"),
    ],
)
def test_nothing_but_greys_from_0_to_1_leaves_the_reader(pixels, reason, monkeypatch):
    monkeypatch.setattr("covid_model.imaging.pictures.reader.read_picture", lambda *_: pixels)
    with pytest.raises(RadiographError, match=reason):
        read_radiograph(encode(Image.fromarray(RAMP)))


def test_constant_picture_is_refused():
    with pytest.raises(RadiographError, match="nothing to see"):
        read_radiograph(encode(Image.new("L", (100, 100), 7)))


def test_thumbnail_is_refused():
    with pytest.raises(RadiographError, match="at least 64 pixels a side. Received: 100 x 63"):
        read_radiograph(encode(Image.fromarray(RAMP[:63])))


@pytest.mark.parametrize("side", [8001, 10_000, 20_000])
def test_decompression_bomb_is_refused_before_decoding(side, monkeypatch):
    data = encode(Image.new("1", (side, side)))
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("decoded"))
    with pytest.raises(RadiographError, match="at most 64 megapixels"):
        read_radiograph(data)


def test_large_file_is_refused(monkeypatch):
    monkeypatch.setattr(reader, "MAX_BYTES", 1000)
    with pytest.raises(RadiographError, match="at most"):
        read_radiograph(bytes(1001))
