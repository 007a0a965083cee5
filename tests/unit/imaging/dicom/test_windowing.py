"""The windows and tables that a DICOM file offers, and what each makes of its values."""

import numpy as np
import pytest
from pydicom import Dataset

from covid_model.common.errors import RadiographError
from covid_model.imaging.dicom.window import Window
from covid_model.imaging.reader import read_radiograph
from tests.dicoms import RAMP, dataset, encode

VALUES = RAMP.ravel().astype(float)


def read(values=RAMP, window=0, **tags):
    return read_radiograph(encode(dataset(values, **tags)), window=window)


def table(entries, *, bits=12, first=0, **tags):
    item = Dataset()
    item.LUTDescriptor = [len(entries), first, bits]
    item.add_new("LUTData", "US", [int(entry) for entry in entries])
    for keyword, value in tags.items():
        setattr(item, keyword, value)
    return item


def linear(values, center, width):
    return np.clip((values - center + 0.5) / (width - 1) + 0.5, 0, 1)


def test_each_window_is_named_and_can_be_chosen():
    tags = {"WindowCenter": [2048, 1000, 3000], "WindowWidth": [4096, 500, 100]}
    tags["WindowCenterWidthExplanation"] = ["NORMAL", "Harder", "of Mr Secret"]
    first = read(**tags)
    assert first.windows == (
        Window("NORMAL", "LINEAR", center=2048, width=4096),
        Window("Harder", "LINEAR", center=1000, width=500),
        Window("Window 3", "LINEAR", center=3000, width=100),
    )
    assert first.windows[2].name.template == "Window {number}"
    np.testing.assert_allclose(first.pixels.ravel(), linear(VALUES, 2048, 4096), atol=1e-6)
    for place, (center, width) in enumerate([(2048, 4096), (1000, 500), (3000, 100)]):
        pixels = read(window=place, **tags).pixels.ravel()
        np.testing.assert_allclose(pixels, linear(VALUES, center, width), atol=1e-6)


def test_tables_come_before_windows_and_each_can_be_chosen():
    tables = [
        table(VALUES[::-1]),
        table(np.sqrt(VALUES / 4095) * 4095, LUTExplanation="HARDER"),
    ]
    tags = {"VOILUTSequence": tables, "WindowCenter": 2048, "WindowWidth": 4096}
    result = read(**tags)
    assert [(window.name, window.function) for window in result.windows] == [
        ("Table 1", "TABLE"), ("HARDER", "TABLE"), ("Window 1", "LINEAR"),
    ]  # fmt: skip
    np.testing.assert_allclose(result.pixels.ravel(), 1 - VALUES / 4095, atol=1e-6)
    root = np.floor(np.sqrt(VALUES / 4095) * 4095) / 4095
    np.testing.assert_allclose(read(window=1, **tags).pixels.ravel(), root, atol=1e-6)
    last = read(window=2, **tags).pixels.ravel()
    np.testing.assert_allclose(last, linear(VALUES, 2048, 4096), atol=1e-6)


def test_a_window_that_the_file_lacks_is_refused():
    with pytest.raises(RadiographError, match="one of the 1 windows .* window 3"):
        read(window=2, WindowCenter=5, WindowWidth=5)


def test_a_file_without_windows_lists_none():
    assert read().windows == ()


def test_sigmoid_follows_its_formula():
    tags = {"WindowCenter": 2000, "WindowWidth": 1000, "VOILUTFunction": "SIGMOID"}
    pixels = read(**tags).pixels.ravel()
    np.testing.assert_allclose(pixels, 1 / (1 + np.exp(-4 * (VALUES - 2000) / 1000)), atol=1e-6)
    inverted = read(PhotometricInterpretation="MONOCHROME1", **tags).pixels.ravel()
    np.testing.assert_allclose(inverted, 1 - pixels, atol=1e-6)


def test_linear_exact_has_its_own_ends():
    tags = {"WindowCenter": 2000, "WindowWidth": 1000, "VOILUTFunction": "LINEAR_EXACT"}
    expected = np.clip((VALUES - 2000) / 1000 + 0.5, 0, 1)
    np.testing.assert_allclose(read(**tags).pixels.ravel(), expected, atol=1e-6)


@pytest.mark.parametrize("function", ["", "CUBIC"])
def test_an_empty_or_unknown_function_is_linear(function):
    pixels = read(WindowCenter=2000, WindowWidth=1000, VOILUTFunction=function).pixels.ravel()
    np.testing.assert_allclose(pixels, linear(VALUES, 2000, 1000), atol=1e-6)


def test_a_window_that_cannot_be_is_left_out():
    tags = {"WindowCenter": [5, 2000], "WindowWidth": [0, 1000]}
    assert [window.center for window in read(**tags).windows] == [2000]
    alone = read(WindowCenter=5, WindowWidth=0)
    assert alone.windows == ()
    np.testing.assert_allclose(alone.pixels.ravel(), VALUES / 4095, atol=1e-6)


def test_a_window_as_wide_as_one_value_parts_black_from_white():
    pixels = read(WindowCenter=2000.5, WindowWidth=1).pixels.ravel()
    np.testing.assert_array_equal(pixels, VALUES > 2000)


def test_an_empty_rescale_changes_nothing():
    pixels = read(RescaleSlope="", RescaleIntercept="").pixels.ravel()
    np.testing.assert_allclose(pixels, VALUES / 4095, atol=1e-6)


def test_a_modality_table_of_twelve_bits_comes_before_the_window():
    item = table(VALUES[::-1])
    item.ModalityLUTType = "US"
    tags = {"ModalityLUTSequence": [item], "WindowCenter": 2048, "WindowWidth": 4096}
    expected = linear(VALUES[::-1], 2048, 4096)
    np.testing.assert_allclose(read(**tags).pixels.ravel(), expected, atol=1e-6)


def test_a_table_whose_entries_are_bytes_is_read():
    item = table([], bits=8)
    item.LUTDescriptor = [4096, 0, 8]
    item.add_new("LUTData", "OW", np.repeat(np.arange(256, dtype=np.uint8), 16).tobytes())
    pixels = read(VOILUTSequence=[item]).pixels.ravel()
    np.testing.assert_allclose(pixels, VALUES // 16 / 255, atol=1e-6)


def test_a_table_keeps_the_contrast_of_a_picture_that_uses_half_of_it():
    assert read(RAMP // 2, VOILUTSequence=[table(VALUES)]).pixels.max() == pytest.approx(
        2047 / 4095, abs=1e-6
    )


@pytest.mark.parametrize("bits", [10, 12, 14, 16])
def test_every_depth_of_a_detector_signed_or_not(bits):
    values = (RAMP.astype(np.uint32) * (2**bits - 1) // 4095).astype(np.uint16)
    tags = {"WindowCenter": 2 ** (bits - 1), "WindowWidth": 2**bits}
    expected = values.ravel() / (2**bits - 1)
    pixels = read(values, bits=bits, **tags).pixels.ravel()
    np.testing.assert_allclose(pixels, expected, atol=1e-6)
    signed = (values.astype(np.int32) - 2 ** (bits - 1)).astype(np.int16)
    tags = {"WindowCenter": 0, "WindowWidth": 2**bits, "PixelRepresentation": 1}
    pixels = read(signed, bits=bits, **tags).pixels.ravel()
    np.testing.assert_allclose(pixels, expected, atol=1e-6)
