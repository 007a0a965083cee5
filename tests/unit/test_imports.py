"""Imports point one way: what each package may import, and that no packages import in a circle."""

import ast
import json
import subprocess
import sys
from collections import defaultdict
from graphlib import CycleError, TopologicalSorter

import pytest

from tests.imports import ROOT, files_of, imported_names

PROJECT = ("covid_model", "dashboard", "train_models", "benchmarks", "tests", "assets", "docs")
TRAINS = ("tensorflow", "keras", "torch", "jax")
TABLES = ("pandas", "scipy", "sklearn", "skimage")
# Package -> the packages of the project that it may import, then what it must not import of others.
# The longest name that fits decides; a package may always import itself.
CORE = ("covid_model.imaging", "covid_model.runs", "covid_model.common")
SERVES = ("covid_model.serving", "covid_model.inference", *CORE)
KNOWS_DATA = ("covid_model.data", "covid_model.evaluation", "covid_model.inference", *CORE)
NETWORKS = ("covid_model.training.networks", "covid_model.training.recipes")
PAGES = ("dashboard.session", "dashboard.i18n", *SERVES)
RULES = {
    "covid_model.common": ((), (*TRAINS, *TABLES, "streamlit")),
    "covid_model.imaging": (("covid_model.common",), (*TRAINS, *TABLES, "streamlit")),
    "covid_model.imaging.dicom": (("covid_model.common",), (*TRAINS, *TABLES, "streamlit")),
    "covid_model.runs": (("covid_model.common",), (*TRAINS, *TABLES, "streamlit")),
    "covid_model.inference": (CORE, (*TRAINS, *TABLES, "streamlit")),
    "covid_model.serving": (("covid_model.inference", *CORE), (*TRAINS, *TABLES, "streamlit")),
    "covid_model.data": (("covid_model.inference", *CORE), (*TRAINS, "streamlit")),
    "covid_model.evaluation": (
        ("covid_model.inference", *CORE),
        (*TRAINS, "scipy", "sklearn", "skimage", "streamlit"),
    ),
    "covid_model.evaluation.comparison.asking": (
        ("covid_model.evaluation", "covid_model.data", *SERVES),
        (*TRAINS, "scipy", "sklearn", "skimage", "streamlit"),
    ),
    "covid_model.cli": (
        (
            # the results that the command pacs stores are the dashboard's exports
            "dashboard.cases.pacs",
            *("covid_model.serving", "covid_model.evaluation", "covid_model.data"),
            *CORE,
        ),
        (*TRAINS, *TABLES, "streamlit"),
    ),
    "covid_model.cli.export": (
        ("covid_model.inference", *CORE),
        ("keras", "torch", "jax", *TABLES, "streamlit"),
    ),
    "covid_model.training": (KNOWS_DATA, ("streamlit",)),
    "covid_model.training.recipes": (KNOWS_DATA, ("keras", "tensorflow", "streamlit")),
    "covid_model.training.networks": ((*NETWORKS, *KNOWS_DATA), ("streamlit",)),
    "covid_model.training.inputs": ((*NETWORKS, *KNOWS_DATA), ("streamlit",)),
    "covid_model.training.heads": (
        ("covid_model.training.inputs", *NETWORKS, *KNOWS_DATA),
        ("streamlit",),
    ),
    "covid_model.training.loop": (
        ("covid_model.training.inputs", *NETWORKS, *KNOWS_DATA),
        ("streamlit",),
    ),
    "covid_model.training.audit": ((*NETWORKS, *KNOWS_DATA), ("streamlit",)),
    "covid_model.training.export": (
        (
            "covid_model.training.audit",
            "covid_model.training.heads",
            "covid_model.training.job",
            *NETWORKS,
            *KNOWS_DATA,
        ),
        ("streamlit",),
    ),
    "covid_model.training.integers": (KNOWS_DATA, (*TRAINS, "streamlit")),
    "covid_model.training.workflows": (("covid_model.training", *KNOWS_DATA), ("streamlit",)),
    "covid_model.training.cli": (("covid_model.training", *KNOWS_DATA), (*TRAINS, "streamlit")),
    "covid_model": (("covid_model.cli", *CORE), (*TRAINS, *TABLES, "streamlit")),
    "dashboard.i18n": (("covid_model.common",), TRAINS),
    "dashboard.session": (SERVES, TRAINS),
    "dashboard.frame": (PAGES, TRAINS),
    "dashboard.server": (
        ("dashboard.frame", "dashboard.session", "dashboard.i18n", "covid_model.common"),
        TRAINS,
    ),
    "dashboard.server.warm_up": (
        ("dashboard.cases", "dashboard.components", "dashboard.session", *SERVES),
        TRAINS,
    ),
    "dashboard.components": (PAGES, TRAINS),
    "dashboard.cases": (("dashboard.components", "dashboard.frame", *PAGES), TRAINS),
    "dashboard.cases.viewer": (("dashboard.components", "dashboard.frame", *PAGES), TRAINS),
    "dashboard.cases.reader_study": (
        ("dashboard.cases.viewer", "dashboard.components", *PAGES),
        TRAINS,
    ),
    "dashboard.reports": (("dashboard.components", "dashboard.frame", *PAGES), TRAINS),
    # judges uploads; nothing else of the pages may, so that these need pandas at most
    "dashboard.reports.hospital": (
        (
            *("dashboard.reports", "dashboard.components", "dashboard.frame", *PAGES),
            *("covid_model.evaluation.comparison", "covid_model.evaluation.tables"),
            "covid_model.data.hospital",
        ),
        (*TRAINS, "scipy", "sklearn", "skimage"),
    ),
    "dashboard": (("dashboard", *SERVES), TRAINS),
    "train_models": (("covid_model.training.cli",), (*TRAINS, *TABLES, "streamlit")),
    "benchmarks": (("covid_model",), ("streamlit",)),
    "benchmarks.all": (("benchmarks", "covid_model"), (*TRAINS, *TABLES, "streamlit")),
    "benchmarks.batch": (
        ("covid_model.common", "tests.dicoms"),
        (*TRAINS, *TABLES, "streamlit"),
    ),
    "benchmarks.cluster": (
        ("benchmarks.batch", "covid_model.cli.cluster", "covid_model.common", "tests.ray_nodes"),
        (*TRAINS, "streamlit"),
    ),
    "benchmarks.dashboard": (
        (
            "benchmarks.films",
            "benchmarks.load",
            "covid_model.runs",
            "covid_model.common",
            "dashboard.session",
            "tests.browser",
            "tests.deployment",
        ),
        TRAINS,
    ),
    "benchmarks.films": (("covid_model.common", "tests.dicoms"), (*TRAINS, "streamlit")),
    "benchmarks.limits": (("benchmarks.serving", *SERVES), (*TRAINS, *TABLES, "streamlit")),
    "benchmarks.load": (("benchmarks.load_client", "tests.browser"), (*TRAINS, "streamlit")),
    "benchmarks.load_client": (("covid_model.common", "tests.deployment"), TRAINS),
    "benchmarks.pacs": (("benchmarks.load", "tests.drawings", "tests.pacs"), TRAINS),
    "benchmarks.reader_study": (
        ("benchmarks.switching", "covid_model.common", "tests.browser"),
        TRAINS,
    ),
    "benchmarks.reading": (("benchmarks", "tests.deployment"), (*TRAINS, "streamlit")),
    "benchmarks.removals": (
        ("benchmarks.load", "tests.deployment", "tests.dicoms", "tests.drawings"),
        (*TRAINS, "streamlit"),
    ),
    "benchmarks.switching": (("covid_model.common", "tests.browser"), TRAINS),
    "benchmarks.workers": ((), (*TRAINS, *TABLES, "streamlit")),
}


def sources(*parts):
    """The Python files of files or folders, as paths relative to the root."""
    paths = [
        path.relative_to(ROOT).as_posix()
        for part in parts
        for path in ([ROOT / part] if part.endswith(".py") else (ROOT / part).rglob("*.py"))
    ]
    return sorted(paths)


def module_of(path):
    """The dotted name of the file at ``path``."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def within(name, packages):
    """Whether a dotted name is one of the packages, or in one."""
    return f"{name}.".startswith(tuple(f"{package}." for package in packages))


def trespasses(path, text):
    """The names that the file at ``path`` imports against the rules."""
    module = module_of(path)
    package = max((row for row in RULES if within(module, [row])), key=len)
    allowed, banned = RULES[package]
    return [
        name
        for name in imported_names(ast.parse(text), path.split("/")[:-1])
        if (
            not within(name, [package, *allowed]) if within(name, PROJECT) else within(name, banned)
        )
    ]


ALL = sources("covid_model", "dashboard", "train_models.py", "benchmarks")


@pytest.mark.parametrize("path", ALL)
def test_imports_follow_the_rules(path):
    assert trespasses(path, (ROOT / path).read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("covid_model/serving/new.py", "from covid_model import training"),
        ("covid_model/serving/new.py", "from ..training.heads import refit"),
        ("covid_model/serving/new.py", "def f():\n    import keras.layers"),
        ("covid_model/training/new.py", "import covid_model.serving.batch_outputs"),
        ("covid_model/imaging/new.py", "from ..serving import decide"),
        ("covid_model/evaluation/new.py", "import tensorflow"),
        ("dashboard/views/new.py", "from tensorflow import lite"),
        ("dashboard/cases/new.py", "from dashboard.reports import tables"),
        ("train_models.py", "from dashboard.reports.charts import history_chart"),
    ],
)
def test_an_import_against_the_rules_is_found(path, text):
    assert len(trespasses(path, text)) == 1


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("covid_model/training/new.py", "import keras\nfrom covid_model.runs import load_run"),
        ("covid_model/serving/new.py", "from .reliability import Reliability\nimport torchless"),
        ("dashboard/views/new.py", "import pandas\nfrom covid_model.serving import decide"),
    ],
)
def test_an_import_along_the_rules_is_let_through(path, text):
    assert trespasses(path, text) == []


def test_no_packages_import_in_a_circle():
    packages = defaultdict(set)
    for path in sources("covid_model", "dashboard"):
        own = (ROOT / path).parent
        names = imported_names(ast.parse((ROOT / path).read_text("utf-8")), list(own.parts))
        for name in names:
            # The file that holds the name; the packages above it only say where it lies.
            for file in list(files_of(name))[-1:]:
                if file.parent != own:
                    packages[own].add(file.parent)
    try:
        TopologicalSorter(packages).prepare()
    except CycleError as error:
        circle = [str(package.relative_to(ROOT)) for package in error.args[1]]
        pytest.fail(f"packages import in a circle: {' -> '.join(circle)}")


@pytest.mark.parametrize("part", ["covid_model", "dashboard"])
def test_no_folder_has_more_entries_than_one_takes_in(part):
    folders = {path.parent for path in (ROOT / part).rglob("*.py")}
    crowded = {
        str(folder.relative_to(ROOT)): len(entries)
        for folder in folders
        if len(entries := [e for e in folder.iterdir() if e.name != "__pycache__"]) > 12
    }
    assert crowded == {}


def loaded_after(modules, heavy=TRAINS):
    """Which of some heavy packages a new process has loaded after importing ``modules``."""
    code = (
        f"import importlib, json, sys\nfor name in {modules!r}: importlib.import_module(name)\n"
        f"print(json.dumps([name for name in {heavy!r} if name in sys.modules]))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return json.loads(result.stdout)


def test_serving_starts_without_tensorflow():
    assert loaded_after(["covid_model.serving", "covid_model.serving.batch"]) == []


def test_the_dashboards_modules_start_without_tensorflow():
    scripts = (
        "dashboard/app.py",
        "dashboard/main.py",
        "dashboard/views/",
    )  # Streamlit runs these, nobody imports them
    modules = [path for path in sources("dashboard") if not path.startswith(scripts)]
    names = [module_of(path) for path in modules]
    assert "dashboard.session.inference" in names
    assert loaded_after(names) == []


def test_the_page_of_a_hospital_starts_without_what_serving_does_not_install():
    names = [module_of(path) for path in sources("dashboard/reports/hospital")]
    assert loaded_after(names, (*TRAINS, "scipy", "sklearn", "skimage")) == []


@pytest.mark.parametrize("path", sources("covid_model", "dashboard"))
def test_a_module_says_in_one_sentence_what_it_is(path):
    docstring = ast.get_docstring(ast.parse((ROOT / path).read_text("utf-8")))
    assert docstring, "the module has no docstring"
    first, *rest = docstring.splitlines()
    assert first.endswith(".")
    assert not rest or not rest[0], "the first sentence goes on in the second line"
    assert ". " not in first, "more than one sentence"
