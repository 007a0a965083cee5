"""Login that comes before everything else where the server names an identity provider."""

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from dashboard.frame import keeper, language_switch
from dashboard.i18n.translate import t


def passed() -> bool:
    """Whether nobody need log in, as ``secrets.toml`` has no ``[auth]``, or the visitor has."""
    return not _configured() or bool(st.user.get("is_logged_in"))


def show() -> None:
    """Draw the one button that leads to the provider."""
    with st.container(horizontal_alignment="center"), st.container(width=480, gap="medium"):
        language_switch.switch()
        st.title(t("Please log in"))
        st.markdown(t("This server shows its pages to people who have an account alone."))
        st.button(t("Log in"), type="primary", on_click=st.login)
    keeper.forget()


def log_out() -> None:
    """Draw the button that logs out, where somebody is logged in."""
    if _configured():
        st.button(t("Log out"), type="tertiary", key="log-out", on_click=st.logout)


def _configured() -> bool:
    try:
        return "auth" in st.secrets
    except StreamlitSecretNotFoundError:
        return False
