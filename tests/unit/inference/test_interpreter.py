"""An open model: what it keeps in memory, who shares it."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from covid_model.common.system import paths
from covid_model.inference import lung_segmentation
from covid_model.inference.interpreter import LiteRTModel, open_interpreter
from covid_model.inference.network_input import open_segmenter

SMAPS = Path("/proc/self/smaps")


def resident(path: Path) -> list[int]:
    """Kilobytes in memory of each part of a file that this process has mapped."""
    parts = SMAPS.read_text("utf-8").split(f" {path}\n")[1:]
    return [int(part.split("Rss:")[1].split()[0]) for part in parts]


@pytest.fixture
def lungs(tmp_path, monkeypatch) -> Path:
    """The shipped segmenter, in a folder of its own."""
    folder = shutil.copytree(paths.LUNGS, tmp_path / "lungs")
    monkeypatch.setattr(lung_segmentation, "DEFAULT_FOLDER", folder)
    return folder


@pytest.mark.skipif(not SMAPS.is_file(), reason="Linux tells what is in memory")
def test_pages_of_a_models_file_leave_once_it_is_open_and_it_answers_as_before(lungs):
    path = lungs / lung_segmentation.MODEL_FILE
    opened = open_interpreter(path)
    assert resident(path) == [0]
    model = LiteRTModel(lambda: opened)
    values = np.random.default_rng(0).random(model.input_shape, np.float32)
    first, second = model.run(values), model.run(values)
    assert all(np.array_equal(first[rank], second[rank]) for rank in first)
    assert np.ptp(first[4]) > 0


def test_all_share_one_segmenter_until_its_files_change(lungs):
    first = open_segmenter()
    assert open_segmenter() is first
    info = lungs / lung_segmentation.INFO_FILE
    os.utime(info, ns=(0, info.stat().st_mtime_ns + 10**9))
    assert open_segmenter() is not first
