"""Session keys of the widgets, whether the notice was accepted, what a link asks for."""

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
_PAGE, _UNREAD, _ADDRESS = "open_page", "unread", "address"
LINKED = ("run", "network")  # what an address may name: never anything of a patient


def notice_accepted() -> bool:
    """Whether the visitor accepted the notice since this page was loaded."""
    return st.session_state.get(_ACCEPTED, False)


def accept_notice() -> None:
    """Remember that the visitor accepted the notice."""
    st.session_state[_ACCEPTED] = True


def open_page(page: str) -> None:
    """Begin a page; its address is read again once it is another page than before."""
    if st.session_state.get(_PAGE) != page:
        st.session_state[_PAGE], st.session_state[_UNREAD] = page, set(LINKED)
    st.session_state[_ADDRESS] = {}


def asked_by_link(parameter: str) -> str | None:
    """Return what the address says of one of ``LINKED``, once each time that a page is opened.

    Later the widgets decide, as an address may be older than what was chosen since.
    """
    unread = st.session_state.get(_UNREAD, set())
    if parameter not in unread:
        return None
    unread.discard(parameter)
    return st.query_params.get(parameter)


def chose(parameter: str, name: str) -> None:
    """Note what one of ``LINKED`` is on this page."""
    st.session_state.setdefault(_ADDRESS, {})[parameter] = name


def write_address() -> None:
    """Put what was chosen into the address, all at once: each change is a step of the browser."""
    chosen = st.session_state.get(_ADDRESS, {})
    if any(st.query_params.get(parameter) != name for parameter, name in chosen.items()):
        st.query_params.update(chosen)
