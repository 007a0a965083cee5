"""Choice among the windows that a DICOM file offers."""

from dataclasses import replace

import streamlit as st

from covid_model.serving.diagnosis import CaseResult
from dashboard.i18n.translate import t
from dashboard.session import inference, results, state
from dashboard.session.uploads import Case


def choose_window(key: str, case: Case, result: CaseResult) -> CaseResult:
    """Let the visitor choose a window; return the result with its radiograph in that window.

    No network is asked again: all of them take the default window.

    Args:
        key: of the file.
        case: the file.
        result: its result, with a radiograph.
    """
    radiograph = results.radiograph_of(result)
    windows = radiograph.windows
    if len(windows) < 2:
        return result
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
        return result
    pixels = inference.in_window(key, case, index)
    return replace(result, radiograph=replace(radiograph, pixels=pixels, window=index))
