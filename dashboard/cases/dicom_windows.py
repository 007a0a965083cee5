"""The windows that a DICOM file offers, with one of them chosen to look at."""

from dataclasses import replace

import streamlit as st

from covid_model.serving.diagnosis import CaseResult
from dashboard.i18n.translate import t
from dashboard.session import inference, state
from dashboard.session.uploads import Case


def chosen(key: str, case: Case, diagnosis: CaseResult) -> CaseResult:
    """Let the visitor choose a window; return the diagnosis with its radiograph shown in it.

    No network is asked again: all of them take the default window.

    Args:
        key: of the file.
        case: the file.
        diagnosis: what is known of it, with a radiograph.
    """
    windows = diagnosis.radiograph.windows
    if len(windows) < 2:
        return diagnosis
    index = st.segmented_control(
        t("Window of the file"),
        range(len(windows)),
        default=0,
        required=True,
        format_func=lambda index: t(windows[index].name),
        key=f"{state.WINDOW}-{key}",
        persist_state="session",
        help=t("How the file says to show its grey values. The networks take the first one."),
        wrap=True,
    )
    if not index:
        return diagnosis
    pixels = inference.in_window(key, case, index)
    return replace(diagnosis, radiograph=replace(diagnosis.radiograph, pixels=pixels))
