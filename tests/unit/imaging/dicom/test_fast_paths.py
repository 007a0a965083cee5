"""Quick ways through a DICOM file: taken where they should be, with the slow ones' pixels."""

import tracemalloc

import numpy as np
import pytest
from imagecodecs import packbits_encode
from pydicom.uid import RLELossless

from covid_model.common.errors import RadiographError
from covid_model.imaging.dicom.pixels import decoders
from covid_model.imaging.reader import read_radiograph
from tests.dicoms import dataset, encode
from tests.drawings import drawing

MOST_BYTES = 10  # a pixel: 2 as they are stored, 2 as places of levels, 4 as they are shown
FILM = (4095 * drawing(covid=1)).round().clip(0, 4095).astype(np.uint16)


def runs(values, *, change=lambda segment: segment):
    """An RLE frame of two segments, the high bytes first."""
    planes = values.astype(">u2").view(np.uint8).reshape(*values.shape, 2)
    segments = [change(packbits_encode(planes[..., place].tobytes())) for place in (0, 1)]
    header = np.zeros(16, "<u4")
    header[:3] = 2, 64, 64 + len(segments[0])
    return header.tobytes() + b"".join(segments)


def rle_file(frame):
    return encode(dataset(FILM), RLELossless, frames=[frame])


@pytest.fixture
def by_pydicom(monkeypatch):
    """How often pydicom's decoders are asked."""
    asked, decode = [], decoders._by_pydicom

    def note(syntax, *arguments, **options):
        asked.append(syntax)
        return decode(syntax, *arguments, **options)

    monkeypatch.setattr(decoders, "_by_pydicom", note)
    return asked


def test_runs_are_unpacked_without_pydicom(by_pydicom):
    pixels = read_radiograph(rle_file(runs(FILM))).pixels
    np.testing.assert_array_equal(pixels, read_radiograph(encode(dataset(FILM))).pixels)
    assert not by_pydicom


@pytest.mark.parametrize(
    "change",
    [lambda segment: segment + b"\0", lambda segment: segment + bytes(4) + b"\x80"],
    ids=["padded", "longer"],
)
def test_runs_that_others_write_give_the_same(change):
    pixels = read_radiograph(rle_file(runs(FILM, change=change))).pixels
    np.testing.assert_array_equal(pixels, read_radiograph(encode(dataset(FILM))).pixels)


def test_damaged_runs_are_judged_by_pydicom(by_pydicom):
    with pytest.raises(RadiographError, match="damaged or cut short"):
        read_radiograph(rle_file(runs(FILM, change=lambda segment: segment[:-900])))
    assert by_pydicom == [RLELossless]


@pytest.mark.parametrize("window", [{}, {"WindowCenter": 2048, "WindowWidth": 4096}])
def test_a_film_takes_few_bytes_a_pixel(window):
    values = np.tile(FILM, (4, 4))
    data = encode(dataset(values, **window))
    read_radiograph(data)  # modules are loaded
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        read_radiograph(data)
        most = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    assert most <= MOST_BYTES * values.size
