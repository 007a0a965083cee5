"""Several files read at once, by threads."""

import threading
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from covid_model.imaging.dicom import reader
from covid_model.imaging.reader import read_radiograph
from tests.dicoms import RAMP, dataset, encode


def test_files_are_read_at_once_and_warnings_come_back(monkeypatch):
    """Each thread waits in the decoder for the other: with one file at a time both would wait."""
    both = threading.Barrier(2, timeout=20)
    decode = reader.decode

    def waits(*arguments, **options):
        both.wait()
        return decode(*arguments, **options)

    monkeypatch.setattr(reader, "decode", waits)
    files = [encode(dataset(values)) for values in (RAMP, RAMP[::-1])]
    before = list(warnings.filters)
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(read_radiograph, files)
    assert np.array_equal(first.pixels, second.pixels[::-1])
    assert warnings.filters == before
