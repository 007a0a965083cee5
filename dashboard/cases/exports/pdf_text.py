"""Text that the fonts of every PDF reader can show."""

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


def printable(words: str) -> str:
    """Put what the standard fonts lack in letters that they have.

    A letter loses its accent where only that is lacking; what has no likeness becomes "?".
    Control, joining or direction marks go; a line break becomes a space.
    """
    return "".join(_letter(one) for one in unicodedata.normalize("NFC", words))


def _letter(one: str) -> str:
    if one.isspace():
        return one if one == "\u00a0" else " "
    if unicodedata.category(one) in ("Cc", "Cf", "Mn", "Cs"):
        return ""
    if _has(one):
        return one
    likeness = ALIKE.get(one) or unicodedata.normalize("NFKD", one)
    return "".join(
        ALIKE.get(part, part if _has(part) else "?")
        for part in likeness
        if unicodedata.category(part) != "Mn"
    )


def _has(one: str) -> bool:
    try:
        one.encode(ENCODING)
    except UnicodeEncodeError:
        return False
    return True
