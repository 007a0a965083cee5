"""A reader's log, matched to the images whose truth is known."""

import pandas as pd
import pytest

from covid_model.common.errors import DataError
from covid_model.data.hospital.readings import read_readings

FRAME = pd.DataFrame(
    {
        "path": ["a/1.png", "a/2.png", "b/2.png", "3.png"],
        "original": ["1.png", "2.png", "2.png", "3.png"],
        "sha256": ["d1", "d2", "d3", "d4"],
        "label": ["covid", "normal", "covid", None],
    }
)


def written(path, *lines):
    path.write_text("\n".join(lines))
    return path


def test_first_blind_readings_are_matched_by_digest_then_by_name(tmp_path):
    log = written(
        tmp_path / "readings.csv",
        "file,sha256,reader_class,blind,network",
        "x.png,d1,covid,yes,xception",
        "x.png,d1,covid,yes,vgg16",
        "x.png,d1,normal,no,vgg16",
        "2.png,d3,unsure,yes,vgg16",
        "1.png,other,normal,yes,vgg16",  # already read, under its own digest
        "2.png,lost,normal,yes,vgg16",  # two files have that name
        "3.png,d4,normal,yes,vgg16",  # no truth
        "2.png,d2,normal,no,vgg16",
    )
    readings = read_readings(log, FRAME)
    assert readings.table.to_numpy().tolist() == [["a/1.png", "covid"], ["b/2.png", "unsure"]]
    assert (readings.unmatched, readings.not_blind) == (2, 2)


def test_a_log_that_fits_nothing_is_refused(tmp_path):
    with pytest.raises(DataError, match="Expected the columns reader_class and sha256 or file"):
        read_readings(written(tmp_path / "a.csv", "file,class", "1.png,covid"), FRAME)
    log = written(tmp_path / "b.csv", "file,reader_class", "9.png,covid")
    with pytest.raises(DataError, match="No blind reading of .* is of an image with a truth"):
        read_readings(log, FRAME)
