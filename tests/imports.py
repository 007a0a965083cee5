"""What Python files import, read off their source without importing them."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

Walk = Callable[[ast.AST], Iterator[ast.AST]]
ROOT = Path(__file__).resolve().parent.parent


def when_imported(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the statements that run when a file is imported: no body of a function."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield child
            yield from when_imported(child)


def imported_names(tree: ast.AST, package: list[str], walk: Walk = ast.walk) -> Iterator[str]:
    """Yield every dotted name that a file imports, anywhere in it.

    Args:
        tree: the file.
        package: the parts of the package that the file is in, for relative imports.
        walk: yields the nodes to read; ``when_imported`` leaves out what functions import.
    """
    for node in walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *filter(None, [node.module])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def files_of(name: str) -> Iterator[Path]:
    """Yield the project's files that importing a dotted name runs: module and packages above."""
    parts = name.split(".")
    for end in range(1, len(parts) + 1):
        base = ROOT.joinpath(*parts[:end])
        for file in (base / "__init__.py", base.with_suffix(".py")):
            if file.is_file():
                yield file


def import_closure(*starts: Path) -> list[Path]:
    """Return the files and every project file that they import, at any depth, sorted."""
    seen, waiting = set(), [path.resolve() for path in starts]
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        package = list(path.relative_to(ROOT).parent.parts)
        names = imported_names(ast.parse(path.read_text("utf-8")), package)
        waiting += [file for name in names for file in files_of(name)]
    return sorted(seen)
