"""A disk that takes nothing, or no more, ends a training in one sentence."""

import errno
import os

import pytest

from covid_model.common.system.cache import write_whole
from covid_model.training import cli
from covid_model.training.cli import workflows

WORDS = os.strerror(errno.ENOSPC)


@pytest.fixture
def data(tmp_path):
    """A data folder that nothing is read of."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "metadata.csv").write_text("path,label\n")
    return folder


def test_nothing_begins_where_nothing_can_be_written(data, tmp_path, monkeypatch, capsys):
    def full(handle):
        raise OSError(errno.ENOSPC, WORDS)

    monkeypatch.setattr(os, "fsync", full)
    assert cli.main(["--data", str(data), "--out", str(tmp_path / "run")]) == 2
    said = f"{tmp_path / 'run'} cannot be written ({WORDS}): make room there, or give another"
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, WORDS, "x.keras"), RuntimeError(f"write failed ({WORDS})")]
)
@pytest.mark.parametrize(("recipe", "remedy"), [("finetune", "--resume"), ("linear", "repeat")])
def test_a_disk_that_fills_up_is_told(data, tmp_path, monkeypatch, capsys, error, recipe, remedy):
    def fills_up(args, selection, values):
        raise error

    row = workflows.WORKFLOWS[recipe]
    monkeypatch.setitem(workflows.WORKFLOWS, recipe, type(row)(**{**vars(row), "run": fills_up}))
    command = ["--data", str(data), "--recipe", recipe, "--out", str(tmp_path / "run")]
    assert cli.main(command) == 2
    said = capsys.readouterr().err
    assert f"cannot be written ({WORDS}). Make room, then repeat the command" in said
    assert remedy in said


def test_another_error_is_not_taken_for_a_full_disk(data, tmp_path, monkeypatch):
    def breaks(args, selection, values):
        raise RuntimeError("shapes differ")

    row = workflows.WORKFLOWS["linear"]
    monkeypatch.setitem(workflows.WORKFLOWS, "linear", type(row)(**{**vars(row), "run": breaks}))
    with pytest.raises(RuntimeError, match="shapes differ"):
        cli.main(["--data", str(data), "--recipe", "linear", "--out", str(tmp_path / "run")])


def test_what_was_half_written_goes_and_what_was_there_stays(tmp_path):
    kept = tmp_path / "checkpoint-1.keras"
    kept.write_bytes(b"whole")

    def half(path):
        path.write_bytes(b"ha")
        raise OSError(errno.ENOSPC, WORDS)

    with pytest.raises(OSError, match=WORDS):
        write_whole(kept, half)
    assert [path.name for path in tmp_path.iterdir()] == [kept.name]
    assert kept.read_bytes() == b"whole"
