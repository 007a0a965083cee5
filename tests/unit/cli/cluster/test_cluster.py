"""The command classify on a cluster of two nodes, where a worker and then a node are killed."""

import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from covid_model import cli
from tests import ray_nodes
from tests.drawings import png, varied
from tests.imports import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds the workers of a node in /proc"),
]
LARGE = (1600, 1900)  # so that a film takes a while


@pytest.fixture(scope="module")
def cluster():
    """Two nodes of one processor core each."""
    pytest.importorskip("ray", reason="the extra cluster is not installed")
    with ray_nodes.started(1, 1) as nodes:
        yield nodes


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    """Films that take a while, an archive, a file that is no film, and one that is no picture."""
    folder = tmp_path_factory.mktemp("films")
    for number, label in enumerate(["covid", "normal", "infection"]):
        path = folder / f"{number}.png"
        path.write_bytes(png(varied(label, number)))
        with Image.open(path) as small:
            small.resize(LARGE).save(path)
        for copy in range(3, 36, 3):
            shutil.copy(path, folder / f"JOHN-DOE-{number + copy}.png")
    with zipfile.ZipFile(folder / "archive.zip", "w") as archive:
        for number in range(2):
            archive.writestr(f"{number}.png", png(varied("normal", number)))
    (folder / "bad.dcm").write_bytes(b"no radiograph")
    (folder / "notes.txt").write_text("no picture")
    return folder


def table_of(folder):
    """All rows of a folder but how long each prediction took, sorted."""
    from pyarrow import parquet

    return in_order({**row, "seconds": 0.0} for row in parquet.read_table(folder).to_pylist())


def in_order(rows):
    return sorted(rows, key=lambda row: (row["file"], row["model"]))


def wait_for(what, process, *, seconds=120):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if process.poll() is not None:
            pytest.fail(f"the command ended too soon: {process.stderr.read().decode()}")
        if found := what():
            return found
        time.sleep(0.02)
    return pytest.fail("nothing came")


@pytest.fixture(scope="module")
def run(tiny_runs):
    return str(tiny_runs / "trusted" / "trusted")


def test_every_file_has_its_rows_once_whoever_is_killed(cluster, films, run, tmp_path, capsys):
    given = ["classify", str(films), "--run", run, "--out"]
    out = tmp_path / "table"
    command = [sys.executable, "-m", "covid_model", *given, str(out), "--ray", cluster.address]

    def done(more_than=0):
        count = len(list(out.glob("part-*")))
        return count if count > more_than else 0

    with subprocess.Popen(
        command, cwd=ROOT, env=cluster.environment, stderr=subprocess.PIPE
    ) as process:
        wait_for(done, process)
        (worker,) = wait_for(cluster.nodes[0].workers, process)
        os.kill(worker, signal.SIGKILL)
        before = done()
        wait_for(lambda: done(before), process)
        wait_for(cluster.nodes[1].workers, process)
        cluster.nodes[1].kill()
        words = process.stderr.read().decode()
        assert process.wait(120) == 0, words
    assert "Files: 39 (" in words
    assert "Left out, as they are no pictures: 1." in words
    whole = tmp_path / "whole.parquet"
    assert cli.main([*given, str(whole)]) == 0
    assert len(table_of(whole)) == 38 * 3 + 1
    assert table_of(out) == table_of(whole)
    assert not list(out.glob(".partial*"))
    logs = [path for path in cluster.folder.rglob("*") if path.is_file()]
    assert len(logs) > 10
    assert not [path for path in logs if b"JOHN-DOE" in path.read_bytes()]

    # What is left of the cluster goes on with the same folder, and other files, by their URL.
    again = ["classify", f"file://{films}", "--run", run, "--out", str(out), "--resume"]
    code = subprocess.run(
        [sys.executable, "-m", "covid_model", *again, "--ray", cluster.address],
        cwd=ROOT, env=cluster.environment, capture_output=True, check=False,
    )  # fmt: skip
    assert code.returncode == 0, code.stderr.decode()
    renamed = [{**row, "file": f"file://{row['file']}"} for row in table_of(whole)]
    assert table_of(out) == in_order(table_of(whole) + renamed)
