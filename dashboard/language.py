"""The language of the page: English, or what the catalogues in ``locale`` hold."""

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from streamlit.runtime.scriptrunner import get_script_run_ctx

from covid_model.sentence import Sentence

FOLDER = Path(__file__).parent / "locale"
LANGUAGES = {"en": "English", "pt_BR": "Português (Brasil)"}
KEY = "language"  # of the session: the visitor's own choice


def current() -> str:
    """The visitor's choice, else the browser's language, else English; a key of ``LANGUAGES``."""
    if get_script_run_ctx() is None:
        return "en"
    chosen = st.session_state.get(KEY)
    if chosen in LANGUAGES:
        return chosen
    return "pt_BR" if str(st.context.locale or "").lower().startswith("pt") else "en"


def t(message: str, **values: Any) -> str:
    """Say a message in the visitor's language.

    Args:
        message: English; a literal, so that the catalogue's test finds it, or a ``Sentence``.
        values: what goes in the place of ``{name}``; sentences among them are translated.

    Returns:
        The translation with its values, or English where the catalogue lacks it.
    """
    if isinstance(message, Sentence) and not values:
        message, values = message.template, message.values
    said = catalogue(current()).get(message, message)
    if not values:
        return said
    return said.format(**{name: _said(value) for name, value in values.items()})


def number(value: float, digits: int = 2) -> str:
    """Write a number with the decimal sign of the visitor's language."""
    return format_decimal(round(value, digits), f"#,##0.{'0' * digits}", locale=current())


@cache
def catalogue(language: str) -> dict[str, str]:
    """The translations of a language by their English; empty for English itself."""
    path = FOLDER / f"{language}.po"
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        return {one.id: one.string for one in read_po(file, language) if one.id and one.string}


def _said(value: Any) -> Any:
    return t(value) if isinstance(value, Sentence) else value
