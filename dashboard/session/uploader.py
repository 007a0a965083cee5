"""Uploader of a visitor's session: what its files became, and what it could not take."""

from dataclasses import dataclass

import streamlit as st

from covid_model.common.messages import Message
from dashboard.session import cases, uploads
from dashboard.session.uploads import Case

_UPLOADED, _UPLOADER, _NOTE = "uploaded", "uploader", "note"
_UNLISTED = "unlisted"


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


def widget_key() -> str:
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
    files_by_key, earlier = cases.by_key(), st.session_state.get(_UPLOADED, {})
    files = [Case(file.name, file.getvalue()) for file in st.session_state[widget_key()]]
    uploaded = {file.key: file for file in files}
    staying = {
        case for key in earlier.keys() & uploaded.keys() for case in earlier[key].cases.values()
    }
    for key in earlier.keys() - uploaded.keys():
        for removed in set(earlier[key].cases.values()) - staying:
            files_by_key.pop(removed, None)
    keys_before: set[str] = set(files_by_key)
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
    cases.choose(next((key for key in files_by_key if key not in keys_before), None))


def forget_shown_files() -> None:
    """Forget which files the uploader showed: it starts empty after a page switch."""
    st.session_state[_UPLOADED] = {}
    st.session_state[_UNLISTED] = []


def add_sample(case: Case) -> None:
    """Add a sample and choose it."""
    st.session_state[_NOTE] = _left_out_note([] if cases.add(case) else [case.name])
    cases.choose(case.key)


def clear() -> None:
    """Forget every file with its results, and empty the uploader."""
    for key in (_UPLOADED, _UNLISTED, _NOTE):
        st.session_state.pop(key, None)
    cases.clear()
    st.session_state[_UPLOADER] += 1


def _take(file: Case, earlier: _Upload, left_out: list[str]) -> _Upload:
    """Add the content of a file of the uploader, unless that was done; name what has no room."""
    if earlier.complete:
        return earlier
    content, keys = uploads.content_of(file.name, file.data), {}
    for place, source in enumerate(content.sources):
        key = earlier.cases.get(place)
        if key not in cases.by_key():
            case = uploads.load_case(source) if len(cases.by_key()) < cases.MAX_CASES else None
            key = case.key if case is not None and cases.add(case) else None
        if key is None:
            left_out.append(source.name)
        else:
            keys[place] = key
    return _Upload(keys, complete=len(keys) == len(content.sources), others=content.others)


def _left_out_note(left_out: list[str]) -> Message | str:
    if not left_out:
        return ""
    return uploads.left_out_message(left_out, files=cases.MAX_CASES, size=cases.MAX_BYTES >> 20)
