"""What Python files import, read off their source without importing them."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def imported_names(tree: ast.AST, package: list[str]) -> Iterator[str]:
    """Yield every dotted name that a file imports, anywhere in it.

    Args:
        tree: the file.
        package: the parts of the package that the file is in, for relative imports.
    """
    for node in ast.walk(tree):
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
