"""What the pages can say, read off the source, to hold the catalogues of languages to it."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import dashboard
from covid_model.common import errors, paper

PROJECT = Path(dashboard.__file__).resolve().parents[1]
FOLDERS = ("covid_model", "dashboard")
ENGLISH = tuple(  # what no page says: the command line, the server's start, training, model cards
    PROJECT / part
    for part in (
        "dashboard/server/login.py",
        *(
            f"covid_model/{part}"
            for part in (
                *("cli", "data", "evaluation", "training", "runs/model_card"),
                *("common/system/logs.py", "common/system/requirements.py"),
                *("common/system/folder_walk.py", "common/system/signatures.py"),
                *("serving/batch.py", "serving/pacs/ledger.py", "serving/pacs/rows.py"),
            )
        ),
    )
)
SAID = tuple(  # of these, what a page says all the same
    PROJECT / "covid_model" / part
    for part in (
        *("data/csv_file.py", "data/hospital", "evaluation/comparison/asking"),
        *("evaluation/comparison/local_fit.py", "evaluation/comparison/profile.py"),
    )
)
SAYING = {"t", "Message"} | {name for name in vars(errors) if name.endswith("Error")}
FROM_FILES = (  # said though no call has them as a literal: constants, words of a report
    *paper.PROTOCOL,
    *paper.PROTOCOL.values(),
    "80 or older",
    "percentile bootstrap over patients",
    "percentile bootstrap over images, as patients are unknown",
    "percentile bootstrap over patients, over images where these are unknown",
)


def calls() -> Iterator[tuple[str, ast.expr]]:
    """Yield the first argument of every call that says something, with where it stands."""
    for folder in FOLDERS:
        for path in sorted((PROJECT / folder).rglob("*.py")):
            if _within(path, ENGLISH) and not _within(path, SAID):
                continue
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and node.args and _name(node.func) in SAYING:
                    yield f"{path.relative_to(PROJECT)}:{node.lineno}", node.args[0]


def _within(path: Path, parts: tuple[Path, ...]) -> bool:
    return any(path.is_relative_to(part) for part in parts)


def messages() -> dict[str, str]:
    """Return every message that the pages can say, with where it stands; words only."""
    found = {message: "tests/catalogue.py" for message in FROM_FILES}
    for place, argument in calls():
        if isinstance(argument, ast.Constant) and has_words(argument.value):
            found.setdefault(argument.value, place)
    return found


def has_words(message: str) -> bool:
    """Whether a template says anything beside the values in it."""
    text = "".join(literal for literal, *_ in string.Formatter().parse(message))
    return any(letter.isalpha() for letter in text)


def fields(message: str) -> set[tuple[str, str]]:
    """The values that a template wants: their names with how they are written."""
    parsed = string.Formatter().parse(message)
    return {(name, spec) for _, name, spec, _ in parsed if name is not None}


def _name(function: ast.expr) -> str:
    return getattr(function, "id", getattr(function, "attr", ""))
