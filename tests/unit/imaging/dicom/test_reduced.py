"""JPEG 2000 at a lower resolution: near the whole picture, and only where that is certain."""

import io

import imagecodecs
import numpy as np
import pandas as pd
import pytest
from PIL import Image
from pydicom.uid import HTJ2KLossless, JPEG2000Lossless

from covid_model.common.errors import RadiographError
from covid_model.data.dataset import Dataset
from covid_model.imaging.dicom.pixels import decoders
from covid_model.imaging.dicom.pixels import reduced as reduced_module
from covid_model.imaging.preprocessing import resize
from covid_model.imaging.reader import read_for_networks, read_radiograph
from covid_model.serving.diagnosis import classify_case
from tests.dicoms import dataset, encode
from tests.drawings import drawing

WINDOW = {"WindowCenter": 2048, "WindowWidth": 4096}
SIDE = 1024
LARGE = (2500, 2100)  # enough for networks at half the size
SIZES = [(2100, 1700), (2107, 1703), (1999, 2499)]


def film(size=SIZES[0], *, lowest=100, highest=3900):
    """A drawing with noise, a bright letter of sharp edges and a black rim, uint16 of 12 bits."""
    picture = resize(drawing(covid=1), height=size[0], width=size[1])
    picture += np.random.default_rng(0).normal(0, 0.005, size)
    values = (lowest + (highest - lowest) * picture).round().clip(lowest, highest)
    values[40:160, 60:75] = highest
    values[:, -40:] = lowest
    return values.astype(np.uint16)


def j2k(values, *, bits=12, tile=None, **options):
    options = {"level": 0, "reversible": True, "codecformat": "J2K", "tile": tile} | options
    return imagecodecs.jpeg2k_encode(values, bitspersample=bits, **options)


def file(values, *, frame=None, bits=12, syntax=JPEG2000Lossless, **tags):
    frame = j2k(values, bits=bits) if frame is None else frame
    return encode(dataset(values, bits=bits, **tags), syntax, frames=[frame])


def whole_and_small(data):
    whole, small = read_radiograph(data), read_radiograph(data, least=SIDE)
    assert small.size == whole.size == whole.pixels.shape
    assert small.windows == whole.windows
    assert small.bits == whole.bits
    return whole.pixels, small.pixels


def is_whole(data):
    whole, small = whole_and_small(data)
    return small.shape == whole.shape and bool((small == whole).all())


@pytest.fixture
def powers(monkeypatch):
    """The resolutions that are decoded, by how often they were halved; 0 is the whole one."""
    asked = []
    small, whole = reduced_module._decoded, decoders.jpeg2k_decode

    def note_small(stream, power):
        asked.append(power)
        return small(stream, power)

    def note_whole(*arguments, **options):
        asked.append(0)
        return whole(*arguments, **options)

    monkeypatch.setattr(reduced_module, "_decoded", note_small)
    monkeypatch.setattr(decoders, "jpeg2k_decode", note_whole)
    return asked


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize("rate", [{}, {"level": 45, "reversible": False}], ids=["all", "lossy"])
def test_a_small_copy_is_near_the_whole_picture(size, photometric, rate):
    values = film(size)
    tags = WINDOW | {"PhotometricInterpretation": photometric}
    whole, small = whole_and_small(file(values, frame=j2k(values, **rate), **tags))
    assert small.shape == tuple(-(-side // 2) for side in size)
    difference = np.abs(resize(whole) - resize(small))
    assert difference.max() <= 0.03  # at edges of one pixel, which halves cannot tell apart
    assert difference.mean() <= 0.001


@pytest.mark.parametrize("tags", [WINDOW | {"VOILUTFunction": "SIGMOID"}, {}])
def test_a_small_copy_is_near_by_other_ways_to_the_screen(tags):
    whole, small = whole_and_small(file(film(lowest=0, highest=4095), **tags))
    assert small.shape != whole.shape
    assert np.abs(resize(whole) - resize(small)).max() <= 0.03


def test_the_small_picture_alone_is_decoded(powers):
    data = file(film(), **WINDOW)
    read_radiograph(data, least=SIDE)
    assert powers == [1]
    read_radiograph(data)
    assert powers == [1, 0]


def test_a_picture_that_is_not_twice_as_large_is_decoded_whole(powers):
    read_radiograph(file(film(), **WINDOW), least=1051)
    assert powers == [0]


def test_networks_are_shown_the_small_picture_in_serving_as_in_training(powers, tmp_path):
    data = file(film(LARGE), **WINDOW)
    served = classify_case(data, "film.dcm", []).radiograph
    (tmp_path / "film.dcm").write_bytes(data)
    frame = pd.DataFrame({"path": ["film.dcm"]})
    trained = Dataset(tmp_path, frame, patients_known=True).radiograph(0)
    assert served.size == LARGE
    np.testing.assert_array_equal(served.pixels, trained.pixels)
    assert powers == [1, 1]


def test_networks_are_shown_the_whole_where_bars_leave_little_of_it(powers):
    values = np.full(LARGE, 100, np.uint16)
    values[:, 400:-400] = film((LARGE[0], LARGE[1] - 800))
    assert read_for_networks(file(values, **WINDOW)).pixels.shape == LARGE
    assert powers == [1, 0]


def test_without_a_window_the_ends_are_seen_before(powers):
    read_radiograph(file(film(lowest=0, highest=4095)), least=SIDE)
    assert powers == [2, 1]


def one_bright_pixel():
    values = film(lowest=0, highest=3000)
    values[701, 601] = 4095
    return values


def a_thin_bright_line():
    values = film(lowest=0, highest=3000)
    values[701, 100:900] = 4095
    return values


@pytest.mark.parametrize("values", [film(), one_bright_pixel(), a_thin_bright_line()])
def test_without_a_window_unknown_ends_ask_for_the_whole(values):
    assert is_whole(file(values))


def with_padding():
    values = film()
    values[:300] = 2000
    data = dataset(values, **WINDOW)
    data.add_new("PixelPaddingValue", "US", 2000)
    return encode(data, JPEG2000Lossless, frames=[j2k(values)])


def with_sign():
    values = film().astype(np.int16) - 2048
    return file(values, PixelRepresentation=1, WindowCenter=0, WindowWidth=4096)


def with_overlay():
    values = film()
    values[500:520] |= 0x8000
    data = dataset(values, **WINDOW)
    data.add_new(0x60000102, "US", 15)
    data.add_new(0x60000100, "US", 1)
    return encode(data, JPEG2000Lossless, frames=[j2k(values, bits=16)])


def of_high_throughput():
    values = film()
    return file(values, frame=imagecodecs.htj2k_encode(values), syntax=HTJ2KLossless, **WINDOW)


def in_tiles():
    values, stream = film(), io.BytesIO()
    Image.fromarray(values).save(stream, "JPEG2000", tile_size=(512, 512), no_jp2=True)
    return file(values, frame=stream.getvalue(), **WINDOW)


def of_eight_bits():
    values = (film() >> 4).astype(np.uint8)
    return file(values, bits=8, WindowCenter=128, WindowWidth=256)


def in_one_resolution():
    values = film()
    return file(values, frame=j2k(values, resolutions=1), **WINDOW)


@pytest.mark.parametrize(
    "make",
    [
        with_padding,
        with_sign,
        with_overlay,
        of_high_throughput,
        of_eight_bits,
        in_tiles,
        in_one_resolution,
    ],
    ids=lambda make: make.__name__,
)
def test_others_are_decoded_whole(make):
    assert is_whole(make())


def test_a_window_in_which_little_is_seen_is_judged_by_the_whole():
    values = film(lowest=0, highest=3000)
    values[701, 601] = 4095
    assert is_whole(file(values, WindowCenter=3800, WindowWidth=500))


def mutated(frame, rng, kind):
    """A stream that is damaged after its main header, or anywhere."""
    start = frame.index(b"\xff\x93") + 2 if kind != "anywhere" else 4
    place = int(rng.integers(start, len(frame) - 20))
    if kind == "cut":
        return frame[:place]
    count = 20 if kind == "pixels" else 1
    return frame[:place] + rng.bytes(count) + frame[place + count :]


def test_a_stream_that_ends_in_its_header_is_judged_alike():
    values = film((400, 300))
    frame = j2k(values)
    for length in range(42, frame.index(b"\xff\x93") + 2):
        said = []
        for least in (0, 128):
            with pytest.raises(RadiographError) as caught:
                read_radiograph(file(values, frame=frame[:length], **WINDOW), least=least)
            said.append(caught.value.message)
        assert said[0] == said[1]


@pytest.mark.parametrize("kind", ["pixels", "anywhere", "cut"])
def test_damage_is_judged_alike(kind):
    rng = np.random.default_rng(0)
    values = film((400, 300))
    frame = j2k(values)
    verdicts = set()
    for _ in range(30):
        data = file(values, frame=mutated(frame, rng, kind), **WINDOW)
        said = []
        for least in (0, 128):
            try:
                read_radiograph(data, least=least)
                said.append("")
            except RadiographError as error:
                said.append(error.message)
        assert said[0] == said[1]
        verdicts.add(said[0])
    assert ("" in verdicts) == (kind != "cut")
