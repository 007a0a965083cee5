"""Companion of every page in the browser: keeps the readings, offers them after a loss."""

import uuid
from pathlib import Path

import streamlit as st

from covid_model.common.messages import Message
from dashboard.i18n.translate import t
from dashboard.session import cases
from dashboard.session.readings import kept_readings, reading
from dashboard.session.readings.kept_readings import BrowserCopy

HERE = Path(__file__).resolve().parent
KEY = "keeper"
# keeper.js keeps the readings under this name.
FORGET = "export default function () { sessionStorage.removeItem('radiograph-session') }"
_LEFT, _BEGAN = "left_by_earlier_session", "session_began"
_SESSION = "session_of_tab"  # tells the browser one session from the next
STARTED_ANEW = Message(
    "This tab was reloaded, or the program that serves it forgot it or was started again: its "
    "files ({files}) and their answers are gone. Add the files again."
)
READINGS_LEFT = Message(
    "Your readings ({count}) are still in this tab, without file names and notes."
)
LOST = Message(
    "The program that serves this page does not answer. What you see is from before; nothing new "
    "is read. Your files may be gone when it is back."
)

_mounted = st.components.v2.component(
    "keeper",
    html='<div class="lost" role="alert" hidden></div>',
    css=HERE.joinpath("keeper.css").read_text("utf-8"),
    js=HERE.joinpath("keeper.js").read_text("utf-8"),
)

_forget = st.components.v2.component("forget_readings", js=FORGET)


def forget() -> None:
    """Have the browser drop what it kept in this tab: the next visitor may be another person."""
    _forget(height=0)


def keep() -> None:
    """Have the browser guard and keep this session; call it after the page is drawn."""
    log, files = reading.log(), len(cases.by_key())
    if files or log.readings:
        st.session_state[_BEGAN] = True
    began = st.session_state.get(_BEGAN, False)
    _mounted(
        data={
            "keep": kept_readings.write(files, log) if began and _left() is None else None,
            "session": st.session_state.setdefault(_SESSION, uuid.uuid4().hex),
            "lost": t(LOST),
        },
        key=KEY,
        on_found_change=_take_found,
        on_back_change=lambda: None,
        height=0,
    )


def offer() -> None:
    """Say that an earlier session of this tab is gone, until answered; offer its readings."""
    left = _left()
    if left is None:
        return
    count = len(left.log.readings)
    sentences = [t(STARTED_ANEW, files=left.files)] if left.files else []
    sentences += [t(READINGS_LEFT, count=count)] if count else []
    st.warning(" ".join(sentences))
    with st.container(horizontal=True):
        if count:
            st.button(t("Take the readings back"), on_click=_answer, args=(left, True))
            st.button(t("Delete these readings"), on_click=_answer, args=(left, False))
        else:
            st.button(t("Close this note"), on_click=_answer, args=(left, False))


def _left() -> BrowserCopy | None:
    return st.session_state.get(_LEFT)


def _take_found() -> None:
    """Take what the browser kept; that a picture's answer was seen holds in any case."""
    found = kept_readings.read(st.session_state[KEY].get("found") or "")
    if found is None or reading.log().readings:
        return
    reading.log().seen |= found.log.without_readings().seen
    if found.files or found.log.readings:
        st.session_state[_LEFT] = found


def _answer(left: BrowserCopy, take: bool) -> None:
    del st.session_state[_LEFT]
    st.session_state[_BEGAN] = True
    if take:
        reading.take_back(left.log)
