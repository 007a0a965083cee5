"""Switch between the languages of the page."""

import streamlit as st

from dashboard.i18n import translate
from dashboard.i18n.translate import t


def switch() -> None:
    """Let the visitor choose the language, kept from page to page; name it to screen readers."""
    st.segmented_control(
        t("Language of the page"),
        list(translate.LANGUAGES),
        default=translate.current(),
        required=True,
        format_func=translate.LANGUAGES.__getitem__,
        key=translate.KEY,
        persist_state="session",
        label_visibility="collapsed",
    )
    st.html(  # Streamlit's page says that it is English; what is written here is no one's input
        f"<script>{script(translate.current())}</script>",
        width="content",
        unsafe_allow_javascript=True,
    )


def script(language: str) -> str:
    """Return what names a language to screen readers: the content policy allows it to the letter.

    Args:
        language: a key of ``translate.LANGUAGES``.
    """
    return f"document.documentElement.lang = '{language.replace('_', '-')}'"
