"""File names of a listing: natural order, junk files and printable names."""

import re
from collections.abc import Sequence

JUNK_FOLDERS = frozenset({"__macosx", "$recycle.bin", "system volume information"})
JUNK_FILES = frozenset({"dicomdir", "thumbs.db", "ehthumbs.db", "desktop.ini", "autorun.inf"})

CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
NUMBERED = re.compile("([0-9]{0,18})([^0-9]*)")  # longer numbers are compared piece by piece
LETTERS = 10**18  # what starts with none comes after every number


def printable(name: str) -> str:
    """Spell out what no line of text could hold: bytes that are no UTF-8, line ends, tabs."""
    spelled = CONTROLS.sub(lambda control: f"\\x{ord(control[0]):02x}", name)
    return spelled.encode("utf-8", "backslashreplace").decode("utf-8")


def parts_of(path: str) -> list[str]:
    """Split a path of an archive, whichever slash it has, into names to show; ".." is none."""
    return [printable(part) for part in re.split(r"[\\/]", path) if part.strip(".")]


def is_junk(parts: Sequence[str]) -> bool:
    """Whether a path leads to a hidden file, or one that a system or a DICOM disc leaves."""
    names = [part.lower() for part in parts if part.strip(".")]
    hidden = any(name.startswith(".") or name in JUNK_FOLDERS for name in names)
    return hidden or (bool(names) and names[-1] in JUNK_FILES)


def in_order(parts: Sequence[str]) -> list[list[tuple[int, str]]]:
    """Key that sorts paths folder by folder, files as people number them: IM2 before IM10."""
    return [
        [(int(digits or LETTERS), word) for digits, word in NUMBERED.findall(part.lower())]
        for part in parts
    ]
