"""Text reduced to the characters of the standard PDF fonts."""

import unicodedata

ENCODING = "cp1252"  # of the standard fonts: no font is embedded; holds Western Europe's letters
ALIKE = {
    "\u2010": "-",
    "\u2011": "-",
    "\u2212": "-",
    "\u2192": "->",
    "\u2264": "<=",
    "\u2265": ">=",
    "ł": "l",
    "Ł": "L",
    "đ": "d",
    "Đ": "D",
    "ı": "i",
}


def printable(text: str) -> str:
    """Put what the standard fonts lack in letters that they have.

    A letter loses its accent where only that is lacking; what has no likeness becomes "?".
    Control, joining or direction marks go; a line break becomes a space.
    """
    return "".join(_letter(letter) for letter in unicodedata.normalize("NFC", text))


def _letter(letter: str) -> str:
    if letter.isspace():
        return letter if letter == "\u00a0" else " "
    if unicodedata.category(letter) in ("Cc", "Cf", "Mn", "Cs"):
        return ""
    if _has(letter):
        return letter
    likeness = ALIKE.get(letter) or unicodedata.normalize("NFKD", letter)
    return "".join(
        ALIKE.get(part, part if _has(part) else "?")
        for part in likeness
        if unicodedata.category(part) != "Mn"
    )


def _has(letter: str) -> bool:
    try:
        letter.encode(ENCODING)
    except UnicodeEncodeError:
        return False
    return True
