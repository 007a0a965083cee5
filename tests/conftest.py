"""Fixtures that several test files share."""

import contextlib
import gc
import hashlib
import logging
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):  # before NumPy: threads wait by spinning
    os.environ.setdefault(name, "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell starts what runs behind it
    signal.signal(signal.SIGINT, signal.default_int_handler)

import numpy as np  # noqa: E402
import pytest  # noqa: E402

from covid_model.common.system import logs  # noqa: E402
from tests.drawings import drawing, noise, png  # noqa: E402
from tests.imports import ROOT, files_of, import_closure  # noqa: E402

MAKER = "tests.calibrated_run"  # in a process of its own, which alone needs TensorFlow
FRAMEWORKS = ("tensorflow", "keras", "torch", "jax")
MARKED = re.compile(r"^pytestmark = .*\bmark\.tensorflow\b", re.M)
BEFORE = pytest.StashKey[set[str]]()
STALE = 24 * 3600  # seconds after which an unused copy goes: another process may be using a newer


def pytest_ignore_collect(collection_path, config):
    """Leave out files that are all of TensorFlow when none of its tests is asked for.

    Deselecting them alone would still import them, and TensorFlow with them.
    """
    if "not tensorflow" in config.option.markexpr and collection_path.suffix == ".py":
        return bool(MARKED.search(collection_path.read_text("utf-8"))) or None
    return None


def pytest_collection_finish():
    """Leave what was imported out of garbage collections, of which a page has one at each run.

    With Keras loaded these collections would take most of the time of the pages' tests.
    """
    gc.collect()
    gc.freeze()


def imported_frameworks() -> set[str]:
    """The frameworks for training that this process has imported."""
    return {name for name in FRAMEWORKS if name in sys.modules}


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Remember what was imported before the test's fixtures."""
    item.stash[BEFORE] = imported_frameworks()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Fail a test that is the first to import a framework without the mark ``tensorflow``."""
    result = yield
    new = imported_frameworks() - item.stash[BEFORE]
    if new and not item.get_closest_marker("tensorflow"):
        pytest.fail(f"imports {', '.join(sorted(new))} without the mark tensorflow", pytrace=False)
    return result


@pytest.fixture(autouse=True)
def log_as_before():
    """Take back what a command did to the log of this process."""
    root = logging.getLogger()
    level = root.level
    yield
    root.setLevel(level)
    logging.captureWarnings(False)
    for handler in [handler for handler in root.handlers if isinstance(handler, logs.Handler)]:
        root.removeHandler(handler)


@pytest.fixture(scope="session")
def tiny_runs(request, tmp_path_factory) -> Path:
    """Runs of tiny networks, kept between sessions until the code that writes them changes.

    They are built under another name, so that of two sessions at once neither sees half a run.
    """
    code = b"".join(path.read_bytes() for path in import_closure(*files_of(MAKER)))
    plugin = getattr(request.config, "cache", None)  # None under -p no:cacheprovider
    cache = plugin.mkdir("tiny-runs") if plugin else tmp_path_factory.mktemp("tiny-runs")
    kept = cache / hashlib.sha256(code).hexdigest()[:16]
    if not kept.is_dir():
        with tempfile.TemporaryDirectory(dir=cache) as name:
            building = Path(name, "runs")
            subprocess.run([sys.executable, "-m", MAKER, building], cwd=ROOT, check=True)
            with contextlib.suppress(OSError):  # another session was quicker: its runs are as good
                building.rename(kept)
    os.utime(kept)
    for other in cache.iterdir():
        with contextlib.suppress(FileNotFoundError):  # another session's, gone in between
            if time.time() - other.stat().st_mtime > STALE:
                shutil.rmtree(other, ignore_errors=True)
    return kept


@pytest.fixture(scope="module")
def few_replicates():
    """Intervals by 50 replicates in place of 1,000: for tests that hold none to a number."""
    from covid_model.evaluation import report
    from covid_model.evaluation.bootstrap import PatientBootstrap

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(PatientBootstrap.__init__.__kwdefaults__, "replicates", 50)
        patch.setattr(report, "REPLICATES", 50)
        yield


@pytest.fixture(scope="module")
def eagerly():
    """TensorFlow without graphs: to trace one takes longer than a tiny network's few steps."""
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


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
