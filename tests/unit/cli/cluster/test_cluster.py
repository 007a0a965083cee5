"""The command classify on a cluster of two nodes, of which a worker and a whole node are killed."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from PIL import Image

from covid_model import cli
from tests.drawings import png, varied
from tests.imports import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds the workers of a node in /proc"),
]
LARGE = (1600, 1900)  # so that a film takes a while
QUICK = {"health_check_period_ms": 500, "health_check_failure_threshold": 2}
WORKER = b"ray::MapWorker"


@pytest.fixture(scope="module")
def cluster():
    """Two nodes of one processor core each: the head, then another."""
    ray = pytest.importorskip("ray", reason="the extra cluster is not installed")
    from ray.cluster_utils import Cluster

    folder = tempfile.mkdtemp(prefix="ray", dir="/tmp")  # names of sockets are short
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("RAY_AUTH_TOKEN_PATH", f"{folder}/token")
        patch.setenv("PYTHONPATH", str(ROOT))
        head = {"_system_config": QUICK, "include_dashboard": False, "temp_dir": folder}
        one = Cluster(initialize_head=True, head_node_args=head)
        one.add_node(include_dashboard=False)
        yield one
        one.shutdown()
        ray.shutdown()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    """Films that take a while, an archive, a file that is no film, and one that is no picture."""
    folder = tmp_path_factory.mktemp("films")
    for number, label in enumerate(["covid", "normal", "infection"]):
        path = folder / f"{number}.png"
        path.write_bytes(png(varied(label, number)))
        with Image.open(path) as small:
            small.resize(LARGE).save(path)
        for copy in range(3, 60, 3):
            shutil.copy(path, folder / f"{number + copy}.png")
    with zipfile.ZipFile(folder / "archive.zip", "w") as archive:
        for number in range(2):
            archive.writestr(f"{number}.png", png(varied("normal", number)))
    (folder / "bad.dcm").write_bytes(b"no radiograph")
    (folder / "notes.txt").write_text("no picture")
    return folder


def children(parent):
    """The workers of a node, by the process of its raylet."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            ppid = int((path / "stat").read_text().rsplit(")")[-1].split()[1])
            if ppid == parent and (path / "cmdline").read_bytes().startswith(WORKER):
                found.append(int(path.name))
    return found


def raylet_of(node):
    (process,) = node.all_processes["raylet"]
    return process.process.pid


def table_of(folder):
    """All rows of a folder but how long each prediction took, sorted."""
    from pyarrow import parquet

    rows = parquet.read_table(folder).to_pylist()
    return sorted(({**row, "seconds": 0.0} for row in rows), key=lambda r: (r["file"], r["model"]))


def wait_for(what, process, *, seconds=120):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if process.poll() is not None:
            pytest.fail(f"the command ended too soon: {process.stderr.read().decode()}")
        if found := what():
            return found
        time.sleep(0.02)
    return pytest.fail("nothing came")


def test_every_file_has_its_rows_once_whoever_is_killed(cluster, films, trusted_run_root, tmp_path):
    run = str(trusted_run_root / "trusted")
    given = ["classify", str(films), "--run", run, "--out"]
    out = tmp_path / "table"
    command = [sys.executable, "-m", "covid_model", *given, str(out), "--ray", cluster.address]
    other = next(iter(cluster.worker_nodes))
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE) as process:
        wait_for(lambda: len(list(out.glob("part-*"))) >= 2, process)
        (worker,) = children(raylet_of(cluster.head_node))
        os.kill(worker, signal.SIGKILL)
        before = len(list(out.glob("part-*")))
        wait_for(lambda: len(list(out.glob("part-*"))) > before, process)
        (last,) = wait_for(lambda: children(raylet_of(other)), process)
        os.kill(raylet_of(other), signal.SIGKILL)
        os.kill(last, signal.SIGKILL)
        words = process.stderr.read().decode()
        assert process.wait(120) == 0, words
    assert "Files: 63 (" in words
    assert "Left out, as they are no pictures: 1." in words
    whole = tmp_path / "whole.parquet"
    assert cli.main([*given, str(whole)]) == 0
    assert len(table_of(whole)) == 62 * 3 + 1
    assert table_of(out) == table_of(whole)
    assert not list(out.glob(".partial*"))
