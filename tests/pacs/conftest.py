"""What the tests of a PACS share: a real server, films in it, the command."""

import os
import subprocess
import sys

import pytest

from tests.dicoms import radiograph
from tests.drawings import drawing, noise
from tests.imports import ROOT
from tests.pacs.orthanc import PASSWORD, USER, available, orthanc

BASE = "1.2.826.0.1.3680043.8.498"
DAY = "20260102"
STUDY_DAY = ("--query", f"StudyDate={DAY}")


@pytest.fixture(scope="session", autouse=True)
def installed():
    """Skip without Orthanc."""
    if not available():
        if os.environ.get("CI") == "true":
            pytest.fail("Orthanc is not installed, but CI=true promises it")
        pytest.skip("Orthanc with its DICOMweb plugin is not installed")


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A server without films, whose user and password are in the environment."""
    monkeypatch.setenv("COVID_XRAY_PACS_USER", USER)
    monkeypatch.setenv("COVID_XRAY_PACS_PASSWORD", PASSWORD)
    folder = tmp_path / "orthanc"
    folder.mkdir()
    with orthanc(folder) as running:
        yield running


def film(number: int, picture=None, **tags) -> bytes:
    """A film in a study of its own, of a patient whose name must never be told."""
    elements = {
        "StudyInstanceUID": f"{BASE}.1.{number}",
        "SeriesInstanceUID": f"{BASE}.2.{number}",
        "SOPInstanceUID": f"{BASE}.3.{number}",
        "StudyDate": DAY,
        "StudyTime": "101500",
        "WindowCenter": 2048,  # the greys as they are drawn
        "WindowWidth": 4096,
        "PatientBirthDate": "19700101",
        "PatientSex": "F",
        "StudyID": "7",
        "AccessionNumber": f"A{number}",
        "ReferringPhysicianName": "",
    }
    return radiograph(drawing() if picture is None else picture, **{**elements, **tags})


def films_of_each_status() -> list[bytes]:
    """One that is answered, one that is not, one that is refused as novel."""
    return [film(1), film(2, drawing(covid=0.3)), film(3, noise())]


def command(*arguments, **how) -> subprocess.CompletedProcess:
    """Run ``python -m covid_model pacs`` in a process of its own."""
    line = [sys.executable, "-m", "covid_model", "pacs", *map(str, arguments)]
    return subprocess.run(
        line, cwd=ROOT, capture_output=True, text=True, timeout=how.pop("timeout", 300), **how
    )
