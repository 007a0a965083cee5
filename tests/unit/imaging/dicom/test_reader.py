"""Reading DICOM: the order of the display pipeline, transfer syntaxes, refusals."""

import io

import numpy as np
import pytest
from pydicom import Dataset, dcmwrite
from pydicom.uid import (
    MPEG2MPML,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from covid_model.common.errors import RadiographError
from covid_model.imaging.reader import read_radiograph
from tests.dicoms import RAMP, dataset, encode


def pixels_of(ds, *args, **options):
    return read_radiograph(encode(ds, *args, **options)).pixels


def test_twelve_bits_without_window_fill_the_range():
    pixels = pixels_of(dataset())
    assert pixels.dtype == np.float32
    np.testing.assert_allclose(pixels, RAMP / 4095, atol=1e-6)


def test_window_ends_become_black_and_white():
    pixels = pixels_of(dataset(WindowCenter=2048, WindowWidth=1025)).ravel()
    np.testing.assert_allclose(pixels, np.clip((RAMP.ravel() - 1535.5) / 1024, 0, 1), atol=1e-6)
    assert pixels[1535] == 0
    assert pixels[2560] == 1


def test_window_wider_than_the_picture_keeps_its_contrast():
    pixels = pixels_of(dataset(RAMP // 2, WindowCenter=2048, WindowWidth=4096))
    assert pixels.max() == pytest.approx(2047 / 4095, abs=1e-4)


def test_first_window_is_used():
    single = pixels_of(dataset(WindowCenter=1000, WindowWidth=500))
    several = pixels_of(dataset(WindowCenter=[1000, 3000], WindowWidth=[500, 10]))
    np.testing.assert_array_equal(single, several)


def test_rescale_then_window_then_inversion():
    # Stored v is the value 2 v - 1000; the window lies on values, so on stored 1000 .. 1500.
    tags = {"RescaleSlope": 2, "RescaleIntercept": -1000}
    tags |= {"WindowCenter": 1500.5, "WindowWidth": 1001}
    expected = np.clip((2 * RAMP.astype(float) - 2000) / 1000, 0, 1)
    np.testing.assert_allclose(pixels_of(dataset(**tags)), expected, atol=1e-6)
    inverted = pixels_of(dataset(PhotometricInterpretation="MONOCHROME1", **tags))
    np.testing.assert_allclose(inverted, 1 - expected, atol=1e-6)
    assert inverted[0, 0] == 1
    assert inverted[63, 63] == 0


def test_negative_slope_turns_values_not_the_window():
    tags = {"RescaleSlope": -1, "RescaleIntercept": 4095}
    pixels = pixels_of(dataset(WindowCenter=2048, WindowWidth=4096, **tags))
    np.testing.assert_allclose(pixels, 1 - RAMP / 4095, atol=1e-3)


@pytest.mark.parametrize("bits", [8, 12])
def test_voi_lut_wins_over_window(bits):
    table = Dataset()
    table.LUTDescriptor = [4096, 0, bits]
    peak = 2**bits - 1
    entries = np.round(np.linspace(0, 1, 4096) ** 2 * peak).astype(int)
    table.add_new("LUTData", "US", entries.tolist())
    ds = dataset(VOILUTSequence=[table], WindowCenter=10, WindowWidth=2)
    np.testing.assert_allclose(pixels_of(ds).ravel(), entries / peak, atol=1e-6)
    ds.PhotometricInterpretation = "MONOCHROME1"
    np.testing.assert_allclose(pixels_of(ds).ravel(), 1 - entries / peak, atol=1e-6)


def test_voi_lut_clips_outside_its_entries_and_reads_bytes():
    table = Dataset()
    table.LUTDescriptor = [2, 1000, 16]
    table.add_new("LUTData", "OW", np.array([100, 300], "<u2").tobytes())
    pixels = pixels_of(dataset(VOILUTSequence=[table])).ravel()
    np.testing.assert_array_equal(pixels, (np.arange(4096) > 1000).astype(np.float32))


def test_signed_values_are_read():
    values = RAMP.astype(np.int16) - 2048
    pixels = pixels_of(dataset(values, PixelRepresentation=1))
    np.testing.assert_allclose(pixels, RAMP / 4095, atol=1e-6)


def test_big_endian():
    ds = dataset(RAMP.astype(">u2"))
    np.testing.assert_allclose(pixels_of(ds, ExplicitVRBigEndian), RAMP / 4095, atol=1e-6)


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian])
def test_data_set_without_preamble(syntax):
    stream = io.BytesIO()
    ds = dataset()
    implicit = syntax == ImplicitVRLittleEndian
    dcmwrite(stream, ds, implicit_vr=implicit, little_endian=True, enforce_file_format=False)
    data = stream.getvalue()
    assert data[128:132] != b"DICM"
    np.testing.assert_allclose(read_radiograph(data).pixels, RAMP / 4095, atol=1e-6)


def test_colour_secondary_capture_becomes_luminance():
    values = np.zeros((64, 64, 3), np.uint8)
    values[:32] = (255, 0, 0)
    tags = {"SamplesPerPixel": 3, "PhotometricInterpretation": "RGB", "PlanarConfiguration": 0}
    pixels = pixels_of(dataset(values, bits=8, Modality="OT", **tags))
    assert pixels[0, 0] == pytest.approx(0.299, abs=1e-6)
    assert pixels[63, 0] == 0


@pytest.mark.parametrize("modality", ["CT", "MR", "SR", "US", "PT", "NM", "SEG", "RF", "MG"])
def test_other_modalities_are_refused(modality):
    with pytest.raises(RadiographError, match=f"modality {modality}"):
        pixels_of(dataset(Modality=modality))


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({"NumberOfFrames": 2, "PixelData": RAMP.tobytes() * 2}, "2 frames"),
        ({"ViewPosition": "LL"}, "frontal view .* view LL"),
        ({"ViewPosition": "RL"}, "frontal view"),
        ({"ViewPosition": "LATERAL"}, "frontal view"),
        ({"BodyPartExamined": "KNEE"}, "body part KNEE"),
        ({"PresentationIntentType": "FOR PROCESSING"}, "raw detector data"),
        ({"Rows": 32}, "at least 64 pixels"),
        ({"Rows": 9000, "Columns": 9000}, "at most 64 megapixels"),
        ({"PixelData": RAMP.tobytes()[:5000]}, "holds 5000 bytes .* asks for 8192"),
        ({"PixelData": bytes(64 * 64 * 2)}, "nothing to see"),
        ({"PhotometricInterpretation": "HSV"}, "Received: HSV"),
    ],
)
def test_refused_with_the_reason(tags, reason):
    with pytest.raises(RadiographError, match=reason) as caught:
        pixels_of(dataset(**tags))
    assert "Secret" not in str(caught.value)


@pytest.mark.parametrize("keyword", ["Modality", "PhotometricInterpretation", "BodyPartExamined"])
def test_a_name_in_a_coded_element_is_not_shown(keyword):
    try:
        text = repr(read_radiograph(encode(dataset(**{keyword: "SECRET"}))))
    except RadiographError as error:
        text = str(error)
    assert "SECRET" not in text.upper()


def test_missing_pixels_are_refused():
    ds = dataset()
    del ds.PixelData
    with pytest.raises(RadiographError, match="no picture"):
        pixels_of(ds)


def test_missing_modality_and_foreign_body_part_are_accepted():
    ds = dataset(BodyPartExamined="TORAX")
    del ds.Modality
    assert pixels_of(ds).shape == (64, 64)


def test_unreadable_transfer_syntax_is_refused_by_name():
    with pytest.raises(RadiographError, match="stored as MPEG2 .* export as PNG"):
        pixels_of(dataset(), MPEG2MPML, frames=[RAMP.tobytes()])


@pytest.mark.parametrize("cut", [20, 200, 400, 2000])
def test_truncated_file_is_refused(cut):
    data = encode(dataset())
    with pytest.raises(RadiographError):
        read_radiograph(data[:cut])
