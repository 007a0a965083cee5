"""Sections of a page below their contents, each with an anchor to jump to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from covid_model.common.errors import CovidModelError
from dashboard.components import text
from dashboard.i18n.translate import t


@dataclass(frozen=True)
class Section:
    """One section of a page.

    Attributes:
        anchor: its part of an address, the same in every language.
        title: its heading.
        draw: shows what stands below the heading.
    """

    anchor: str
    title: str
    draw: Callable[[], None]


def show(sections: Sequence[Section]) -> None:
    """List the sections as links, then show them; one that cannot be shown says why."""
    links = " · ".join(f"[{t(section.title)}](#{section.anchor})" for section in sections)
    with st.container(key="contents"):
        st.markdown(f"{t('On this page')}: {links}")
    for section in sections:
        st.subheader(t(section.title), anchor=section.anchor)
        try:
            section.draw()
        except CovidModelError as error:
            st.error(text.plain(error.message), title=t("This section cannot be shown"))
