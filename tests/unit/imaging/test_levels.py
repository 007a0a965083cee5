"""Every grey level of a file, for a viewer: the picture that networks see, and what it clips."""

import io

import numpy as np
import pytest
from PIL import Image

from covid_model.common.errors import RadiographError
from covid_model.imaging.dicom.levels import Levels
from covid_model.imaging.reader import read_levels, read_radiograph
from tests.dicoms import RAMP, dataset, encode

WINDOW = {"WindowCenter": 2048, "WindowWidth": 1025}  # of values 1535.5 to 2559.5


def picture(values, kind="PNG"):
    stream = io.BytesIO()
    Image.fromarray(values).save(stream, kind)
    return stream.getvalue()


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize("tags", [{}, WINDOW, WINDOW | {"VOILUTFunction": "SIGMOID"}])
def test_levels_are_the_picture(photometric, tags):
    data = encode(dataset(PhotometricInterpretation=photometric, **tags))
    np.testing.assert_array_equal(read_levels(data).pixels, read_radiograph(data).pixels)


def test_levels_outside_of_the_window_stay_apart():
    levels = read_levels(encode(dataset(**WINDOW)))
    shown = levels.shown[levels.places].ravel()
    np.testing.assert_allclose(shown, (np.arange(4096) - 1535.5) / 1024, atol=1e-5)
    assert levels.places.dtype == np.uint16
    assert levels.bits == read_radiograph(encode(dataset(**WINDOW))).bits == 12


def test_another_window_has_other_levels():
    data = encode(dataset(WindowCenter=[1000, 3000], WindowWidth=[500, 101]))
    second = read_levels(data, window=1)
    np.testing.assert_array_equal(second.pixels, read_radiograph(data, window=1).pixels)
    assert (second.shown != read_levels(data).shown).any()


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_padding_lies_beside_the_dark_end(photometric):
    ds = dataset(PhotometricInterpretation=photometric)
    ds.add_new("PixelPaddingValue", "US", 2000)
    levels = read_levels(encode(ds))
    place = levels.places[RAMP == 2000]
    assert levels.shown[place] == 0
    assert place == (0 if photometric == "MONOCHROME2" else len(levels.shown) - 1)
    np.testing.assert_array_equal(levels.pixels, read_radiograph(encode(ds)).pixels)


def test_padding_beside_every_sixteen_bit_value_is_still_black():
    values = np.arange(2**16, dtype=np.uint16).reshape(256, 256)
    ds = dataset(values, bits=16, PhotometricInterpretation="MONOCHROME1")
    ds.add_new("PixelPaddingValue", "US", 30000)
    levels = read_levels(encode(ds))
    assert len(levels.shown) == 2**16 + 1
    assert levels.pixels[values == 30000] == 0
    assert levels.pixels[0, 0] == 1


def test_eight_bits_of_a_picture_stay_eight_and_sixteen_stay_sixteen():
    eight = RAMP.astype(np.uint8)
    sixteen = RAMP * 16
    assert read_levels(picture(eight)).places.dtype == np.uint8
    np.testing.assert_array_equal(read_levels(picture(eight)).places, eight)
    np.testing.assert_array_equal(read_levels(picture(sixteen)).places, sixteen)
    assert read_radiograph(picture(eight)).bits == 8
    assert read_radiograph(picture(sixteen)).bits == 16


def test_levels_of_any_greys_are_near():
    pixels = np.random.default_rng(0).random((70, 80), np.float32)
    np.testing.assert_allclose(Levels.of(pixels).pixels, pixels, atol=1 / 65535)


def test_a_radiograph_says_how_large_its_file_is():
    assert read_radiograph(picture(RAMP[:, :].repeat(2, axis=1) * 16)).size == (64, 128)


def test_what_is_no_picture_has_no_levels():
    for data in (b"", b"no picture"):
        with pytest.raises(RadiographError):
            read_levels(data)
