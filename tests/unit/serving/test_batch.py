"""Files, folders and archives become one list, in which a bad file harms no other."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from covid_model.common.errors import RadiographError, RunError, UsageError
from covid_model.imaging.preprocessing import Preprocessing
from covid_model.serving.batch import classify, open_sources
from covid_model.serving.classifier import Prediction
from covid_model.serving.diagnosis import UNFORESEEN
from tests.public_sources import zipped


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
    with open_sources(paths) as listing:
        return [source.name for source in listing.sources]


def test_folder_is_walked_in_order_with_its_archives(folder):
    expected = ["a.dat", "b/c/2.png", "z.bin/1.png", "z.bin/x/2.png"]
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
    with open_sources([folder / "a.dat", folder / "z.bin"]) as listing:
        assert [source.load() for source in listing.sources] == [png(1), png(5), png(4)]


def test_nothing_is_extracted(folder):
    before = sorted(folder.rglob("*"))
    with open_sources([folder]) as listing:
        for source in listing.sources:
            source.load()
    assert sorted(folder.rglob("*")) == before
    assert not (folder.parent / "1.png").exists()


def test_no_such_file_is_wrong_use(tmp_path):
    with pytest.raises(UsageError, match="does not exist"), open_sources([tmp_path / "no.png"]):
        pass


def test_one_bad_file_never_stops_the_rest(folder):
    (folder / "damaged.zip").write_bytes(b"PK\x03\x04" + bytes(50))
    (folder / "cut.png").write_bytes(png()[:500])
    with open_sources([folder]) as listing:
        results = [classify(source, [FakeClassifier()]) for source in listing.sources]
    assert len(results) == 6
    assert listing.others == 1
    refused = {
        Path(result.name).name: result.reason for result in results if result.status == "refused"
    }
    assert sorted(refused) == ["cut.png", "damaged.zip"]
    assert "zip archive is damaged" in refused["damaged.zip"]


def test_large_file_is_refused_before_it_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr("covid_model.imaging.reader.MAX_BYTES", 1000)
    (tmp_path / "a.png").write_bytes(bytes(1001))
    monkeypatch.setattr("pathlib.Path.read_bytes", lambda self: pytest.fail("read"))
    with open_sources([tmp_path]) as listing, pytest.raises(RadiographError, match="at most"):
        listing.sources[0].load()


def test_what_nobody_foresaw_refuses_one_file(folder, monkeypatch, caplog):
    predict = FakeClassifier.predict

    def fails(self, radiograph, *, prepared):
        if radiograph.name.endswith("a.dat"):
            raise ZeroDivisionError("nobody foresaw this")
        return predict(self, radiograph, prepared=prepared)

    monkeypatch.setattr(FakeClassifier, "predict", fails)
    with open_sources([folder / "a.dat", folder / "b" / "c"]) as listing:
        first, second = (classify(source, [FakeClassifier()]) for source in listing.sources)
    [record] = caplog.records
    reason = UNFORESEEN.format(id=record.failure)
    assert (first.status, first.reason, second.status) == (*("refused", reason, "uncalibrated"),)
    assert record.exc_info[0] is ZeroDivisionError
    assert "a.dat" not in caplog.text  # a file's name may be a patient's


def test_an_error_of_the_networks_is_none_of_the_file(folder, monkeypatch):
    def fails(*_, **__):
        raise RunError("the run is damaged")

    monkeypatch.setattr(FakeClassifier, "predict", fails)
    with open_sources([folder / "a.dat"]) as listing, pytest.raises(RunError):
        classify(listing.sources[0], [FakeClassifier()])


@pytest.mark.parametrize(
    ("files", "others"),
    [({}, 0), ({"x/": b""}, 0), ({"Thumbs.db": b"1"}, 0), ({"a.txt": b"1", "b.csv": b"2"}, 2)],
)
def test_an_archive_or_folder_without_pictures_is_listed_beside_others(tmp_path, files, others):
    (tmp_path / "good.png").write_bytes(png())
    (tmp_path / "empty.zip").write_bytes(zipped(files))
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / ".DS_Store").write_bytes(b"1")
    with open_sources(sorted(tmp_path.iterdir())) as listing:
        results = [classify(source, [FakeClassifier()]) for source in listing.sources]
    assert [result.status for result in results] == [*("refused", "uncalibrated", "refused")]
    assert "zip archive holds no picture" in results[0].reason
    assert "folder holds no picture" in results[2].reason
    assert listing.others == others


def test_a_file_that_is_named_itself_is_listed_whatever_it_is(tmp_path):
    names = ["report.docx", "notes.txt"]
    for name, data in zip(names, [zipped({"[Content_Types].xml": b"1"}), b"1"], strict=True):
        (tmp_path / name).write_bytes(data)
    assert names_of([tmp_path / name for name in names]) == [f"{tmp_path}/{name}" for name in names]
    with open_sources([tmp_path]) as listing:
        assert len(listing.sources) == 1  # the folder, without a picture
        assert listing.others == 2


def test_names_stay_on_one_line(tmp_path):
    (tmp_path / "a\r\n\tb.png").write_bytes(png())
    (tmp_path / "z.zip").write_bytes(zipped({"x\r/y\n": png()}))
    assert names_of([tmp_path]) == [
        rf"{tmp_path}/a\x0d\x0a\x09b.png",
        rf"{tmp_path}/z.zip/x\x0d/y\x0a",
    ]


def test_names_that_are_no_utf8_are_spelled_out(tmp_path):
    path = tmp_path / "caf\udce9.png"
    try:
        path.write_bytes(png())
    except (OSError, UnicodeError):
        pytest.skip("this file system takes UTF-8 names only")
    (name,) = names_of([path])
    assert name.endswith(r"caf\udce9.png")
    name.encode("utf-8")
