"""Every transfer syntax, depth and sign, held against DCMTK and GDCM to the bit.

DCMTK's tools make the streams (JPEG 2000: imagecodecs); DCMTK and GDCM each read them on their own.
"""

import os
import shutil
import subprocess

import imagecodecs
import numpy as np
import pytest
from pydicom import dcmread
from pydicom.uid import (
    HTJ2K,
    JPEG2000,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
)

from covid_model.common.errors import RadiographError
from covid_model.imaging.dicom.pixels.bits import values_of
from covid_model.imaging.dicom.pixels.decoders import decode
from covid_model.imaging.dicom.pixels.layout import layout_of
from covid_model.imaging.reader import read_radiograph
from tests.dicoms import dataset, encode

SHAPE = (72, 80)
DEPTHS = [(bits, signed) for bits in (8, 10, 12, 15, 16) for signed in (0, 1)]
NATIVE = (ImplicitVRLittleEndian, ExplicitVRLittleEndian, DeflatedExplicitVRLittleEndian)
LOSSLESS = {
    "lossless-sv1": ["dcmcjpeg", "+e1"],
    **{f"lossless-p14-{sv}": ["dcmcjpeg", "+el", "+sv", str(sv)] for sv in range(1, 8)},
    "jpeg-ls": ["dcmcjpls", "+el"],
    "jpeg-ls-cooked": ["dcmcjpls", "+el", "+pc"],
    "rle": ["dcmcrle"],
}
LOSSY = {
    "baseline": ["dcmcjpeg", "+eb"],
    "extended": ["dcmcjpeg", "+ee"],
    "progressive": ["dcmcjpeg", "+ep"],
    **{
        f"lossless-p14-{sv}-transform-{pt}": ["dcmcjpeg", "+el", "+sv", str(sv), "+pt", str(pt)]
        for sv in (1, 4, 7)
        for pt in (1, 4)
    },
    "jpeg-ls-near": ["dcmcjpls", "+en"],
}
DECODERS = {"dcmcjpeg": "dcmdjpeg", "dcmcjpls": "dcmdjpls", "dcmcrle": "dcmdrle"}
# What GDCM refuses: JPEG with 12 bits that is not lossless.
NOT_GDCM = ("extended", "progressive")
# What DCMTK does not encode: JPEG-LS of signed values, but in the depth of a whole word.
NOT_MADE = "is not encoded by DCMTK"


def picture(bits, signed):
    """A ramp with noise, and edges from the lowest to the highest value, so differences wrap."""
    rng = np.random.default_rng(bits)
    top = 2**bits - 1
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    values = (rows + 2 * columns) / 240 * top + rng.normal(0, top / 200, SHAPE)
    values = values.round().clip(0, top).astype(np.int64)
    values[20:40, 10:60] = 0
    values[25:35, 20:40] = top
    values[50:54] = np.arange(SHAPE[1]) % 2 * top
    kind = np.dtype(f"{'iu'[not signed]}{1 if bits == 8 else 2}")
    return (values - signed * 2 ** (bits - 1)).astype(kind)


def needed(tool):
    """The path of a program, or why the test cannot be run; in CI it must be there."""
    path = shutil.which(tool)
    if path is None and os.environ.get("CI") == "true":
        pytest.fail(f"{tool} is missing: apt-get install dcmtk")
    return path or pytest.skip(f"{tool} is missing: apt-get install dcmtk")


def run(tool, *arguments):
    return subprocess.run([needed(tool), *arguments], capture_output=True, check=False).returncode


def encoded(folder, command, source):
    plain, coded = folder / "plain.dcm", folder / "coded.dcm"
    plain.write_bytes(source)
    if run(*command, plain, coded):
        assert command[0] == "dcmcjpls"
        pytest.skip(NOT_MADE)
    return coded


def read(path):
    """The values of a file by this project."""
    ds = dcmread(path)
    return values_of(*decode(ds, layout_of(ds)))


def by_dcmtk(path, tool):
    out = path.with_name("dcmtk.dcm")
    assert run(tool, path, out) == 0
    ds = dcmread(out)
    assert not ds.file_meta.TransferSyntaxUID.is_compressed
    return ds.pixel_array


def by_gdcm(path):
    """The values by GDCM, None where it cannot read them."""
    gdcm = pytest.importorskip("gdcm")
    reader = gdcm.ImageReader()
    reader.SetFileName(str(path))
    if not reader.Read():
        return None
    image = reader.GetImage()
    data = image.GetBuffer()
    if data is None:
        return None
    depth = image.GetPixelFormat()
    kind = f"<{'iu'[not depth.GetPixelRepresentation()]}{depth.GetBitsAllocated() // 8}"
    return np.frombuffer(data.encode("utf-8", "surrogateescape"), kind).reshape(SHAPE)


@pytest.mark.parametrize("way", LOSSLESS)
@pytest.mark.parametrize(("bits", "signed"), DEPTHS)
def test_lossless_gives_the_picture(way, bits, signed, tmp_path):
    source = picture(bits, signed)
    file = encode(dataset(source, bits=bits, PixelRepresentation=signed))
    path = encoded(tmp_path, LOSSLESS[way], file)
    np.testing.assert_array_equal(read(path), source)
    np.testing.assert_array_equal(by_dcmtk(path, DECODERS[LOSSLESS[way][0]]), source)
    np.testing.assert_array_equal(by_gdcm(path), source)


@pytest.mark.parametrize("way", LOSSY)
@pytest.mark.parametrize(("bits", "signed"), DEPTHS)
def test_lossy_gives_what_others_read(way, bits, signed, tmp_path):
    file = encode(dataset(picture(bits, signed), bits=bits, PixelRepresentation=signed))
    path = encoded(tmp_path, LOSSY[way], file)
    values = read(path)
    np.testing.assert_array_equal(values, by_dcmtk(path, DECODERS[LOSSY[way][0]]))
    other = by_gdcm(path)
    if other is None:
        assert way in NOT_GDCM
        assert bits > 8
    else:
        np.testing.assert_array_equal(values, other)


@pytest.mark.parametrize("rate", [0, 20], ids=["lossless", "lossy"])
@pytest.mark.parametrize(("bits", "signed"), DEPTHS)
def test_jpeg_2000(bits, signed, rate, tmp_path):
    source = picture(bits, signed)
    options = {"reversible": True} if not rate else {"level": 40, "reversible": False}
    frame = imagecodecs.jpeg2k_encode(source, codecformat="J2K", bitspersample=bits, **options)
    path = tmp_path / "coded.dcm"
    ds = dataset(source, bits=bits, PixelRepresentation=signed)
    path.write_bytes(encode(ds, JPEG2000 if rate else JPEG2000Lossless, frames=[frame]))
    values = read(path)
    np.testing.assert_array_equal(values, by_gdcm(path))
    if not rate:
        np.testing.assert_array_equal(values, source)


@pytest.mark.parametrize("syntax", [HTJ2KLossless, HTJ2K])
@pytest.mark.parametrize(("bits", "signed"), DEPTHS)
def test_high_throughput_jpeg_2000(bits, signed, syntax, tmp_path):
    """Neither DCMTK nor GDCM reads it: OpenJPH encodes here, OpenJPEG decodes."""
    source = picture(bits, signed)
    frame = imagecodecs.htj2k_encode(source, reversible=True)
    ds = dataset(source, bits=bits, PixelRepresentation=signed)
    path = tmp_path / "coded.dcm"
    path.write_bytes(encode(ds, syntax, frames=[frame]))
    np.testing.assert_array_equal(read(path), source)


@pytest.mark.parametrize("syntax", [*NATIVE, ExplicitVRBigEndian])
@pytest.mark.parametrize(("bits", "signed"), DEPTHS)
def test_without_compression(bits, signed, syntax):
    source = picture(bits, signed)
    stored = source.astype(source.dtype.newbyteorder(">" if syntax == ExplicitVRBigEndian else "<"))
    ds = dataset(stored, bits=bits, PixelRepresentation=signed)
    ds["PixelData"].VR = "OW"
    if syntax == ExplicitVRBigEndian and bits == 8:  # the bytes of a word are swapped
        ds.PixelData = source.view("<u2").byteswap().tobytes()
    shown = read_radiograph(encode(ds, syntax)).pixels
    expected = (source.astype(float) - source.min()) / (2**bits - 1)
    np.testing.assert_allclose(shown, expected, atol=1e-6)


@pytest.mark.parametrize("way", ["baseline", "lossless-sv1", "jpeg-ls", "rle"])
@pytest.mark.parametrize("share", [0.3, 0.9])
def test_a_cut_stream_is_refused(way, share, tmp_path):
    path = encoded(tmp_path, (LOSSLESS | LOSSY)[way], encode(dataset(picture(12, 0))))
    ds = dcmread(path)
    item = ds.PixelData.rindex(b"\xfe\xff\x00\xe0")
    frame = ds.PixelData[item + 8 :]
    ds = dataset(picture(12, 0))
    for name in ("BitsStored", "HighBit", "BitsAllocated"):
        setattr(ds, name, getattr(dcmread(path), name))
    syntax = dcmread(path).file_meta.TransferSyntaxUID
    cut = encode(ds, syntax, frames=[frame[: int(len(frame) * share)]])
    with pytest.raises(RadiographError, match="cut short"):
        read_radiograph(cut)
