"""Translation of messages and numbers into the visitor's language."""

import string
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from numbers import Real
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from covid_model.common.messages import Message

FOLDER = Path(__file__).parent / "locale"
LANGUAGES = {"en": "English", "pt_BR": "Português (Brasil)"}
FILES = "files"  # English for programs: no sign between thousands
SEPARATORS = {"en": ".,", "pt_BR": ",.", FILES: "."}  # of decimals, thousands, as Plotly takes them
KEY = "language"  # of the session: the visitor's own choice
_spoken: ContextVar[str] = ContextVar("spoken", default="")


def current() -> str:
    """The visitor's choice, else the browser's language, else English; a key of ``LANGUAGES``."""
    if spoken := _spoken.get():
        return spoken
    if get_script_run_ctx(suppress_warning=True) is None:
        return "en"
    choice = st.session_state.get(KEY)
    if choice in LANGUAGES:
        return choice
    return "pt_BR" if str(st.context.locale or "").lower().startswith("pt") else "en"


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Say everything within the block in one language, whatever the visitor chose."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def t(message: str, **values: Any) -> str:
    """Say a message in the visitor's language.

    Args:
        message: English; a literal, so that the catalogue's test finds it, or a ``Message``.
        values: what goes in the place of ``{name}``; sentences among them are translated, numbers
            get the language's signs: ``{share:.1f}`` and ``{count:,}`` are written as in English.

    Returns:
        The translation with its values, or English where the catalogue lacks it.
    """
    template = str(message)
    if isinstance(message, Message) and not values:
        template, values = message.template, message.values
    translation = catalogue(current()).get(template, template)
    if not values:
        return translation
    parts = {
        name: t(value) if isinstance(value, Message) else value for name, value in values.items()
    }
    return _FORMATTER.vformat(translation, (), parts)


def number(value: float, digits: int = 2) -> str:
    """Write a number with the signs of the visitor's language."""
    return written(value, f",.{digits}f")


def written(value: float, spec: str) -> str:
    """Format a number as Python does, then give it the signs of the visitor's language."""
    return _with_signs(format(value, spec))


def separators() -> str:
    """The signs before decimals and between thousands, as Plotly's layout takes them."""
    return SEPARATORS.get(current(), SEPARATORS["en"])


def _with_signs(formatted: str) -> str:
    return formatted.translate(_signs(separators()))


@cache
def _signs(both: str) -> dict[int, str]:
    return {ord("."): both[0], ord(","): both[1:]}


class _Formatter(string.Formatter):
    """``str.format`` with the visitor's signs in numbers."""

    def format_field(self, value: Any, format_spec: str) -> str:
        """Format one value; an integer that asks for no format stays as it is."""
        if isinstance(value, Real) and (format_spec or not isinstance(value, int)):
            return _with_signs(format(value, format_spec))
        return super().format_field(value, format_spec)


_FORMATTER = _Formatter()


@cache
def catalogue(language: str) -> dict[str, str]:
    """The translations of a language by their English; empty for English itself."""
    path = FOLDER / f"{language}.po"
    if not path.is_file():
        return {}
    from babel.messages.pofile import read_po

    with path.open("rb") as file:
        pairs = [(entry.id, entry.string) for entry in read_po(file, language)]
    # A plural would be a tuple: no message has one, as numbers stand in sentences of their own.
    return {
        message: translation
        for message, translation in pairs
        if isinstance(message, str) and isinstance(translation, str) and message and translation
    }
