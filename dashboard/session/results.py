"""Results of one session by key, and the radiograph of a result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from covid_model.common.architectures import ARCHITECTURES

if TYPE_CHECKING:  # the first page is there sooner without NumPy
    from covid_model.imaging.radiograph import Radiograph
    from covid_model.serving import CaseResult

_RESULTS = "results"
MAX_FILES = 50
# Of each kind, so that none crowds out another: one a network and one more for each file.
MAX_RESULTS = MAX_FILES * (len(ARCHITECTURES) + 1)


def get(key: tuple[str, ...]) -> Any:
    """Return a stored result, or None."""
    return st.session_state.get(_RESULTS, {}).get(key)


def store(key: tuple[str, ...], value: Any) -> None:
    """Store a result in this session alone; the oldest leaves when its kind is too many."""
    results = st.session_state.setdefault(_RESULTS, {})
    results[key] = value
    alike = [stored for stored, other in results.items() if type(other) is type(value)]
    for oldest in alike[:-MAX_RESULTS]:
        del results[oldest]


def radiograph_of(result: CaseResult) -> Radiograph:
    """Return the radiograph of a result whose file was read.

    Raises:
        ValueError: if the file could not be read.
    """
    if result.radiograph is None:
        raise ValueError(f"Expected a result with a radiograph. Received none for {result.name}.")
    return result.radiograph


def is_unreadable(case_key: str) -> bool:
    """Whether a file is known to hold nothing to look at."""
    from covid_model.serving import CaseResult

    return any(
        key[0] == case_key and isinstance(result, CaseResult) and result.radiograph is None
        for key, result in st.session_state.get(_RESULTS, {}).items()
    )


def by_key() -> dict[tuple[str, ...], Any]:
    """Return the session's results by key, the first part of which is the file's."""
    return st.session_state.setdefault(_RESULTS, {})


def restore(earlier: dict[tuple[str, ...], Any]) -> None:
    """Bring results back, before those that came since."""
    st.session_state[_RESULTS] = {**earlier, **by_key()}
