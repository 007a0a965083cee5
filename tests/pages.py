"""The dashboard's pages and moved addresses, read off ``dashboard/main.py``."""

import ast
from pathlib import Path

APP = Path(__file__).resolve().parents[1] / "dashboard" / "main.py"


def _table(*columns: str) -> list[tuple[str, ...]]:
    """Return the rows that main.py goes through under some names; messages are in English."""
    [rows] = [
        part.iter
        for part in ast.walk(ast.parse(APP.read_text("utf-8")))
        if isinstance(part, ast.comprehension)
        and isinstance(part.target, ast.Tuple)
        and [ast.unparse(name) for name in part.target.elts] == list(columns)
    ]
    assert isinstance(rows, ast.Tuple)
    return [tuple(_text(cell) for cell in row.elts) for row in rows.elts]


def _text(cell: ast.expr) -> str:
    return ast.literal_eval(cell.args[0] if isinstance(cell, ast.Call) else cell)


TITLES = {file: title for file, title, *_ in _table("file", "title", "icon", "about")}
PAGES = tuple(TITLES)  # in the order of the navigation; the first is the one at the root
MOVED = dict(_table("old", "file"))  # old address -> page
