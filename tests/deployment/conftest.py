"""What the tests of deployment share: a real server, tools of the system."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.browser.served import dashboard

NAME = "xray.example.org"  # as in deploy/nginx.conf


@pytest.fixture(scope="module")
def served(tiny_runs, tmp_path_factory):
    """The address of a real server that answers to ``NAME`` too, and the file with its log."""
    folder = tmp_path_factory.mktemp("served")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STREAMLIT_SERVER_ALLOWED_HOSTS", f"localhost 127.0.0.1 {NAME}")
        with dashboard(tiny_runs / "servable", folder) as url:
            yield url, folder / "server.log"


def tool(name: str, *, promised: bool = True) -> str:
    """The path of a program, or a skip where there is none.

    Args:
        name: of the program.
        promised: CI=true promises that it is there, so that its lack is a failure.
    """
    places = [os.environ["PATH"], str(Path(sys.executable).parent), "/usr/sbin"]
    path = shutil.which(name, path=os.pathsep.join(places))
    if path is None:
        if promised and os.environ.get("CI") == "true":
            pytest.fail(f"{name} is not installed, but CI=true promises it")
        pytest.skip(f"{name} is not installed")
    return path
