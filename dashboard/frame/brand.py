"""Name and mark of the dashboard in the header."""

from html import escape
from pathlib import Path

import streamlit as st

from covid_model.common.disclaimer import NAME
from dashboard.i18n.translate import t

ICON = Path(__file__).resolve().parent / "icon.svg"
STYLE = ICON.with_name("style.css")
LETTER = 11.3  # units that a letter of a wide font takes in a line 32 high
INK = {"light": "#12303c", "dark": "#e2eaee"}


def show() -> None:
    """Put mark and name into the header, in the colours of the visitor's theme."""
    name = t(NAME)
    st.logo(wordmark(name, INK.get(st.context.theme.type or "light", INK["light"])), size="large")


def wordmark(name: str, ink: str) -> str:
    """Draw the mark with the name beside it as SVG, 32 high, as wide as the name needs."""
    length = round(LETTER * len(name))
    mark = ICON.read_text("utf-8").split(">", 1)[1].rsplit("</svg>", 1)[0]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {length + 44} 32" '
        f'width="{length + 44}" height="32">{mark}'
        f'<text x="42" y="22.5" font-family="system-ui, sans-serif" font-size="18" '
        f'font-weight="600" fill="{ink}">{escape(name)}</text></svg>'
    )
