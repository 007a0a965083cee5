"""Disclaimer that a visitor accepts before the first page."""

import streamlit as st

from covid_model.common.architectures import ARCHITECTURES
from covid_model.common.disclaimer import NOTICE
from dashboard.frame import language_switch
from dashboard.i18n.translate import t
from dashboard.session import state

COOKIE = "notice-accepted"
WIDTH = 640  # pixels
# Ends with the browser session; no Expires on purpose. It holds no more than that it is there.
REMEMBER = f"""
export default function () {{
  document.cookie = "{COOKIE}=1; path=/; SameSite=Strict"
}}
"""
_remember = st.components.v2.component("remember_notice", js=REMEMBER)


def accepted() -> bool:
    """Whether the notice was accepted in this browser session."""
    return state.notice_accepted() or _remembered()


def remember() -> None:
    """Let the browser remember for its session what was just accepted, so that a reload knows."""
    if not _remembered():
        _remember(key=COOKIE, height=0)


def _remembered() -> bool:
    return st.context.cookies.get(COOKIE) == "1"


def show() -> None:
    """Draw the notice in full with the one button that accepts it."""
    with st.container(horizontal_alignment="center"), st.container(width=WIDTH, gap="medium"):
        language_switch.switch()
        st.title(t(NOTICE).rstrip("."))
        st.markdown(
            t(
                "This is not a medical device. Do not let what it shows decide anything about a "
                "patient: neither diagnosis, nor screening, nor triage."
            )
        )
        st.markdown(_sections())
        st.button(t("I understand"), type="primary", key="accept", on_click=state.accept_notice)
        st.caption(
            t(
                "Asked once in each browser session. A cookie without any personal data "
                "remembers it until the browser is closed."
            )
        )


def _sections() -> str:
    """What the networks are, where files go: headings with a sentence or two each."""
    return "\n\n".join(
        (
            f"**{t('What you will see')}**",
            t(
                "Neural networks ({networks}) sort frontal chest radiographs into COVID-19, "
                "normal and other infection, and show which areas of the image moved them. They "
                "make mistakes, and a right answer may have a wrong reason. *Reports* and "
                "*Shortcuts* show both.",
                networks=", ".join(ARCHITECTURES.values()),
            ),
            f"**{t('Where your files go')}**",
            t(
                "Nowhere. They stay in the memory of the computer that runs this page, for this "
                "page only and in no file, and are forgotten about a minute after the page is "
                "closed."
            ),
        )
    )
