"""Files, folders and archives become one list, in which a bad file harms no other."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from covid_model.common.errors import RadiographError, UsageError
from covid_model.imaging.preprocessing import Preprocessing
from covid_model.serving import batch
from covid_model.serving.batch import classify, open_sources, rows
from covid_model.serving.classifier import Prediction
from covid_model.serving.diagnosis import CaseResult


def png(seed=0):
    values = np.random.default_rng(seed).integers(0, 256, (64, 64), np.uint8)
    stream = io.BytesIO()
    Image.fromarray(values).save(stream, "PNG")
    return stream.getvalue()


class FakeClassifier:
    input_size, preprocessing = 32, Preprocessing()

    def prepare(self, radiograph):
        return None

    def predict(self, radiograph, *, prepared):
        scores = np.array([0.25, 0.5, 0.25], np.float32)
        return Prediction("vgg16", scores, np.zeros((3, 2, 2), np.float32), 0.1234)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "b" / "c").mkdir(parents=True)
    (tmp_path / "b" / "c" / "2.png").write_bytes(png(2))
    (tmp_path / "a.dat").write_bytes(png(1))
    (tmp_path / "b" / "notes.txt").write_text("hello")
    (tmp_path / ".hidden").write_bytes(png(3))
    (tmp_path / "b" / "Thumbs.db").write_bytes(b"junk")
    with zipfile.ZipFile(tmp_path / "z.bin", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x/2.png", png(4))
        archive.writestr("../1.png", png(5))
        archive.writestr("x/.DS_Store", b"junk")
        archive.writestr("DICOMDIR", b"junk")
        archive.writestr("__MACOSX/x/2.png", b"junk")
        archive.mkdir("empty")
    return tmp_path


def names_of(paths):
    with open_sources(paths) as sources:
        return [source.name for source in sources]


def test_folder_is_walked_in_order_with_its_archives(folder):
    expected = ["a.dat", "b/c/2.png", "b/notes.txt", "z.bin/1.png", "z.bin/x/2.png"]
    assert names_of([folder]) == [f"{folder}/{name}" for name in expected]


def test_files_are_ordered_by_their_numbers(tmp_path):
    for name in ("s10/IM1", "s2/IM10", "s2/IM9"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    expected = ["s2/IM9", "s2/IM10", "s10/IM1"]
    assert names_of([tmp_path]) == [f"{tmp_path}/{name}" for name in expected]


def test_paths_keep_the_order_given(folder):
    given = [folder / "b" / "notes.txt", folder / "a.dat"]
    assert names_of(given) == [str(path) for path in given]


def test_bytes_are_those_of_the_files(folder):
    with open_sources([folder / "a.dat", folder / "z.bin"]) as sources:
        assert [source.load() for source in sources] == [png(1), png(5), png(4)]


def test_nothing_is_extracted(folder):
    before = sorted(folder.rglob("*"))
    with open_sources([folder]) as sources:
        for source in sources:
            source.load()
    assert sorted(folder.rglob("*")) == before
    assert not (folder.parent / "1.png").exists()


@pytest.mark.parametrize("make", [lambda path: path, lambda path: path / "missing.png"])
def test_no_file_is_wrong_use(tmp_path, make):
    with pytest.raises(UsageError, match="no file|does not exist"), open_sources([make(tmp_path)]):
        pass


def test_one_bad_file_never_stops_the_rest(folder):
    (folder / "damaged.zip").write_bytes(b"PK\x03\x04" + bytes(50))
    (folder / "cut.png").write_bytes(png()[:500])
    with open_sources([folder]) as sources:
        results = [classify(source, [FakeClassifier()]) for source in sources]
    assert len(results) == 7
    refused = {
        Path(result.name).name: result.reason for result in results if result.status == "refused"
    }
    assert sorted(refused) == ["cut.png", "damaged.zip", "notes.txt"]
    assert "zip archive is damaged" in refused["damaged.zip"]


def test_large_file_is_refused_before_it_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr("covid_model.imaging.reader.MAX_BYTES", 1000)
    (tmp_path / "a.png").write_bytes(bytes(1001))
    monkeypatch.setattr("pathlib.Path.read_bytes", lambda self: pytest.fail("read"))
    with open_sources([tmp_path]) as (source,), pytest.raises(RadiographError, match="at most"):
        source.load()


def test_rows_follow_the_columns(folder):
    with open_sources([folder / "a.dat"]) as (source,):
        (row,) = rows(classify(source, [FakeClassifier()]))
    assert tuple(row) == batch.COLUMNS
    assert row == {
        "file": str(folder / "a.dat"),
        "model": "vgg16",
        "status": "ok",
        "reason": "",
        "predicted": "normal",
        "p_covid": "0.250000",
        "p_normal": "0.500000",
        "p_infection": "0.250000",
        "novelty": "",
        "seconds": "0.123",
    }


def novel(model, novelty):
    scores, heatmaps = np.array([0.7, 0.2, 0.1], np.float32), np.ones((3, 2, 2), np.float32)
    return Prediction(model, scores, heatmaps, 0.5, calibrated=True, novelty=novelty)


def test_a_novel_image_has_its_novelty_a_network_but_no_class():
    predictions = novel("xception", 1.23456), novel("vgg16", None)
    table = rows(CaseResult("a", "refused", "why", None, predictions, withheld=True))
    assert [tuple(row) for row in table] == [batch.COLUMNS] * 2
    filled = [{key: value for key, value in row.items() if value} for row in table]
    common = {"file": "a", "status": "refused", "reason": "why", "seconds": "0.500"}
    assert filled == [
        {**common, "model": "xception", "novelty": "1.235"},
        {**common, "model": "vgg16"},
    ]


def test_an_uncertain_image_keeps_its_figures_with_novelty():
    (row,) = rows(CaseResult("a", "uncertain", "why", None, (novel("vgg16", 0.5),)))
    assert (row["status"], row["reason"], row["predicted"]) == ("uncertain", "why", "covid")
    assert (row["p_covid"], row["novelty"]) == ("0.700000", "0.500")


def test_refused_file_has_one_row_without_a_model():
    (row,) = rows(CaseResult("a", "refused", "why"))
    assert tuple(row) == batch.COLUMNS
    assert {key: value for key, value in row.items() if value} == {
        "file": "a",
        "status": "refused",
        "reason": "why",
    }


def test_names_that_are_no_utf8_are_spelled_out(tmp_path):
    path = tmp_path / "caf\udce9.png"
    try:
        path.write_bytes(png())
    except (OSError, UnicodeError):
        pytest.skip("this file system takes UTF-8 names only")
    (name,) = names_of([path])
    assert name.endswith(r"caf\udce9.png")
    name.encode("utf-8")
