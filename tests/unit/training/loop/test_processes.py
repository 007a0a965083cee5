"""A training that two JAX processes share ends as in one."""

import importlib.util
import os
import re
import socket
import subprocess
import sys

import numpy as np
import pytest

from tests.imports import ROOT

EXCHANGE = re.compile(
    r"= (.*?) (all-\w+|reduce-scatter|collective-\w+|ragged-all-to-all|send|recv)[\w-]*\("
)

pytestmark = pytest.mark.slow


def start(folder, **environment):
    """Start tests.joined_training in a folder of its own, beside one for the compiled steps."""
    folder.mkdir()
    steps = folder.with_name(f"{folder.name}-steps")
    environment["XLA_FLAGS"] = f"--xla_dump_to={steps} --xla_dump_hlo_module_re=.*train_step.*"
    with folder.with_suffix(".log").open("wb") as said:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.joined_training", folder],
            cwd=ROOT,
            env={**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu", **environment},
            stdout=said,
            stderr=said,
        )


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """The folders of one process that trained alone and of two that trained together."""
    if importlib.util.find_spec("jax") is None:
        pytest.skip("jax is not installed")
    folder = tmp_path_factory.mktemp("processes")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    pair = {"KERAS_DISTRIBUTION_JOB_ADDRESSES": address, "KERAS_DISTRIBUTION_NUM_PROCESSES": "2"}
    started = [start(folder / "alone")] + [
        start(folder / f"process-{number}", KERAS_DISTRIBUTION_PROCESS_ID=str(number), **pair)
        for number in range(2)
    ]
    try:
        codes = [process.wait(timeout=300) for process in started]
    finally:
        for process in started:
            process.kill()
            process.wait()
    said = {path.stem: path.read_text("utf-8", "replace") for path in folder.glob("*.log")}
    assert codes == [0, 0, 0], said
    return folder


def arrays(folder):
    with np.load(folder / "found.npz") as stored:
        return [stored[name] for name in stored.files]


def test_two_processes_end_with_the_weights_of_one(folders):
    """The sums of four images and of four, added, are rounded otherwise than the sum of eight.

    That is some 1e-7 of weights below 1 a step, for 8 steps.
    """
    pairs = zip(arrays(folders / "alone"), arrays(folders / "process-0"), strict=True)
    for one, other in pairs:
        np.testing.assert_allclose(other, one, rtol=0, atol=1e-5)


def test_images_stay_where_they_are(folders):
    """Gradients are exchanged, with sums of batch normalisation, loss and accuracy."""
    shapes = set()
    for file in (folders / "process-0-steps").glob("*train_step*after_optimizations.txt"):
        for result, how in EXCHANGE.findall(file.read_text("utf-8")):
            assert how == "all-reduce"
            shapes.update(re.findall(r"\[([\d,]*)\]", result))
    assert shapes == {"3,3,3,4", "4", "3,4", "3", ""}  # kernels (transposed), per channel or class


def test_process_0_alone_writes_files(folders):
    names = sorted(path.name for path in (folders / "process-0" / "work").iterdir())
    assert names == sorted(path.name for path in (folders / "alone" / "work").iterdir())
    assert list((folders / "process-1").iterdir()) == []
