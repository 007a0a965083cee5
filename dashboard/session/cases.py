"""Files of a visitor's session, and which of them is in view."""

import hashlib
from collections.abc import Sequence

import streamlit as st

from dashboard.session import results
from dashboard.session.uploads import Case

# Widgets; all but CASE, the table and READ_FIRST carry persist_state="session", to
# outlive a page switch.
CASE = "case"
# Plain values.
_CASES = "cases"
_HELD = "held_bytes"
_ROWS = "rows"  # the files of the table by row
_TABLE = "table"  # before a digest of these
_CHOSEN = "chosen"  # kept apart from CASE: a page switch forgets what code gave a new widget
MAX_CASES = results.MAX_FILES
MAX_BYTES = 256 * 2**20


def by_key() -> dict[str, Case]:
    """Return the session's files by key, in the order they came."""
    return st.session_state.setdefault(_CASES, {})


def current_case() -> tuple[str, Case] | None:
    """Return the chosen file with its key, the first one where none is chosen, None without."""
    cases = by_key()
    if not cases:
        return None
    key = st.session_state.get(_CHOSEN)
    key = key if key in cases else next(iter(cases))
    return key, cases[key]


def require_current_case() -> tuple[str, Case]:
    """Return the chosen file with its key, on a page that has files.

    Raises:
        LookupError: if the session has no file.
    """
    current = current_case()
    if current is None:
        raise LookupError("Expected a session with files. Received one without.")
    return current


def show_chosen() -> None:
    """Give the list of files, before it is drawn, the chosen file to show."""
    if current := current_case():
        st.session_state[CASE] = current[0]


def choose_shown() -> None:
    """Choose the file that the visitor picked in the list."""
    choose(st.session_state[CASE])


def show_row(keys: Sequence[str]) -> None:
    """Give the table of ``keys``, before it is drawn, the row of the chosen file to mark."""
    st.session_state[_ROWS] = tuple(keys)
    current = current_case()
    rows = [keys.index(current[0])] if current and current[0] in keys else []
    if _marked() != (rows, []):
        marked = {"rows": rows, "columns": [], "cells": []}
        st.session_state[table_key()] = {"selection": marked}


def table_key() -> str:
    """Return the table's key: another one for other rows.

    Where rows change under a mark that the browser still has, it loses the next click.
    """
    rows = "".join(st.session_state.get(_ROWS, ()))
    return f"{_TABLE}-{hashlib.sha256(rows.encode()).hexdigest()[:16]}"


def choose_row() -> None:
    """Choose the file whose row or cell the visitor clicked; ignore a cleared selection."""
    keys, current = st.session_state.get(_ROWS, ()), current_case()
    rows, cells = _marked()
    for row in (*rows, *cells):
        if row < len(keys) and current and keys[row] != current[0]:
            choose(keys[row])
            return


def _marked() -> tuple[list[int], list[int]]:
    """The rows that are marked in the table, then those of marked cells."""
    marked = st.session_state.get(table_key(), {}).get("selection", {})
    return list(marked.get("rows", ())), [row for row, _ in marked.get("cells", ())]


def choose(key: str | None) -> None:
    """Choose a file by its key; nothing changes where the session has no such file."""
    if key in by_key():
        st.session_state[_CHOSEN] = key


def restore(files: dict[str, Case]) -> None:
    """Make these the session's files, in their order."""
    st.session_state[_CASES] = files


def room() -> int:
    """How many bytes the session may have beside its files and what else it holds."""
    held = sum(len(case.data) for case in by_key().values())
    return MAX_BYTES - held - st.session_state.get(_HELD, 0)


def hold(size: int) -> None:
    """Note how many bytes the session holds beside its files."""
    st.session_state[_HELD] = size


def add(case: Case) -> bool:
    """Add a file where there is room for it; return whether there was."""
    cases = by_key()
    if case.key not in cases and (len(cases) >= MAX_CASES or len(case.data) > room()):
        return False
    cases[case.key] = case
    return True
