"""The command classify with several workers: rows in order, stops, memory."""

import csv
import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from PIL import Image

from covid_model import cli
from covid_model.cli.parts.in_order import WINDOW, in_order
from tests.drawings import png, varied
from tests.imports import ROOT


def rows_of(path):
    """All of a table but how long each prediction took."""
    with path.open(encoding="utf-8", newline="") as stream:
        return [{**row, "seconds": ""} for row in csv.DictReader(stream)]


@pytest.fixture
def films(tmp_path):
    """Nine drawings, one of them large and first, with a file that is none among them."""
    folder = tmp_path / "films"
    folder.mkdir()
    for number, label in enumerate(["covid", "normal", "infection"] * 3):
        (folder / f"{number}.png").write_bytes(png(varied(label, number)))
    with Image.open(folder / "0.png") as small:
        small.resize((2080, 2400)).save(folder / "0.png")
    (folder / "4b.bin").write_text("no radiograph")
    return folder


def test_rows_are_those_of_one_worker_in_the_same_order(films, trusted_run_root, tmp_path, capsys):
    given = ["classify", str(films), "--run", str(trusted_run_root / "trusted")]
    tables = {workers: tmp_path / f"{workers}.csv" for workers in ("1", "4")}
    for workers, table in tables.items():
        cams = str(tmp_path / f"cams {workers}")
        more = ["--csv", str(table), "--workers", workers, "--cam-dir", cams]
        assert cli.main([*given, *more]) == 0
    one, four = (rows_of(table) for table in tables.values())
    assert one == four
    assert len(one) == 9 * 3 + 1
    names = [sorted(path.name for path in (tmp_path / f"cams {n}").iterdir()) for n in tables]
    assert names[0] == names[1] != []
    for name in names[0]:
        first, second = ((tmp_path / f"cams {n}" / name).read_bytes() for n in tables)
        assert first == second


def test_results_come_in_order_whoever_is_first_and_no_more_than_a_window_wait():
    begun, slow = [], threading.Event()

    def work(number):
        begun.append(number)
        if number == 0:
            slow.wait(20)
        return number

    with in_order(work, range(100), workers=2) as results:
        threading.Timer(0.5, slow.set).start()
        assert next(results) == 0
        assert len(begun) <= 2 * WINDOW
        assert list(results) == list(range(1, 100))


def test_what_has_not_begun_never_does_when_the_block_ends():
    begun = []
    with pytest.raises(LookupError), in_order(begun.append, range(100), workers=2) as results:
        next(results)
        raise LookupError
    assert len(begun) <= 2 * WINDOW


def test_a_failure_comes_in_its_place():
    with in_order(lambda number: 1 // (2 - number), range(4), workers=3) as results:
        assert [next(results), next(results)] == [0, 1]
        with pytest.raises(ZeroDivisionError):
            next(results)


@pytest.mark.parametrize("workers", ["0", "-1", "many"])
def test_fewer_workers_than_one_are_refused(films, capsys, workers):
    with pytest.raises(SystemExit, match="2"):
        cli.main(["classify", str(films), "--workers", workers])
    assert "expected a whole number of 1 or more" in capsys.readouterr().err


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has other signals")
@pytest.mark.parametrize("name", ["table.csv", "table.parquet"])
def test_ctrl_c_keeps_what_is_done_and_resume_goes_on(trusted_run_root, tmp_path, name):
    """A real signal to a real process; then the table is that of a command nobody stopped."""
    folder = tmp_path / "films"
    folder.mkdir()
    for number in range(60):
        (folder / f"{number:02}.png").write_bytes(png(varied("normal", number)))
    given = ["--run", str(trusted_run_root / "trusted"), "--workers", "2", "--out"]
    command = [sys.executable, "-m", "covid_model", "classify", str(folder), *given]
    table = tmp_path / name
    growing = table if name.endswith("csv") else tmp_path / f"{name}.rows.csv"
    with subprocess.Popen([*command, str(table)], cwd=ROOT, stderr=subprocess.PIPE) as process:
        until = time.monotonic() + 100
        while time.monotonic() < until and not (growing.exists() and growing.stat().st_size > 9999):
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        words = process.stderr.read().decode()
        assert process.wait(60) == 130, words
    assert "of 60 files are done" in words
    done = int(words.split("stopped: ")[1].split()[0])
    assert 0 < done < 60
    assert len(table_of(table)) == done * 3
    assert cli.main([*command[3:], str(table), "--resume"]) == 0
    assert cli.main([*command[3:], str(tmp_path / f"whole-{name}")]) == 0
    assert table_of(table) == table_of(tmp_path / f"whole-{name}")


def table_of(path):
    if path.suffix == ".csv":
        return rows_of(path)
    from pyarrow import parquet

    return [{**row, "seconds": 0.0} for row in parquet.read_table(path).to_pylist()]
