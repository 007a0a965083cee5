"""Fixtures that several test files share."""

import hashlib
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
ROOT = Path(__file__).resolve().parent.parent
MADE_BY = (
    "tests/tiny.py",
    "covid_model/runs.py",
    "covid_model/training/export.py",
    "covid_model/training/fit.py",
    "covid_model/training/architectures.py",
    "covid_model/training/evaluation.py",
)


@pytest.fixture(scope="session")
def tiny_runs(request) -> Path:
    """Runs of tiny networks, kept between sessions until the code that writes them changes."""
    code = b"".join((ROOT / name).read_bytes() for name in MADE_BY)
    kept = request.config.cache.mkdir("tiny-runs") / hashlib.sha256(code).hexdigest()[:16]
    if not (kept / "done").is_file():
        from tests.tiny import write_tiny_run

        shutil.rmtree(kept.parent, ignore_errors=True)
        write_tiny_run(kept / "servable" / "tiny")
        write_tiny_run(kept / "reports-only" / "reports", servable=False)
        (kept / "done").touch()
    return kept


@pytest.fixture
def tiny_run_root(tiny_runs, tmp_path) -> Path:
    """A folder with one run, ``tiny``, that can predict; a test may damage it."""
    return shutil.copytree(tiny_runs / "servable", tmp_path / "runs")


@pytest.fixture
def reports_only_run_root(tiny_runs, tmp_path) -> Path:
    """A folder with one run, ``reports``, that holds reports alone."""
    return shutil.copytree(tiny_runs / "reports-only", tmp_path / "reports-only-runs")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real radiographs, where COVID_XRAY_DATA names it."""
    folder = os.environ.get("COVID_XRAY_DATA")
    if not folder:
        pytest.skip("COVID_XRAY_DATA is not set: no real radiographs to test on")
    return Path(folder)


@pytest.fixture(scope="session")
def drawn_radiograph() -> np.ndarray:
    """A drawing with two dark lungs, float32 (300, 260), range [0, 1]."""
    y, x = np.mgrid[0:300, 0:260]
    lungs = sum(((x - c) / 45) ** 2 + ((y - 150) / 95) ** 2 < 1 for c in (80, 180))
    picture = 0.75 - 0.5 * lungs + 0.1 * np.sin(y / 9)
    return picture.astype(np.float32)
