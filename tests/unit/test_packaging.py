"""What the project installs as: the version, dependencies, commands, the files in a wheel."""

import importlib
import tomllib

import pytest

import covid_model
from covid_model.common.system import paths
from tests.imports import ROOT

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PROJECT = PYPROJECT["project"]
WHEEL = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]


def requirements(name):
    """The requirements that a file lists itself, without comments or files that it names."""
    lines = (ROOT / name).read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith(("#", "-r"))]


def test_the_requirements_files_say_what_the_project_says():
    extras = PROJECT["optional-dependencies"]
    assert requirements("requirements-serve.txt") == PROJECT["dependencies"]
    parts = ("train", "pacs", "sign", "export", "cluster", "dev")
    everything = [requirement for part in parts for requirement in extras[part]]
    assert requirements("requirements.txt") == list(dict.fromkeys(everything))
    assert "-r requirements-serve.txt\n" in (ROOT / "requirements.txt").read_text("utf-8")


def test_the_version_stands_in_one_place():
    assert "version" not in PROJECT
    path = ROOT / PYPROJECT["tool"]["hatch"]["version"]["path"]
    assert f'__version__ = "{covid_model.__version__}"' in path.read_text("utf-8")


@pytest.mark.parametrize("command", PROJECT["scripts"])
def test_a_command_leads_to_a_function(command):
    module, function = PROJECT["scripts"][command].split(":")
    assert callable(getattr(importlib.import_module(module), function))


def test_a_wheel_has_the_assets_where_an_installed_copy_looks():
    for folder in (paths.SHIPPED_RUNS, paths.LUNGS, paths.SAMPLES):
        assert folder.relative_to(ROOT).as_posix() in WHEEL["only-include"]
    assert WHEEL["sources"]["assets"] == (paths.PACKAGE / "assets").relative_to(ROOT).as_posix()
