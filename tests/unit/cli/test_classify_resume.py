"""The command classify that goes on with a table."""

import builtins
import csv
import json
import shutil

import pytest

from covid_model import cli
from tests.drawings import png, varied

LABELS = ("covid", "normal", "infection", "covid")


@pytest.fixture
def films(tmp_path):
    folder = tmp_path / "films"
    folder.mkdir()
    for number, label in enumerate(LABELS):
        (folder / f"{number}.png").write_bytes(png(varied(label, number)))
    (folder / "4.bin").write_text("no radiograph")
    return folder


@pytest.fixture
def classify(films, trusted_run_root, asked):
    """Run the command on the films; return its code with the names of those that were asked."""

    def call(*options, paths=(films,)):
        asked.clear()
        run = str(trusted_run_root / "trusted")
        names = [str(path) for path in paths]
        code = cli.main(["classify", *names, "--run", run, *map(str, options)])
        return code, sorted(asked)

    return call


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def cut(table, rows):
    """Leave the header and some rows, then half a line, as a crash does."""
    lines = table.read_text("utf-8").splitlines(keepends=True)
    table.write_text("".join([*lines[: rows + 1], lines[rows + 1][:9]]), "utf-8")


@pytest.mark.parametrize("rows", [0, 1, 2, 3, 6])
def test_whole_files_are_kept_and_the_others_done(classify, tmp_path, rows):
    table = tmp_path / "table.csv"
    assert classify("--out", table)[0] == 0
    whole = rows_of(table)
    cut(table, rows)
    kept = rows // 3
    code, asked = classify("--out", table, "--resume")
    assert (code, asked) == (0, [*(f"{n}.png" for n in range(kept, 4)), "4.bin"])
    now = rows_of(table)
    assert now[: 3 * kept] == whole[: 3 * kept]  # to the seconds, which no second pass has
    assert [{**row, "seconds": ""} for row in now] == [{**row, "seconds": ""} for row in whole]


def test_a_changed_file_is_done_again_and_stays_in_its_place(films, classify, tmp_path):
    table = tmp_path / "table.csv"
    classify("--out", table)
    before = rows_of(table)
    (films / "1.png").write_bytes(png(varied("covid", 77)))
    (films / "0b.png").write_bytes(png(varied("covid", 78)))
    assert classify("--out", table, "--resume") == (0, ["0b.png", "1.png"])
    now = rows_of(table)
    names = [row["file"].rsplit("/")[-1] for row in now]
    in_order = [name for n in ("0", "0b", "1", "2", "3") for name in [f"{n}.png"] * 3]
    assert names == [*in_order, "4.bin"]
    assert now[:3] == before[:3]
    assert now[6]["sha256"] != before[3]["sha256"]
    assert now[9:] == before[6:]


def test_rows_of_files_that_are_not_listed_now_stay(films, classify, tmp_path):
    table = tmp_path / "table.csv"
    classify("--out", table)
    before = rows_of(table)
    assert classify("--out", table, "--resume", paths=[films / "3.png"]) == (0, [])
    assert rows_of(table) == before[9:12] + before[:9] + before[12:]


def test_overlays_that_are_missing_are_made(classify, tmp_path):
    table, cams = tmp_path / "table.csv", tmp_path / "cams"
    classify("--out", table, "--cam-dir", cams)
    names = sorted(path.name for path in cams.iterdir())
    next(cams.glob("*-2.png.vgg16.png")).unlink()
    options = ("--out", table, "--cam-dir", cams, "--resume")
    assert classify(*options) == (0, ["2.png"])
    assert sorted(path.name for path in cams.iterdir()) == names


def test_a_parquet_table_is_gone_on_with(films, classify, tmp_path):
    from pyarrow import parquet

    table = tmp_path / "table.parquet"
    assert classify("--out", table, paths=[films / "0.png", films / "4.bin"])[0] == 0
    before = parquet.read_table(table).to_pylist()
    assert classify("--out", table, "--resume") == (0, ["1.png", "2.png", "3.png"])
    now = parquet.read_table(table).to_pylist()
    assert [now[:3], now[-1:]] == [before[:3], before[3:]]
    assert isinstance(now[0]["p_covid"], float)
    assert (now[-1]["p_covid"], now[-1]["predicted"]) == (None, "")
    assert not list(tmp_path.glob("*.rows.csv"))


def test_what_a_crash_left_of_a_parquet_table_is_kept(classify, tmp_path):
    table, growing = tmp_path / "table.parquet", tmp_path / "table.parquet.rows.csv"
    classify("--out", tmp_path / "table.csv")
    shutil.copy(tmp_path / "table.csv", growing)
    note = (tmp_path / "table.csv.notice.txt").read_text("utf-8")
    note = note.replace("table.csv was", "table.parquet was")
    (tmp_path / "table.parquet.notice.txt").write_text(note, "utf-8")
    cut(growing, 6)
    assert classify("--out", table, "--resume") == (0, ["2.png", "3.png", "4.bin"])
    assert table.exists()
    assert not growing.exists()


def test_without_resume_a_table_is_written_anew(films, classify, tmp_path):
    table = tmp_path / "table.csv"
    classify("--out", table)
    assert classify("--out", table, paths=[films / "0.png"]) == (0, ["0.png"])
    assert len(rows_of(table)) == 3


def changed_run(root, tmp_path):
    """A run of the same name and networks, with another temperature."""
    copy = shutil.copytree(root / "trusted", tmp_path / "trusted")
    path = copy / "vgg16" / "model.json"
    content = json.loads(path.read_text("utf-8"))
    content["temperature"] *= 1.5
    path.write_text(json.dumps(content), "utf-8")
    return copy


def test_a_table_of_other_networks_is_refused(classify, trusted_run_root, tmp_path, capsys):
    table = tmp_path / "table.csv"
    classify("--out", table)
    text = table.read_text("utf-8")
    other = shutil.copytree(trusted_run_root / "trusted", tmp_path / "other")
    changed = changed_run(trusted_run_root, tmp_path / "changed")
    cases = {
        "trusted, models VGG16. Name": ("--model", "vgg16"),
        "run other, models": ("--run", other),
        "have the same names here, but are others": ("--run", changed),
    }
    for words, options in cases.items():
        capsys.readouterr()
        code, asked = classify("--out", table, "--resume", *options)
        error = capsys.readouterr().err
        assert (code, asked) == (2, [])
        assert error.startswith(f"error: {table} cannot be gone on with. Of it: table.csv was ")
        assert words in error
        assert table.read_text("utf-8") == text


@pytest.mark.parametrize("name", ["table.csv", "table.parquet"])
def test_another_table_is_refused(classify, tmp_path, capsys, name):
    classify("--out", tmp_path / name)
    (tmp_path / name).write_text("a,b\n1,2\n", "utf-8")
    assert classify("--out", tmp_path / name, "--resume")[0] == 2
    assert f"{name} is another table" in capsys.readouterr().err
    assert (tmp_path / name).read_text("utf-8") == "a,b\n1,2\n"


def test_resume_takes_a_table(classify, capsys):
    assert classify("--resume")[0] == 2
    assert "name it with --out FILE" in capsys.readouterr().err


def test_without_its_note_a_table_is_refused(classify, tmp_path, capsys):
    table = tmp_path / "table.csv"
    classify("--out", table)
    (tmp_path / "table.csv.notice.txt").unlink()
    assert classify("--out", table, "--resume")[0] == 2
    assert "notice.txt is missing" in capsys.readouterr().err


def test_parquet_without_pyarrow_says_what_to_install(classify, tmp_path, monkeypatch, capsys):
    real = builtins.__import__

    def lacking(name, *arguments, **options):
        if name.startswith("pyarrow"):
            raise ModuleNotFoundError(f"No module named {name!r}")
        return real(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", lacking)
    assert classify("--out", tmp_path / "table.parquet") == (2, [])
    assert "pip install pyarrow" in capsys.readouterr().err
