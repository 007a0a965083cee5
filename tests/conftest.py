"""Fixtures that several test files share."""

import contextlib
import hashlib
import os
import shutil
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest

from tests.drawings import drawing, noise, png
from tests.imports import import_closure

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
ROOT = Path(__file__).resolve().parent.parent
MAKERS = (ROOT / "tests" / "tiny.py", ROOT / "tests" / "calibrated_run.py")
STALE = 24 * 3600  # seconds after which an unused copy goes: another process may be using a newer


@pytest.fixture(scope="session")
def tiny_runs(request) -> Path:
    """Runs of tiny networks, kept between sessions until the code that writes them changes.

    They are built under another name, so that of two sessions at once neither sees half a run.
    """
    code = b"".join(path.read_bytes() for path in import_closure(*MAKERS))
    cache = request.config.cache.mkdir("tiny-runs")
    kept = cache / hashlib.sha256(code).hexdigest()[:16]
    if not kept.is_dir():
        from tests.calibrated_run import write_trusted_run
        from tests.tiny import write_tiny_run

        with tempfile.TemporaryDirectory(dir=cache) as name:
            building = Path(name, "runs")
            write_tiny_run(building / "servable" / "tiny")
            write_tiny_run(building / "reports-only" / "reports", servable=False)
            write_trusted_run(building / "trusted" / "trusted")
            with contextlib.suppress(OSError):  # another session was quicker: its runs are as good
                building.rename(kept)
    os.utime(kept)
    for other in cache.iterdir():
        with contextlib.suppress(FileNotFoundError):  # another session's, gone in between
            if time.time() - other.stat().st_mtime > STALE:
                shutil.rmtree(other, ignore_errors=True)
    return kept


@pytest.fixture
def tiny_run_root(tiny_runs, tmp_path) -> Path:
    """A folder with one run, ``tiny``, that can predict; a test may damage it."""
    return shutil.copytree(tiny_runs / "servable", tmp_path / "runs")


@pytest.fixture
def trusted_run_root(tiny_runs, tmp_path) -> Path:
    """A folder with one run, ``trusted``: calibrated, with thresholds and novelty.

    Every network of it answers ``trusted_pictures`` as they are named, and so do all together.
    """
    return shutil.copytree(tiny_runs / "trusted", tmp_path / "trusted-runs")


@pytest.fixture(scope="session")
def trusted_pictures() -> dict[str, bytes]:
    """One PNG for each status that the trusted run can give: ok, uncertain, refused (as novel)."""
    return {
        "ok": png(drawing()),
        "uncertain": png(drawing(covid=0.3)),
        "refused": png(noise()),
    }


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
    return drawing()
