"""Results that are kept on disk: in which folder and how they are written whole."""

from collections.abc import Callable
from pathlib import Path


def default_cache(kind: str) -> Path:
    """Where results of a kind are kept unless a command says otherwise, in the user's cache."""
    return Path.home() / ".cache" / "covid_model" / kind


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file whole or not at all: an interrupted program leaves no damaged file.

    Args:
        path: the file to write.
        write: writes it under another name with the same ending, before it gets its own.
    """
    partial = path.with_name(f"partial-{path.name}")
    try:
        write(partial)
        partial.replace(path)
    except OSError:  # a full disk, say: what is there of it would keep it full
        partial.unlink(missing_ok=True)
        raise
