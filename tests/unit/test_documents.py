"""README and docs: short, with links that lead somewhere and examples that run."""

import contextlib
import csv
import io
import json
import re
import shlex

import pytest

import train_models
from covid_model import cli
from covid_model.common.classes import CLASS_NAMES
from covid_model.common.disclaimer import NOTICE
from covid_model.common.system.paths import LUNGS, SHIPPED_RUNS
from tests.imports import ROOT

DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md"))
)
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")


def blocks(document):
    """The fenced blocks of a document, as (language, text)."""
    return FENCE.findall((ROOT / document).read_text("utf-8"))


def commands(program):
    """The arguments of each call of a program in the documents' blocks.

    Those of ``extending.md`` are left out: it trains a network that the table does not have.
    """
    documents = [name for name in DOCUMENTS if name != "docs/extending.md"]
    texts = [text for name in documents for language, text in blocks(name) if not language]
    lines = "".join(texts).replace("\\\n", "").splitlines()
    calls = [line.partition(f"{program} ")[2] for line in lines if f"{program} " in line]
    return sorted({call.partition(" #")[0].strip() for call in calls})


def anchors(path):
    """The anchors of a document's headings, as GitHub and MkDocs make them."""
    prose = FENCE.sub("", path.read_text("utf-8"))
    headings = re.findall(r"^#+ (.+)$", prose, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", text.lower()).replace(" ", "-") for text in headings}


def broken_links(document):
    """The relative links of a document that lead nowhere."""
    prose = FENCE.sub("", (ROOT / document).read_text("utf-8"))
    broken = []
    for link in LINK.findall(prose):
        target, _, anchor = link.partition("#")
        path = (ROOT / document).parent / target if target else ROOT / document
        if re.match(r"\w+:", link):
            continue
        if not path.is_file() or (anchor and anchor not in anchors(path)):
            broken.append(link)
    return broken


def keys_of(value):
    """The keys of a JSON value at any depth, without those that are values: names, versions."""
    if isinstance(value, list):
        return {key for entry in value for key in keys_of(entry)}
    if not isinstance(value, dict):
        return set()
    inner = {"recipe", "versions", "sha256", "kept", "each"}
    deeper = {key for name in value.keys() - inner for key in keys_of(value[name])}
    return (value.keys() | deeper) - set(CLASS_NAMES)


def names_stored(path):
    """What a file of a run folder names: JSON keys at any depth, or CSV columns."""
    if path.suffix == ".json":
        return keys_of(json.loads(path.read_text("utf-8")))
    with path.open(encoding="utf-8", newline="") as stream:
        return set(next(csv.reader(stream)))


STORED = sorted(
    path
    for folder in (SHIPPED_RUNS / "fifth", SHIPPED_RUNS / "paper", LUNGS)
    for path in folder.rglob("*")
    if path.suffix in (".json", ".csv")
)


@pytest.fixture
def in_a_clone(monkeypatch):
    """The root as working directory, with the shipped runs."""
    monkeypatch.chdir(ROOT)
    monkeypatch.delenv("COVID_MODEL_RUNS", raising=False)


def test_the_readme_is_short_and_has_the_notice_on_its_first_screen():
    lines = (ROOT / "README.md").read_text("utf-8").splitlines()
    assert len(lines) <= 200
    assert NOTICE in "\n".join(lines[:12])


def test_the_readme_gives_dashboard_then_tests_as_its_first_commands():
    first, second = [text for language, text in blocks("README.md") if not language][:2]
    assert "pip install -r requirements-serve.txt && streamlit run dashboard/app.py" in first
    assert second == "pip install -r requirements.txt && python -m pytest -n 2\n"
    assert "\npython -m pytest -n 2\n" in (ROOT / ".ci/run").read_text("utf-8")


def test_the_readmes_example_predicts(in_a_clone):
    (example,) = [text for language, text in blocks("README.md") if language == "python"]
    names = {}
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(example, names)
    prediction = names["prediction"]
    assert prediction.calibrated
    assert printed.getvalue().split()[0] == prediction.predicted == "covid"
    assert names["heatmap"].shape == (64, 64)
    assert names["heatmap"].min() >= 0
    assert 0 < names["heatmap"].max() <= 1


def test_the_quickstart_runs_and_prints_what_it_says(in_a_clone):
    names, printed, expected = {}, [], []
    for language, text in blocks("docs/quickstart.md"):
        if language == "python":
            with contextlib.redirect_stdout(io.StringIO()) as output:
                exec(text, names)
            printed.append(output.getvalue())
        elif language == "text":
            expected.append(text)
            assert printed[-1] == text
    assert len(expected) == 5
    assert names["png"].startswith(b"\x89PNG")


@pytest.mark.parametrize("call", commands("python -m covid_model") + commands("covid-xray"))
def test_a_documented_command_is_one(call, monkeypatch):
    for command in cli.COMMANDS:
        monkeypatch.setattr(command, "run", lambda arguments: 0)
    assert cli.main(shlex.split(call)) == 0


@pytest.mark.parametrize("call", commands("python train_models.py"))
def test_a_documented_training_is_refused_for_its_data_alone(call, capsys):
    assert train_models.main(shlex.split(call)) == 2
    assert "Received: no such folder" in capsys.readouterr().err


@pytest.mark.parametrize("document", DOCUMENTS)
def test_relative_links_lead_somewhere(document):
    assert broken_links(document) == []


def test_a_broken_link_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr("tests.unit.test_documents.ROOT", tmp_path)
    (tmp_path / "good.md").write_text("# What is it?\n\n[self](#what-is-it) [out](https://a.org)")
    (tmp_path / "bad.md").write_text("[a](none.md) [b](good.md#where) [c](good.md#what-is-it)")
    assert broken_links("good.md") == []
    assert broken_links("bad.md") == ["none.md", "good.md#where"]


@pytest.mark.parametrize(
    "path", STORED, ids=lambda path: str(path.relative_to(SHIPPED_RUNS.parent))
)
def test_the_run_folders_page_names_every_file_key_and_column(path):
    page = (ROOT / "docs/run-folder.md").read_text("utf-8")
    assert path.name in page
    described = set(re.findall(r"`([^`\n]+)`", FENCE.sub("", page)))
    lacking = names_stored(path) - described
    assert {name for name in lacking if name.removesuffix("_interval") not in described} == set()


def test_the_reference_has_every_module():
    pages = "\n".join(p.read_text("utf-8") for p in (ROOT / "docs/reference").glob("*.md"))
    documented = tuple(f"{name}." for name in re.findall(r"^::: (\S+)$", pages, re.MULTILINE))
    modules = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in sorted((ROOT / "covid_model").rglob("*.py"))
        if not path.name.startswith("_") and "cli" not in path.parts
    ]
    assert len(modules) > 100
    assert [name for name in modules if not f"{name}.".startswith(documented)] == []
