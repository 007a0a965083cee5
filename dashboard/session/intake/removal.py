"""Files that the visitor removed, for as long as they can be brought back."""

from dataclasses import dataclass, field
from threading import Timer
from typing import Any

import streamlit as st

from dashboard.session import cases, results
from dashboard.session.uploads import Case

SECONDS = 60  # that a removal can be undone
_REMOVAL = "removal"


@dataclass(eq=False)
class Removal:
    """A session's files and results as they were before a removal.

    Attributes:
        names: of the removed files.
        files: all of the session, by key; none once they are let go.
        results: of these.
    """

    names: tuple[str, ...]
    files: dict[str, Case]
    results: dict[tuple[str, ...], Any]
    timer: Timer = field(init=False)

    def __post_init__(self) -> None:
        """Begin the time: it passes whether or not a browser is there."""
        self.timer = Timer(SECONDS, self.let_go)
        self.timer.daemon = True
        self.timer.start()

    def let_go(self) -> None:
        """Free the files and results."""
        global _let_go
        self.timer.cancel()
        self.files, self.results = {}, {}
        _let_go += 1


_let_go = 0


def note_freed() -> None:
    """Note that a session freed something else that was large."""
    global _let_go
    _let_go += 1


def times_let_go() -> int:
    """How often files of any session were freed since the server began."""
    return _let_go


def remove(*keys: str) -> bool:
    """Take files out of the session with their results; what was removed before is freed.

    Returns:
        Whether any of them was there.
    """
    files, stored = cases.by_key(), results.by_key()
    gone = [key for key in keys if key in files]
    if not gone:
        return False
    let_go()
    names = tuple(files[key].name for key in gone)
    st.session_state[_REMOVAL] = Removal(names, dict(files), dict(stored))
    for key in gone:  # no call of Streamlit from here on, which could break it off halfway
        del files[key]
    for result in [result for result in stored if result[0] in gone]:
        del stored[result]
    return True


def pending() -> Removal | None:
    """Return the last removal while it can be undone."""
    removal = st.session_state.get(_REMOVAL)
    return removal if removal is not None and removal.files else None


def undo() -> bool:
    """Bring back what was removed last; return whether that was still there."""
    removal = st.session_state.get(_REMOVAL)
    files, earlier = (removal.files, removal.results) if removal is not None else ({}, {})
    let_go()
    if files:
        cases.restore(files)
        results.restore(earlier)
    return bool(files)


def let_go() -> None:
    """Free what was removed last, which cannot be brought back any more."""
    removal = st.session_state.pop(_REMOVAL, None)
    if removal is not None:
        removal.let_go()
