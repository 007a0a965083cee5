"""Benchmarks: each says what it takes; what a network has to do is counted right."""

import importlib
import sys

import numpy as np
import pytest

from benchmarks.all import Row
from benchmarks.limits import peaks
from benchmarks.limits.work import work_of
from covid_model.runs import open_shelf
from tests.imports import ROOT

NEEDS_KERAS = {"paper_recipe"}
FILES = sorted((ROOT / "benchmarks").rglob("*.py"))
PROGRAMS = [path for path in FILES if '__name__ == "__main__"' in path.read_text("utf-8")]
SIDE = peaks.SIDE


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, marks=pytest.mark.tensorflow) if path.stem in NEEDS_KERAS else path
        for path in PROGRAMS
    ],
    ids=lambda path: path.relative_to(ROOT / "benchmarks").as_posix(),
)
def test_a_benchmark_says_what_it_takes(path, monkeypatch, capsys):
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    monkeypatch.setattr(sys, "argv", [name, "--help"])
    with pytest.raises(SystemExit) as stopped:
        importlib.import_module(name).main()
    assert stopped.value.code == 0
    assert "--help" in capsys.readouterr().out


@pytest.mark.parametrize("kind", [np.float32, np.int8])
def test_a_dense_layer_is_counted(tmp_path, kind):
    weights = np.ones((SIDE, SIDE), kind)
    file = tmp_path / "dense.tflite"
    file.write_bytes(peaks._file(weights))
    work = work_of(file)
    in_int8 = kind == np.int8
    assert work.in_int8 == (SIDE**3 if in_int8 else 0)
    assert work.in_float == (0 if in_int8 else SIDE**3)
    assert work.moved == 3 * weights.nbytes + 4 * SIDE


def test_vgg16_is_counted_as_by_hand():
    sides = (237, 118, 59, 29)  # of the maps of each block; the run's network ends in the fourth
    channels = ((3, 64, 64), (64, 128, 128), (128, 256, 256, 256), (256, 512, 512))
    convolutions = sum(
        9 * side**2 * before * after
        for side, block in zip(sides, channels, strict=True)
        for before, after in zip(block, block[1:], strict=False)
    )
    work = work_of(open_shelf().default.model_folder("vgg16") / "model.tflite")
    assert work.in_int8 == convolutions
    assert 0 < work.in_float < 0.001 * convolutions  # the head


def test_only_what_a_processor_says_is_stated(tmp_path, monkeypatch):
    info = tmp_path / "cpuinfo"
    monkeypatch.setattr(peaks, "CPU_INFO", info)
    assert peaks.stated(2) is None
    info.write_text("cpu MHz\t: 2000.0\nflags\t\t: sse avx2 fma\n")
    assert peaks.stated(2).in_float == 2 * 16 * 2e9
    assert np.isnan(peaks.stated(2).in_int8)
    info.write_text("cpu MHz\t: 2000.0\nflags\t\t: fma avx512f avx512_vnni\n")
    assert peaks.stated(1).in_int8 == 64 * 2e9
    info.write_text("cpu MHz\t: 2000.0\nflags\t\t: sse2\n")
    assert peaks.stated(2) is None


def test_a_row_has_the_ratio_of_what_was_measured():
    assert str(Row("a (ms)", 1.25, 5)) == "| a (ms) | 1 | 5 | 0.25 |"
    assert str(Row("b", 1, 32, 2)) == "| b | 1.00 | 32.00 | 0.031 |"
