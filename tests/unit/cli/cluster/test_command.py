"""Options of classify with --ray, which refuse before anything is started."""

import builtins

import pytest

from covid_model import cli
from covid_model.cli.cluster import command
from covid_model.cli.cluster.part_files import PartFiles
from covid_model.cli.parts.tally import Tally
from tests.drawings import png, varied


@pytest.fixture
def classify(trusted_run_root, tmp_path, capsys):
    """Run the command on one film; return its code with what it says."""
    film = tmp_path / "0.png"
    film.write_bytes(png(varied("covid", 0)))

    def call(*options):
        run = str(trusted_run_root / "trusted")
        given = ["classify", str(film), "--run", run, "--ray", "local"]
        return cli.main([*given, *map(str, options)]), capsys.readouterr().err

    return call


def test_a_folder_is_wanted_and_no_areas_of_attention(classify, tmp_path):
    pytest.importorskip("ray", reason="the extra cluster is not installed")
    code, words = classify()
    assert (code, "name it with --out DIR" in words) == (2, True)
    code, words = classify("--out", tmp_path / "out", "--cam-dir", tmp_path)
    assert (code, "leave out --cam-dir" in words) == (2, True)
    code, words = classify("--out", tmp_path / "0.png")
    assert (code, "is a file" in words) == (2, True)
    assert not (tmp_path / "out").exists()


def test_a_folder_that_has_a_table_is_gone_on_with_by_resume_alone(classify, tmp_path):
    pytest.importorskip("ray", reason="the extra cluster is not installed")
    out = tmp_path / "out"
    out.mkdir()
    (out / "part-000000-of-000001.parquet").touch()
    code, words = classify("--out", out)
    assert (code, "has a table already: go on with it by --resume" in words) == (2, True)
    code, words = classify("--out", out, "--resume")
    assert (code, "_notice.txt is missing" in words) == (2, True)
    (out / "_notice.txt").write_text("a\n\nIt was written with run other.\n", "utf-8")
    code, words = classify("--out", out, "--resume")
    assert code == 2
    assert "cannot be gone on with. Of it: It was written with run other. Now: out was" in words


@pytest.mark.parametrize("package", ["ray", "fsspec"])
def test_without_the_extra_it_says_what_to_install(classify, tmp_path, monkeypatch, package):
    real = builtins.__import__

    def lacking(name, *arguments, **options):
        if name.split(".")[0] == package:
            raise ModuleNotFoundError(f"No module named {name!r}", name=package)
        return real(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", lacking)
    code, words = classify("--out", tmp_path / "out")
    assert code == 2
    assert f"error: --ray needs {package}: install it with pip install" in words


def test_a_stop_says_how_many_files_are_done(tmp_path):
    def parts():
        some = Tally()
        some.files = 3
        yield some, 1
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as stop:
        command._count(parts(), 9, PartFiles(str(tmp_path)))
    (words,) = stop.value.__notes__
    assert words.startswith(f"3 files are done, with their rows in {tmp_path}; 9 were found.")
    assert words.endswith("--resume goes on.")
