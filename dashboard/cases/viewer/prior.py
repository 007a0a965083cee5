"""Choice of another file of the session to stand beside the one in view, as a prior film."""

import streamlit as st

from covid_model.imaging.radiograph import Radiograph
from dashboard.components import text
from dashboard.i18n.translate import t
from dashboard.session import cases, inference, state


def choose(key: str) -> Radiograph | None:
    """Let the visitor choose; return the radiograph, None for none, or where no other was read.

    Args:
        key: of the file in view.
    """
    others = {
        other: radiograph
        for other in cases.by_key()
        if other != key and (radiograph := inference.preview(other)) is not None
    }
    if not others:
        return None
    chosen = st.selectbox(
        t("Film beside it"),
        list(others),
        index=None,
        format_func=lambda other: text.said(others[other].name),
        placeholder=t("None: choose an earlier film of the same patient"),
        key=f"{state.PRIOR}-{key}",
        persist_state="session",
    )
    return None if chosen is None else others.get(chosen)
