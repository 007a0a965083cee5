"""What networks said, kept for one session."""

from typing import Any

import streamlit as st

_RESULTS = "results"
MAX_RESULTS = 200  # of each kind, so that none crowds out another; four for each file


def get(key: tuple[str, ...]) -> Any:
    """Return a stored result, or None."""
    return st.session_state.get(_RESULTS, {}).get(key)


def keep(key: tuple[str, ...], value: Any) -> None:
    """Store a result in this session alone; the oldest leaves when its kind is too many."""
    results = st.session_state.setdefault(_RESULTS, {})
    results[key] = value
    alike = [known for known, other in results.items() if type(other) is type(value)]
    for oldest in alike[:-MAX_RESULTS]:
        del results[oldest]


def clear() -> None:
    """Forget every result."""
    st.session_state.pop(_RESULTS, None)
