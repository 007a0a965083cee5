"""Files of a visitor's session: uploads, samples, and which of them is in view."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from covid_model.common.messages import Message
from dashboard.session import results, uploads
from dashboard.session.uploads import Case

# Widgets; all but the uploader, CASE, the table and READ_FIRST carry persist_state="session", to
# outlive a page switch.
CASE = "case"
# Plain values.
_CASES, _UPLOADED, _UPLOADER, _NOTE = "cases", "uploaded", "uploader", "note"
_UNLISTED = "unlisted"
_ROWS = "rows"  # the files of the table by row
_TABLE = "table"  # before a digest of these
_CHOSEN = "chosen"  # kept apart from CASE: a page switch forgets what code gave a new widget
MAX_CASES = results.MAX_FILES
MAX_BYTES = 256 * 2**20


@dataclass(frozen=True)
class _Upload:
    """What one file of the uploader became.

    Attributes:
        cases: the keys of its files by their place in it: one, or those of an archive.
        complete: none was left out.
        others: how many files of an archive are no pictures.
    """

    cases: dict[int, str]
    complete: bool = True
    others: int = 0


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


def uploader_key() -> str:
    """Return the uploader's key, a new one after ``clear`` so that it starts empty."""
    return f"uploader-{st.session_state.setdefault(_UPLOADER, 0)}"


def note() -> str:
    """Return what the last upload could not take, or ""."""
    return st.session_state.get(_NOTE, "")


def unlisted() -> list[Message]:
    """Say of each archive in the uploader how many of its files are no pictures."""
    return st.session_state.get(_UNLISTED, [])


def receive() -> None:
    """Follow a change in the uploader: take the files that came, drop those that went."""
    cases, earlier = by_key(), st.session_state.get(_UPLOADED, {})
    files = [Case(file.name, file.getvalue()) for file in st.session_state[uploader_key()]]
    uploaded = {file.key: file for file in files}
    staying = {
        case for key in earlier.keys() & uploaded.keys() for case in earlier[key].cases.values()
    }
    for key in earlier.keys() - uploaded.keys():
        for removed in set(earlier[key].cases.values()) - staying:
            cases.pop(removed, None)
    keys_before: set[str] = set(cases)
    left_out: list[str] = []
    current = {
        key: _take(file, earlier.get(key, _Upload({}, complete=False)), left_out)
        for key, file in uploaded.items()
    }
    st.session_state[_UPLOADED] = current
    st.session_state[_NOTE] = _left_out_note(left_out)
    st.session_state[_UNLISTED] = [
        uploads.not_listed_message(uploaded[key].name, upload.others)
        for key, upload in current.items()
        if upload.others
    ]
    choose(next((key for key in cases if key not in keys_before), None))


def uploader_is_empty() -> None:
    """Forget which files the uploader showed: it starts empty after a page switch."""
    st.session_state[_UPLOADED] = {}
    st.session_state[_UNLISTED] = []


def add_sample(case: Case) -> None:
    """Add a sample and choose it."""
    st.session_state[_NOTE] = _left_out_note([] if _add(case) else [case.name])
    choose(case.key)


def clear() -> None:
    """Forget every file with its results."""
    for key in (_CASES, _CHOSEN, _UPLOADED, _UNLISTED, _NOTE):
        st.session_state.pop(key, None)
    results.clear()
    st.session_state[_UPLOADER] += 1


def _take(file: Case, earlier: _Upload, left_out: list[str]) -> _Upload:
    """Add the content of a file of the uploader, unless that was done; name what has no room."""
    if earlier.complete:
        return earlier
    content, keys = uploads.content_of(file.name, file.data), {}
    for place, source in enumerate(content.sources):
        key = earlier.cases.get(place)
        if key not in by_key():
            case = uploads.load_case(source) if len(by_key()) < MAX_CASES else None
            key = case.key if case is not None and _add(case) else None
        if key is None:
            left_out.append(source.name)
        else:
            keys[place] = key
    return _Upload(keys, complete=len(keys) == len(content.sources), others=content.others)


def _left_out_note(left_out: list[str]) -> Message | str:
    if not left_out:
        return ""
    return uploads.left_out_message(left_out, files=MAX_CASES, size=MAX_BYTES >> 20)


def _add(case: Case) -> bool:
    """Add a file where there is room for it; return whether there was."""
    cases = by_key()
    size = sum(len(other.data) for other in cases.values()) + len(case.data)
    if case.key not in cases and (len(cases) >= MAX_CASES or size > MAX_BYTES):
        return False
    cases[case.key] = case
    return True
