"""Tests that import a framework for training bear its mark, so that the others start fast."""

import ast
import functools
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from tests import conftest
from tests.conftest import FRAMEWORKS, MARKED
from tests.imports import ROOT, files_of, imported_names, when_imported

FILES = sorted(ROOT.glob("tests/**/test_*.py"))


@functools.cache
def top_imports(path):
    """The frameworks, then the project's files, that importing a file imports by itself."""
    package = list(path.relative_to(ROOT).parent.parts)
    names = list(imported_names(ast.parse(path.read_text("utf-8")), package, when_imported))
    frameworks = {name.split(".")[0] for name in names} & set(FRAMEWORKS)
    return frameworks, {file for name in names for file in files_of(name)}


def loads_a_framework(path):
    """Whether importing a file imports one, at any depth."""
    seen, waiting = set(), [path]
    while waiting:
        path = waiting.pop()
        if path not in seen:
            seen.add(path)
            frameworks, files = top_imports(path)
            if frameworks:
                return True
            waiting += files
    return False


def test_files_that_load_a_framework_are_marked_whole():
    loading = [path for path in FILES if loads_a_framework(path)]
    assert len(loading) > 9
    unmarked = [path for path in loading if not MARKED.search(path.read_text("utf-8"))]
    assert unmarked == [], "pytestmark is missing"


def test_frameworks_are_found_behind_other_files():
    assert loads_a_framework(ROOT / "tests/tiny.py")
    assert not loads_a_framework(ROOT / "tests/drawings.py")


WHOLE = """
import pytest
pytestmark = pytest.mark.tensorflow
import keras
def test_one(): pass
"""
MIXED = """
import pytest
@pytest.fixture
def keras(): import keras
def test_plain(): pass
@pytest.mark.tensorflow
def test_marked(keras): pass
def test_unmarked(keras): pass
def test_later(): pass
"""


def test_a_session_without_tensorflow_loads_none(tmp_path):
    (tmp_path / "keras.py").touch()
    (tmp_path / "test_mixed.py").write_text(MIXED)
    (tmp_path / "test_whole.py").write_text(WHOLE)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-p", "no:cacheprovider",
         "-c", str(ROOT / "pyproject.toml"), "-m", "not tensorflow", str(tmp_path)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (tmp_path, ROOT)))},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert "test_unmarked" in done.stdout
    assert "imports keras without the mark tensorflow" in done.stdout
    assert "1 failed, 2 passed, 1 deselected" in done.stdout


@pytest.mark.parametrize("mark", [None, pytest.mark.tensorflow])
def test_only_a_marked_test_may_import_one(mark):
    item = SimpleNamespace(stash=pytest.Stash(), get_closest_marker=lambda name: mark)
    with pytest.MonkeyPatch.context() as patch:
        patch.delitem(sys.modules, "keras", raising=False)
        conftest.pytest_runtest_setup(item)
        call = conftest.pytest_runtest_call(item)
        next(call)
        patch.setitem(sys.modules, "keras", SimpleNamespace())
        with pytest.raises(StopIteration if mark else pytest.fail.Exception):
            call.send(None)
