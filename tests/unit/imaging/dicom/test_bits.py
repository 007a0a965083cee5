"""Which bits are a pixel's, and headers that contradict what the file holds."""

import imagecodecs
import numpy as np
import pytest
from pydicom.uid import (
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLSLossless,
)

from covid_model.common.errors import RadiographError
from covid_model.imaging.reader import read_radiograph
from tests.dicoms import RAMP, dataset, encode

SHOWN = RAMP / 4095
MESSY = RAMP | (RAMP % 16 << 12).astype(np.uint16)  # other data in the four bits above
JPEG_2000 = {"codecformat": "J2K", "level": 0}


def j2k(values, bits):
    return imagecodecs.jpeg2k_encode(values, bitspersample=bits, **JPEG_2000)


def jls(values):
    return imagecodecs.jpegls_encode(values)


def shown(ds, *args, **options):
    return read_radiograph(encode(ds, *args, **options)).pixels


@pytest.mark.parametrize("high", [11, 12, 13, 14, 15])
def test_the_high_bit_says_where_the_pixel_is(high):
    values = (RAMP << (high - 11)).astype(np.uint16) | 2 ** (high - 11) - 1
    np.testing.assert_allclose(shown(dataset(values, HighBit=high)), SHOWN, atol=1e-6)
    for frame, syntax in ((jls(values), JPEGLSLossless), (j2k(values, 16), JPEG2000Lossless)):
        pixels = shown(dataset(values, HighBit=high), syntax, frames=[frame])
        np.testing.assert_allclose(pixels, SHOWN, atol=1e-6)


@pytest.mark.parametrize("high", [0, 7, 16, 255])
def test_a_high_bit_that_cannot_be_is_not_believed(high):
    np.testing.assert_allclose(shown(dataset(HighBit=high)), SHOWN, atol=1e-6)


@pytest.mark.parametrize("signed", [0, 1])
def test_bits_above_the_stored_ones_are_ignored(signed):
    values = MESSY ^ signed * 2**11  # of 12 bits: the sign turns
    ways = [(ExplicitVRLittleEndian, None), (JPEGLSLossless, [jls(values)])]
    ways.append((JPEG2000Lossless, [j2k(values, 16)]))
    for syntax, frames in ways:
        pixels = shown(dataset(values, PixelRepresentation=signed), syntax, frames=frames)
        np.testing.assert_allclose(pixels, SHOWN, atol=1e-6)


@pytest.mark.parametrize("syntax", [JPEG2000Lossless, JPEGBaseline8Bit, ExplicitVRLittleEndian])
@pytest.mark.parametrize("allocated", [8, 16])
def test_the_codestream_knows_its_precision_and_its_kind(syntax, allocated):
    tags = {"BitsAllocated": allocated, "BitsStored": 8, "HighBit": 7}
    for frame in (j2k(RAMP, 12), imagecodecs.jpeg8_encode(RAMP, lossless=True, bitspersample=12)):
        pixels = shown(dataset(**tags), syntax, frames=[frame])
        np.testing.assert_allclose(pixels, SHOWN, atol=1e-6)


@pytest.mark.parametrize("stored", [8, 12, 16])
def test_eight_bits_in_words_of_sixteen(stored):
    grey = (RAMP // 16).astype(np.uint8)
    ds = dataset(RAMP, bits=stored)
    pixels = shown(ds, JPEGLSLossless, frames=[jls(grey)])
    np.testing.assert_allclose(pixels, grey / 255, atol=1e-6)


@pytest.mark.parametrize("split", [1, 2, 5])
def test_fragments_are_joined_whatever_the_offset_table_says(split):
    frame = jls(RAMP)
    ds = dataset(PixelData=b"")
    place = -(-len(frame) // split // 2) * 2
    parts = [frame[at : at + place] for at in range(0, len(frame), place)]
    items = [(77).to_bytes(4, "little") * 3, *(part + b"\0" * (len(part) % 2) for part in parts)]
    ds.PixelData = b"".join(
        b"\xfe\xff\x00\xe0" + len(item).to_bytes(4, "little") + item for item in items
    )
    ds["PixelData"].VR = "OB"
    np.testing.assert_allclose(shown(ds, JPEGLSLossless), SHOWN, atol=1e-6)


def test_several_pictures_are_refused_without_a_number_of_frames():
    with pytest.raises(RadiographError, match="Received: 2 frames"):
        shown(dataset(), JPEGLSLossless, frames=[jls(RAMP)] * 2)
    with pytest.raises(RadiographError, match="may be 2 frames"):
        shown(dataset(PixelData=RAMP.tobytes() * 2))
    padded = dataset(PixelData=RAMP.tobytes() + bytes(9000))
    np.testing.assert_allclose(shown(padded), SHOWN, atol=1e-6)


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2", "RGB"])
def test_samples_that_contradict_the_photometric_interpretation_are_refused(photometric):
    samples = 1 if photometric == "RGB" else 3
    tags = {"SamplesPerPixel": samples, "PhotometricInterpretation": photometric}
    with pytest.raises(RadiographError, match=f"{photometric}, .* Samples per Pixel {samples}"):
        shown(dataset(np.dstack([RAMP] * samples), PlanarConfiguration=0, **tags))


@pytest.mark.parametrize(
    ("keyword", "value", "reason"),
    [
        ("Rows", None, "does not say its Rows"),
        ("BitsAllocated", None, "does not say its BitsAllocated"),
        ("PhotometricInterpretation", None, "does not say its PhotometricInterpretation"),
        ("BitsAllocated", 32, "8 to 16 bits a pixel. Received: 32"),
        ("BitsAllocated", 12, "8 to 16 bits a pixel. Received: 12"),
        ("BitsAllocated", 8, "Bits Stored 12 of Bits Allocated 8"),
        ("BitsStored", 17, "Bits Stored 17 of Bits Allocated 16"),
        ("RescaleSlope", "0", "Rescale Slope 0 and"),
        ("RescaleSlope", "NaN", "Rescale Slope nan and"),
        ("RescaleSlope", "1e400", "Rescale Slope inf and"),
        ("RescaleIntercept", "-inf", "Intercept -inf"),
    ],
)
@pytest.mark.filterwarnings("ignore:Invalid value for VR DS:UserWarning")
def test_what_is_missing_or_cannot_be_is_named(keyword, value, reason):
    ds = dataset()
    ds["PixelData"].VR = "OW"
    if value is None:
        delattr(ds, keyword)
    elif isinstance(value, int):
        setattr(ds, keyword, value)
    else:
        ds.add_new(keyword, "DS", value)
    with pytest.raises(RadiographError, match=reason):
        shown(ds)


@pytest.mark.parametrize("keyword", ["SamplesPerPixel", "BitsStored", "HighBit"])
def test_what_can_be_told_may_be_missing(keyword):
    ds = dataset((RAMP * 16).astype(np.uint16), bits=16)
    delattr(ds, keyword)
    np.testing.assert_allclose(shown(ds), SHOWN, atol=1e-6)


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize(("value", "signed"), [(-32768, 1), (-2000, 1), (65535, 0), (0, 0)])
def test_padding_is_black_and_takes_no_part_in_the_range(value, signed, photometric):
    values = RAMP.astype(np.int32) + 500
    values[:8] = value
    kind = np.int16 if signed else np.uint16
    tags = {"PixelRepresentation": signed, "PhotometricInterpretation": photometric}
    ds = dataset(values.astype(kind), bits=16, **tags)
    ds.add_new("PixelPaddingValue", "SS" if signed else "US", value)
    expected = (values - values[8:].min()) / float(np.ptp(values[8:]))
    expected = expected if photometric == "MONOCHROME2" else 1 - expected
    expected[:8] = 0
    np.testing.assert_allclose(shown(ds), expected, atol=1e-6)


def test_padding_may_be_a_range():
    values = RAMP.copy()
    ds = dataset(values)
    ds.add_new("PixelPaddingValue", "US", 4000)
    ds.add_new("PixelPaddingRangeLimit", "US", 4095)
    expected = np.where(values >= 4000, 0, values / 3999)
    np.testing.assert_allclose(shown(ds), expected, atol=1e-6)
