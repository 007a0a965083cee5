"""The words for readings, for their log and for its agreement with a network."""

from dashboard.language import t
from dashboard.reading_log import UNSURE, Reading
from dashboard.text import TITLES, plain


def choice(name: str) -> str:
    """Name a choice of the reading form."""
    return t("Unsure") if name == UNSURE else TITLES[name]


def said(reading: Reading) -> str:
    """Repeat a reading in one line."""
    line = t("Your reading: **{choice}**", choice=choice(reading.reader_class))
    if reading.sureness is not None:
        line += t(", sureness {sureness} of 5", sureness=reading.sureness)
    if reading.not_blind:
        line += t(" (not blind)")
    return line + (f". {plain(reading.note)}" if reading.note else ".")
