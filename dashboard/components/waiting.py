"""A line of the page that says how many visitors come before."""

from collections.abc import Callable

import streamlit as st

from dashboard.i18n.translate import t


def announce() -> Callable[[int], None]:
    """Keep a place on the page; return what says there how many come before, nothing at 0."""
    place = st.empty()

    def say(before: int) -> None:
        if before:
            place.info(
                t("Other visitors' files come first: {count} before you.", count=before),
                icon="spinner",
            )
        else:
            place.empty()

    return say
