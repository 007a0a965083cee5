"""A command that is stopped says one sentence; what it is writing is whole."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from covid_model.common.system import stopping
from tests.imports import ROOT

SIGNALS = pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["INT", "TERM"]
)
TWICE = """
import signal
from covid_model.common.system import stopping

def command():
    try:
        signal.raise_signal(signal.SIGTERM)
    finally:
        signal.raise_signal(signal.SIGINT)
        print("went on")

stopping.run(command)
"""


@SIGNALS
def test_a_signal_waits_for_what_is_held(number, code, capsys):
    done = []

    def command():
        with stopping.held():
            signal.raise_signal(number)
            done.append("held")
        done.append("after")

    before = signal.getsignal(number)
    assert stopping.run(command) == code
    assert done == ["held"]
    assert capsys.readouterr().err == f"stopped: {stopping.AGAIN}\n"
    assert signal.getsignal(number) is before


def test_a_second_signal_ends_at_once():
    done = subprocess.run(
        [sys.executable, "-c", TWICE], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_a_signal_that_is_ignored_stays_so():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as nohup and a shell's & do
    try:
        assert stopping.run(lambda: signal.raise_signal(signal.SIGINT) or 0) == 0
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_an_output_that_nobody_reads_ends_without_a_word(unbuffered):
    command = [sys.executable, "-m", "covid_model", "card", "assets/runs/paper"]
    environment = os.environ | {"PYTHONUNBUFFERED": unbuffered}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, env=environment, text=True, **pipes) as process:
        process.stdout.close()  # before it writes, as `| head` does while it writes
        assert process.stderr.read() == ""
    assert process.returncode == 141


@pytest.mark.skipif(sys.platform != "linux", reason="needs /dev/full")
def test_an_output_that_takes_no_more_is_a_sentence():
    command = [sys.executable, "-m", "covid_model", "card", "assets/runs/paper"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 2
    assert done.stderr.startswith("error: The ")
    assert done.stderr.endswith("cannot be written (No space left on device).\n")


def test_signals_that_a_library_takes_are_given_back():
    before = signal.getsignal(signal.SIGTERM)
    with stopping.given_back():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    assert signal.getsignal(signal.SIGTERM) is before
