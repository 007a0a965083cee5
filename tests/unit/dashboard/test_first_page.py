"""What is imported before the first page: nothing that takes long and is not shown there."""

import json
import subprocess
import sys

import pytest

SCRIPT = """
import json, sys
import streamlit
before = set(sys.modules)
from dashboard.frame import error_boundary, keeper, login_gate, receiver
from dashboard.i18n import streamlit_words
from dashboard.server import departures, login, logs, middleware
print(json.dumps(sorted({name.split(".")[0] for name in set(sys.modules) - before})))
"""


@pytest.fixture(scope="module")
def imported():
    """The packages that server and frame import beyond Streamlit."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, check=True, text=True
    )
    return set(json.loads(done.stdout))


@pytest.mark.parametrize("package", ["numpy", "pandas", "cv2", "ai_edge_litert", "pydicom"])
def test_the_first_page_does_not_wait_for_what_reads_pictures(imported, package):
    assert package not in imported


def test_the_package_still_gives_its_reader():
    import covid_model

    assert covid_model.read_radiograph.__module__ == "covid_model.imaging.reader"
    assert covid_model.Radiograph.__module__ == "covid_model.imaging.radiograph"
    with pytest.raises(AttributeError, match="no attribute 'diagnosis'"):
        _ = covid_model.diagnosis
