"""Reader study of a visitor's session: the log of readings, and whether answers are hidden."""

import streamlit as st

from dashboard.session import results
from dashboard.session.cases import by_key
from dashboard.session.readings.reading_log import ReadingLog
from dashboard.session.uploads import Case

READ_FIRST = "read_first"  # the switch that hides what the networks say
_LOG, _READS_FIRST, _ASKING_TO_REVEAL = "reading_log", "reads_first", "asking_to_reveal"
_WHOLE = "whole_films"  # digests of the files of which the browser showed every pixel


def log() -> ReadingLog:
    """Return the session's log of readings; removing files leaves it."""
    return st.session_state.setdefault(_LOG, ReadingLog())


def widget_key(part: str, case: Case) -> str:
    """Return the key of one widget of a file's reading form."""
    return f"reading-{part}-{case.sha256}"


def note_whole(sha256: str) -> None:
    """Note that the browser shows every pixel of a file of this session."""
    if any(case.sha256 == sha256 for case in by_key().values()):
        st.session_state.setdefault(_WHOLE, set()).add(sha256)


def resolution_of(case: Case) -> str:
    """Return the width x height at which a file was seen, "" where it was not read."""
    radiograph = results.get((case.key,))
    if radiograph is None or radiograph.size is None:
        return ""
    height, width = radiograph.pixels.shape
    rows, columns = radiograph.size
    if case.sha256 in st.session_state.get(_WHOLE, set()) or (height, width) == (rows, columns):
        return f"{columns} x {rows}"
    return f"{width} x {height} of {columns} x {rows}"


def next_unread(case: Case) -> str | None:
    """Return the key of the next file to read after one, from the start again; None without."""
    files, readings = by_key(), log()
    order = list(files)
    place = order.index(case.key) + 1 if case.key in files else 0
    return next(
        (
            key
            for key in (*order[place:], *order[:place])
            if files[key].sha256 != case.sha256
            and readings.last(files[key].sha256) is None
            and not results.is_unreadable(key)
        ),
        None,
    )


def delete_readings() -> None:
    """Delete every reading; the files whose answers were seen stay marked so."""
    st.session_state[_LOG] = log().without_readings()


def take_back(earlier: ReadingLog) -> int:
    """Put the readings of an earlier session with those of this one, its answers hidden again.

    Returns:
        How many were new.
    """
    st.session_state[_READS_FIRST] = True
    return log().merge(earlier)


def reads_first() -> bool:
    """Whether the networks' answers are hidden until the reader gave a reading."""
    return st.session_state.get(_READS_FIRST, False)


def asks_to_reveal() -> bool:
    """Whether the switch was turned off over unread files, and nobody said yet whether to do so."""
    return st.session_state.get(_ASKING_TO_REVEAL, False)


def show_reading_first() -> None:
    """Give the switch, before it is drawn, its value: a page switch would forget the widget's."""
    st.session_state[READ_FIRST] = reads_first() and not asks_to_reveal()


def toggle_reading_first() -> None:
    """Follow the switch; off over files that nobody read yet is asked about first."""
    on, readings = st.session_state[READ_FIRST], log()
    unread = any(readings.is_blind(case.sha256) for case in by_key().values())
    st.session_state[_READS_FIRST] = on or unread
    st.session_state[_ASKING_TO_REVEAL] = unread and not on


def reveal(*, all_files: bool) -> None:
    """Answer the question that ``toggle_reading_first`` left open."""
    st.session_state[_ASKING_TO_REVEAL] = False
    st.session_state[_READS_FIRST] = not all_files
