"""Session keys of the widgets, and whether the notice was accepted."""

import streamlit as st

RUN, MODEL = "run", "model"
HIDDEN = "hidden"
WINDOW = "window"  # before a file's key: which window of a DICOM file is looked at
PRIOR = "prior"  # before a file's key: which other file is shown beside it
REPORT_RUN, REPORT_MODEL = "report_run", "report_model"
CARD = "card"  # before a run's name: whether its model card is open
SHOWN_OUTCOMES, SHOWN_CLASSES = "shown_outcomes", "shown_classes"
PREVALENCE, GROUPED_BY = "prevalence", "grouped_by"
ERROR_TRUTH, ERROR_NAMED, ERROR_PAGE = "error_truth", "error_named", "error_page"
_ACCEPTED = "accepted"


def notice_accepted() -> bool:
    """Whether the visitor accepted the notice since this page was loaded."""
    return st.session_state.get(_ACCEPTED, False)


def accept_notice() -> None:
    """Remember that the visitor accepted the notice."""
    st.session_state[_ACCEPTED] = True
