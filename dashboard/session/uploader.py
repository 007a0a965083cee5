"""Uploader of a visitor's session: what its files became, and what it could not take."""

import secrets
from dataclasses import dataclass

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from covid_model.common.messages import Message
from dashboard.session import cases, uploads
from dashboard.session.uploads import Case

_UPLOADED, _UPLOADER, _NOTE = "uploaded", "uploader", "note"
_UNLISTED = "unlisted"
_ON_SERVER = "on_server"  # ids of the uploads that Streamlit holds for the uploader


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


def start_empty() -> None:
    """Give the uploader a key that no earlier session's had."""
    st.session_state[_UPLOADER] = secrets.randbits(40)


def note() -> str:
    """Return what the last upload could not take, or ""."""
    return st.session_state.get(_NOTE, "")


def unlisted() -> list[Message]:
    """Say of each archive in the uploader how many of its files are no pictures."""
    return st.session_state.get(_UNLISTED, [])


def receive() -> None:
    """Follow a change in the uploader: take the files that came, drop those that went."""
    files_by_key, earlier = cases.by_key(), st.session_state.get(_UPLOADED, {})
    shown = [
        file for file in st.session_state.get(widget_key(), []) if isinstance(file, UploadedFile)
    ]
    _release_all_but({file.file_id for file in shown})
    files = [Case(file.name, file.getvalue()) for file in shown]
    uploaded = {file.key: file for file in files}
    staying = {
        case for key in earlier.keys() & uploaded.keys() for case in earlier[key].cases.values()
    }
    for key in earlier.keys() - uploaded.keys():
        for removed in set(earlier[key].cases.values()) - staying:
            cases.remove(removed)
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
    _release_all_but(set())
    st.session_state[_UPLOADED] = {}
    st.session_state[_UNLISTED] = []


def add_sample(case: Case) -> None:
    """Add a sample and choose it."""
    st.session_state[_NOTE] = _left_out_note([] if cases.add(case) else [case.name])
    cases.choose(case.key)


def clear() -> None:
    """Forget every file with its results, and empty the uploader."""
    _release_all_but(set())
    for key in (_UPLOADED, _UNLISTED, _NOTE):
        st.session_state.pop(key, None)
    cases.clear()
    st.session_state[_UPLOADER] += 1


def _release_all_but(shown: set[str]) -> None:
    """Have Streamlit drop the uploads that left the uploader; it would keep them to the end."""
    context = get_script_run_ctx()
    if context is not None and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        for gone in st.session_state.get(_ON_SERVER, set()) - shown:
            context.uploaded_file_mgr.remove_file(context.session_id, gone)
    st.session_state[_ON_SERVER] = shown


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
