"""Files, parts and a worker of a cluster, in one process without one."""

import io
import pickle
import shutil
import zipfile

import pytest

from covid_model import cli
from covid_model.cli.cluster.files import find_files
from covid_model.cli.cluster.part_files import PartFiles, name_of, parts_of
from covid_model.cli.cluster.worker import Task, Worker
from covid_model.cli.parts.networks import Asked
from covid_model.common.errors import UsageError
from covid_model.runs import load_run
from tests.drawings import png, varied

LABELS = ("covid", "normal", "infection")
NAME = name_of("any", parts=1)


@pytest.fixture
def store():
    """A folder of an object store in memory, empty before and after."""
    fsspec = pytest.importorskip("fsspec", reason="the extra cluster is not installed")
    memory = fsspec.filesystem("memory")
    memory.store.clear()
    yield memory
    memory.store.clear()
    memory.pseudo_dirs[:] = [""]


@pytest.fixture
def films(tmp_path):
    folder = tmp_path / "films"
    folder.mkdir()
    for number, label in enumerate(LABELS):
        (folder / f"{number}.png").write_bytes(png(varied(label, number)))
    (folder / "bad.dcm").write_bytes(b"no radiograph")
    (folder / "notes.txt").write_text("no picture")
    (folder / ".hidden.png").write_bytes(b"")
    (folder / "away.png").symlink_to(folder / "nowhere")
    with zipfile.ZipFile(folder / "two.zip", "w") as archive:
        for number in range(2):
            archive.writestr(f"{number}.png", png(varied("normal", 7 + number)))
    return folder


@pytest.fixture
def task(trusted_run_root, tmp_path):
    folder = trusted_run_root / "trusted"
    digest = Asked.load(load_run(folder), "all", profile=None, workers=1).digest
    out = PartFiles(str(tmp_path / "out"))
    out.write_note("")
    return Task(folder, "all", None, digest, out, ("error", "text"))


def classify(task, *paths, name=NAME):
    """Have a new worker do files as one part; return its answer."""
    return Worker(task)({"name": name, "files": pickle.dumps(find_files([*map(str, paths)]))})


def rows_in(task, name=NAME):
    return [row for of_file in task.out.read(name) for row in of_file]


def timeless(rows):
    return [{**row, "seconds": ""} for row in rows]


def local_rows(films, task, tmp_path):
    """The rows of the command on this machine alone."""
    from covid_model.cli.parts.table_files import read_parquet

    table = tmp_path / "here.parquet"
    assert cli.main(["classify", str(films), "--run", str(task.run), "--out", str(table)]) == 0
    return timeless(read_parquet(table))


def test_rows_are_those_of_one_machine(films, task, tmp_path):
    answer = classify(task, films)
    assert answer["error"] == ""
    tally, others = pickle.loads(answer["done"])
    assert (tally.files, tally.read, tally.unforeseen, others) == (7, 5, 0, 1)
    rows = timeless(rows_in(task))
    assert rows == local_rows(films, task, tmp_path)
    assert len(rows) == 5 * 3 + 2
    assert {
        row["file"].rsplit("/")[-1]: row["reason"][:20] for row in rows if not row["model"]
    } == {
        "away.png": "The link leads to no",
        "bad.dcm": "Expected a DICOM, PN",
    }


def test_a_part_that_is_done_again_keeps_what_is_the_same(films, task, asked):
    classify(task, films)
    before = rows_in(task)
    asked.clear()
    (films / "1.png").write_bytes(png(varied("covid", 77)))
    (films / "3.png").write_bytes(png(varied("covid", 78)))
    (films / "0.png").unlink()
    classify(task, films)
    assert asked == ["1.png", "3.png", "away.png"]
    now = rows_in(task)
    names = [row["file"].rsplit("/")[-1] for row in now]
    each = ("1.png", "2.png", "3.png", "away.png", "bad.dcm", "0.png", "1.png", "0.png")
    alone = ("away.png", "bad.dcm")
    assert names == [name for name in each for _ in range(1 if name in alone else 3)]
    assert now[-3:] == before[:3]  # of the file that is not there any more
    assert now[0]["sha256"] != before[3]["sha256"]
    assert len({(row["file"], row["model"]) for row in now}) == len(now)


def test_objects_of_a_store_are_read_by_their_url(films, task, store, tmp_path):
    (films / "away.png").unlink()  # a store has no links
    store.put(str(films), "/bucket/films", recursive=True)
    answer = classify(task, "memory://bucket/films")
    assert answer["error"] == ""
    by_name = {
        (row["file"].removeprefix("memory:///bucket/films/"), row["model"]): row
        for row in timeless(rows_in(task))
    }
    expected = {
        (row["file"].removeprefix(f"{films}/"), row["model"]): row
        for row in local_rows(films, task, tmp_path)
    }
    assert by_name.keys() == expected.keys()
    for key, row in by_name.items():
        assert {**row, "file": ""} == {**expected[key], "file": ""}


def test_parts_may_lie_in_a_store(films, task, store, asked):
    stored = Task(**{**vars(task), "out": PartFiles("memory://bucket/table")})
    stored.out.write_note("of these networks")
    assert (stored.out.count(), stored.out.read_note()) == (None, "of these networks")
    assert classify(stored, films)["error"] == classify(task, films)["error"] == ""
    assert timeless(rows_in(stored)) == timeless(rows_in(task))
    assert stored.out.count() == 1
    asked.clear()
    classify(stored, films)
    assert asked == ["away.png"]


def test_an_object_that_has_gone_has_a_row_and_is_tried_again(task, store):
    store.pipe_file("/bucket/0.png", png(varied("covid", 0)))
    files = find_files(["memory://bucket"])
    store.rm("/bucket/0.png")
    part = {"name": NAME, "files": pickle.dumps(files)}
    assert Worker(task)(part)["error"] == ""
    (row,) = rows_in(task)
    assert row["reason"].startswith("The file cannot be read (FileNotFoundError)")
    store.pipe_file("/bucket/0.png", png(varied("covid", 0)))
    Worker(task)(part)
    assert [row["model"] for row in rows_in(task)] == ["xception", "resnet50v2", "vgg16"]


@pytest.mark.parametrize("url", ["memory://bucket/none", "nosuch://bucket"])
def test_a_url_that_leads_nowhere_is_refused(store, url):
    with pytest.raises(UsageError, match=url):
        find_files([url])


def test_a_folder_without_a_file_is_refused(tmp_path):
    with pytest.raises(UsageError, match="holds no file"):
        find_files([str(tmp_path)])


def test_what_is_given_twice_is_listed_once(films, store):
    assert len(find_files([str(films), str(films / "0.png")])) == len(find_files([str(films)]))
    store.pipe_file("/bucket/0.png", b"")
    assert len(find_files(["memory://bucket/0.png", "memory://bucket/"])) == 1


def test_other_networks_on_another_machine_are_refused(films, task):
    for change, words in (("digest", "holds other networks"), ("version", "has version")):
        answer = classify(Task(**{**vars(task), change: "other"}), films)
        assert words in answer["error"]
    assert rows_in(task) == []


def test_a_part_that_cannot_be_written_says_so_and_leaves_nothing(films, task):
    shutil.rmtree(task.out.place)
    answer = classify(task, films)
    assert answer["error"] == f"{task.out.place} cannot be written (No such file or directory)."


def test_an_unforeseen_error_says_nothing_of_a_file(films, task, monkeypatch, caplog):
    def fail(*given):
        raise LookupError("films of John Doe")

    monkeypatch.setattr("covid_model.cli.cluster.worker.keep", fail)
    error = classify(task, films)["error"]
    assert error.startswith("Something unforeseen stopped a worker, whose log has it as ")
    assert "Doe" not in error


def test_a_write_that_fails_leaves_the_part_as_it_was(task, monkeypatch):
    task.out.write(NAME, [])
    before = task.out._read(NAME)

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("covid_model.cli.cluster.part_files.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        task.out.write(NAME, [])
    monkeypatch.undo()
    assert task.out._read(NAME) == before
    assert sorted(task.out._names()) == ["_notice.txt", NAME]


def test_a_file_belongs_to_one_part_whatever_others_there_are():
    assert name_of("/films/a.png", parts=8) == "part-000003-of-000008.parquet"
    names = {name_of(f"/films/{number}.png", parts=8) for number in range(200)}
    assert len(names) == 8


def test_there_are_parts_for_every_worker_and_none_is_too_large():
    assert [parts_of(n, workers=2) for n in (0, 1, 9, 100, 256 * 40)] == [1, 1, 9, 16, 40]


def test_an_archive_of_a_store_is_opened_where_it_lies(task, store):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("deep/0.png", png(varied("covid", 0)))
    store.pipe_file("/bucket/one.zip", stream.getvalue())
    assert classify(task, "memory://bucket/one.zip")["error"] == ""
    assert {row["file"] for row in rows_in(task)} == {"memory:///bucket/one.zip/deep/0.png"}
