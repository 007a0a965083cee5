"""Imports point one way: dashboard -> covid_model.serving -> covid_model/*.py <- training."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.imports import imported_names

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("tensorflow", "keras", "torch", "jax")
SERVING, TRAINING, APP = "covid_model.serving", "covid_model.training", "dashboard"
COMMANDS = ("train_models", "benchmarks", "tests", "covid_model.__main__")  # started, not imported

# First match decides: what the files of a part must not import.
FORBIDDEN = {
    "covid_model/serving/": (*HEAVY, *COMMANDS, TRAINING, APP, "streamlit", "pandas"),
    "covid_model/training/": (*COMMANDS, SERVING, APP, "streamlit"),
    "covid_model/data/": (*COMMANDS, SERVING, TRAINING, APP, "streamlit"),
    "covid_model/evaluation/": (*HEAVY, *COMMANDS, SERVING, TRAINING, APP, "streamlit"),
    "covid_model/cli/": (*HEAVY, *COMMANDS, APP, "streamlit"),
    "covid_model/__main__.py": (*HEAVY, *COMMANDS, APP, "streamlit"),
    "covid_model/": (*HEAVY, *COMMANDS, SERVING, TRAINING, APP, "streamlit", "pandas"),
    "dashboard/": (*HEAVY, *COMMANDS, TRAINING),
    "train_models.py": ("benchmarks", "tests", SERVING, APP),
    "benchmarks/dashboard.py": ("train_models", TRAINING),  # it times pages as browser tests do
    "benchmarks/": ("train_models", "tests", APP),
}


def sources(*parts):
    """The Python files of files or folders, as paths relative to the root."""
    found = [
        path.relative_to(ROOT).as_posix()
        for part in parts
        for path in ([ROOT / part] if part.endswith(".py") else (ROOT / part).rglob("*.py"))
    ]
    return sorted(found)


def trespasses(path, text):
    """The names that the file at ``path`` imports against the arrows."""
    names = imported_names(ast.parse(text), path.split("/")[:-1])
    forbidden = next(names for part, names in FORBIDDEN.items() if path.startswith(part))
    return [name for name in names if f"{name}.".startswith(tuple(f"{f}." for f in forbidden))]


@pytest.mark.parametrize(
    "path", sources("covid_model", "dashboard", "train_models.py", "benchmarks")
)
def test_imports_follow_the_arrows(path):
    assert trespasses(path, (ROOT / path).read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("covid_model/serving/new.py", "from covid_model import training"),
        ("covid_model/serving/new.py", "from ..training.fit import fit"),
        ("covid_model/serving/new.py", "def f():\n    import keras.layers"),
        ("covid_model/training/new.py", "import covid_model.serving.outputs"),
        ("covid_model/new.py", "from .serving import classify_case"),
        ("dashboard/views/new.py", "from tensorflow import lite"),
        ("train_models.py", "from dashboard.charts import curves"),
    ],
)
def test_an_import_against_the_arrows_is_found(path, text):
    assert len(trespasses(path, text)) == 1


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("covid_model/training/new.py", "import keras\nfrom covid_model.runs import load_run"),
        ("covid_model/serving/new.py", "from .trust import Trust\nimport torchless"),
        ("dashboard/views/new.py", "import pandas\nfrom covid_model.serving import classify_case"),
    ],
)
def test_an_import_along_the_arrows_is_let_through(path, text):
    assert trespasses(path, text) == []


def loaded_after(modules):
    """The heavy packages that a new process has loaded after importing ``modules``."""
    code = (
        f"import importlib, json, sys\nfor name in {modules!r}: importlib.import_module(name)\n"
        f"print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return json.loads(result.stdout)


def test_serving_starts_without_tensorflow():
    assert loaded_after(["covid_model.serving", "covid_model.serving.batch"]) == []


def test_the_dashboards_modules_start_without_tensorflow():
    scripts = ("dashboard/app.py", "dashboard/views/")  # Streamlit runs these, nobody imports them
    modules = [path for path in sources("dashboard") if not path.startswith(scripts)]
    names = [path[:-3].replace("/", ".").removesuffix(".__init__") for path in modules]
    assert "dashboard.session.inference" in names
    assert loaded_after(names) == []


@pytest.mark.parametrize("path", sources("covid_model", "dashboard"))
def test_a_module_says_in_one_sentence_what_it_is(path):
    docstring = ast.get_docstring(ast.parse((ROOT / path).read_text("utf-8")))
    assert docstring, "the module has no docstring"
    first, *rest = docstring.splitlines()
    assert first.endswith(".")
    assert not rest or not rest[0], "the first sentence goes on in the second line"
    assert ". " not in first, "more than one sentence"
