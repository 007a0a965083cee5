"""From a file to its data set: deflated, cut short, without a transfer syntax."""

import zlib

import imagecodecs
import numpy as np
import pytest
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
)

from covid_model.common.errors import RadiographError
from covid_model.imaging.reader import read_radiograph
from tests.dicoms import RAMP, dataset, encode

SHOWN = RAMP / 4095
LENGTH = b"\x02\x00\x00\x00UL\x04\x00"  # (0002,0000) UL, 4 bytes


def deflated(*, wbits=-zlib.MAX_WBITS, end=b"", group_length=True, extra=0):
    """A deflated file, whose data set is packed here, and ``extra`` zeros with it."""
    data = encode(dataset())
    place = data.index(b"\x08\x00\x16\x00")
    packer = zlib.compressobj(wbits=wbits)
    syntax = ExplicitVRLittleEndian.encode() + b"\0"
    meta = data[:place]
    assert syntax in meta
    start = meta.index(syntax)
    name = DeflatedExplicitVRLittleEndian.encode()
    meta = meta[: start - 2] + len(name).to_bytes(2, "little") + name + meta[start + len(syntax) :]
    where = meta.index(LENGTH)
    body = meta[where + 12 :]
    length = LENGTH + len(body).to_bytes(4, "little") if group_length else b""
    packed = packer.compress(data[place:] + bytes(extra)) + packer.flush()
    return meta[:where] + length + body + packed + end


@pytest.mark.parametrize(
    "options",
    [{}, {"end": b"\0"}, {"group_length": False}, {"wbits": zlib.MAX_WBITS, "end": b"\0"}],
    ids=["plain", "padded", "without group length", "with zlib's header"],
)
def test_a_deflated_file_is_read(options):
    np.testing.assert_allclose(read_radiograph(deflated(**options)).pixels, SHOWN, atol=1e-6)


def test_what_unpacks_to_more_than_a_picture_is_refused(monkeypatch):
    monkeypatch.setattr("covid_model.imaging.dicom.parsing.MAX_INFLATED", 2**21)
    monkeypatch.setattr(
        "covid_model.imaging.dicom.parsing.dcmread", lambda *_, **__: pytest.fail("read")
    )
    with pytest.raises(RadiographError, match="unpacks to more than 2 MiB"):
        read_radiograph(deflated(extra=2**22, end=b"\0"))


def test_damaged_or_cut_compression_is_named():
    with pytest.raises(RadiographError, match="cut short: its compressed data end early"):
        read_radiograph(deflated()[:-200])
    data = deflated()
    place = data.index(DeflatedExplicitVRLittleEndian.encode()) + 40
    with pytest.raises(RadiographError, match="compressed data are damaged"):
        read_radiograph(data[:place] + b"\xff" * 60 + data[place + 60 :])


@pytest.mark.parametrize(
    "syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian]
)
@pytest.mark.parametrize("label", ["", ImplicitVRLittleEndian, ExplicitVRLittleEndian])
def test_an_empty_or_wrong_transfer_syntax_is_told_by_the_data_set(syntax, label):
    values = RAMP.astype(">u2") if syntax == ExplicitVRBigEndian else RAMP
    data = encode(dataset(values), syntax)
    stated = syntax.encode() + b"\0" * (len(syntax) % 2)
    place = data.index(stated, 128)
    filled = label.encode().ljust(len(stated), b"\0") if len(label) <= len(stated) else b""
    filled = filled or bytes(len(stated))
    data = data[:place] + filled + data[place + len(stated) :]
    np.testing.assert_allclose(read_radiograph(data).pixels, SHOWN, atol=1e-6)


def test_a_missing_end_of_the_fragments_is_no_matter():
    frame = imagecodecs.jpeg2k_encode(RAMP, codecformat="J2K", bitspersample=12, level=0)
    data = encode(dataset(), JPEG2000Lossless, frames=[frame])
    assert data.endswith(b"\xfe\xff\xdd\xe0\0\0\0\0")
    np.testing.assert_allclose(read_radiograph(data[:-8]).pixels, SHOWN, atol=1e-6)
    for cut in (9, len(frame) // 2):
        with pytest.raises(RadiographError, match="cut short"):
            read_radiograph(data[:-cut])


def test_a_cut_file_is_called_cut():
    data = encode(dataset())
    with pytest.raises(RadiographError, match="cut short: 192 bytes of an element are missing"):
        read_radiograph(data[:-192])
