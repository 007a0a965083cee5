"""Plain form of header text: capitals without accents, split into words."""

import re
import unicodedata
from collections.abc import Iterable

UNDECOMPOSED = str.maketrans({"Ł": "L", "Ø": "O", "Đ": "D"})
GLUED = re.compile(r"\b(CHEST|THORAX|TORAX|TORACE)(?=[^\W\d])")  # CHESTLAT
# P.A., a.-p., L/L: two letters of a direction each are one word.
DIRECTION = re.compile(r"\b([APL])\.?\s?[.\-/ ]\s?([APL])\b")


def plain(text: str) -> str:
    """Return text in capitals, without accents, wide letters narrow: "Tórax" is "TORAX"."""
    letters = unicodedata.normalize("NFKD", _repaired(text).upper().replace("_", " "))
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", bare).translate(UNDECOMPOSED)


def words_of(text: str) -> set[str]:
    """Return the words of a ``plain`` text: letters alone, digits part them."""
    split = DIRECTION.sub(r"\1\2", GLUED.sub(r"\1 ", text))
    return set(re.findall(r"[^\W\d]+", split))


def any_starts(words: Iterable[str], stems: tuple[str, ...]) -> bool:
    """Whether one of the words starts with one of the stems."""
    return any(word.startswith(stems) for word in words)


def _repaired(text: str) -> str:
    """Undo what reading UTF-8 as Latin-1 does, where a file does not tell its character set."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text
