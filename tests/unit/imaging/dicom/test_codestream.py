"""A compressed picture of another size than its header's is refused before it is decoded."""

import io

import imagecodecs
import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.encaps import get_frame
from pydicom.uid import JPEG2000Lossless, JPEGBaseline8Bit

from covid_model.common.errors import RadiographError
from covid_model.imaging.dicom.pixels.codestream import codestream_of
from covid_model.imaging.reader import read_radiograph
from tests.dicoms import dataset, encode

GREY = np.arange(64 * 80, dtype=np.uint32).reshape(64, 80).astype(np.uint8)


def jpeg(picture):
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "JPEG", comment=b"a segment before the frame's")
    return stream.getvalue()


def compressed(frame, syntax, **tags):
    return encode(dataset(GREY, bits=8, **tags), syntax, frames=[frame])


def jpeg_2000():
    return imagecodecs.jpeg2k_encode(GREY, level=0, codecformat="J2K")


def stated_size(frame):
    stream = codestream_of(frame)
    return stream and stream.size


def test_sizes_are_those_of_the_frames():
    assert stated_size(jpeg(GREY)) == (64, 80, 1)
    assert stated_size(jpeg(np.dstack([GREY] * 3))) == (64, 80, 3)
    assert stated_size(jpeg_2000()) == (64, 80, 1)
    assert stated_size(b"\0" * 100) is None
    assert stated_size(jpeg(GREY)[:30]) is None


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("MR_small_jpeg_ls_lossless.dcm", (64, 64, 1)),
        ("SC_rgb_jpeg_gdcm.dcm", (100, 100, 3)),
        ("JPGExtended.dcm", (1024, 256, 1)),
    ],
)
def test_sizes_of_the_rarer_ways(name, size):
    frame = get_frame(dcmread(get_testdata_file(name)).PixelData, 0, number_of_frames=1)
    assert stated_size(frame) == size


@pytest.mark.parametrize(
    ("frame", "syntax"),
    [(jpeg(GREY), JPEGBaseline8Bit), (jpeg_2000(), JPEG2000Lossless)],
    ids=["jpeg", "jpeg2000"],
)
def test_another_size_is_refused_before_decoding(frame, syntax, monkeypatch):
    assert read_radiograph(compressed(frame, syntax)).pixels.shape == (64, 80)
    for decoder in ("jpeg8_decode", "jpeg2k_decode"):
        monkeypatch.setattr(
            f"covid_model.imaging.dicom.pixels.decoders.{decoder}",
            lambda *_: pytest.fail("decoded"),
        )
    with pytest.raises(RadiographError, match="says 80 x 200 x 1 and holds .* 80 x 64 x 1"):
        read_radiograph(compressed(frame, syntax, Rows=200))
    colour = {"SamplesPerPixel": 3, "PhotometricInterpretation": "RGB"}
    with pytest.raises(RadiographError, match="says 80 x 64 x 3 and holds .* 80 x 64 x 1"):
        read_radiograph(compressed(frame, syntax, **colour))


@pytest.mark.parametrize(
    ("stated", "shown"),
    [
        ("1.2.840.10008.1.2.8.1", "Deflated Image Frame Compression"),
        ("1.2.826.0.1.3680043.9", "1.2.826.0.1.3680043.9"),
        ("MARIA DA SILVA", "an unknown transfer syntax"),
        (r"1.2.3\MARIA", "an unknown transfer syntax"),
    ],
)
def test_of_a_transfer_syntax_only_a_uid_is_shown(stated, shown):
    real = str(JPEGBaseline8Bit).encode()
    data = compressed(b"no codestream", JPEGBaseline8Bit)
    data = data.replace(real, stated.encode().ljust(len(real), b"\0"))
    with pytest.raises(RadiographError) as refused:
        read_radiograph(data)
    assert str(refused.value) == (
        f"The pixels are stored as {shown}, which cannot be read: export as PNG."
    )
