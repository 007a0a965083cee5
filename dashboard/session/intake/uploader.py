"""What becomes of files that come into the uploader, and what the page says of them."""

import re
import uuid
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import unquote

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from covid_model.common.errors import DataError
from covid_model.common.messages import Message, join
from covid_model.imaging.archives import Source
from covid_model.imaging.filenames import printable
from dashboard.session import cases, uploads
from dashboard.session.intake import removal
from dashboard.session.readings import kept_readings, reading
from dashboard.session.uploads import Case

KEY = "uploader"
UNDO_ENDS = Message("Undo is there for a minute, until files are added or removed again.")
_NOTE, _SAID, _UNLISTED = "note", "said", "unlisted"
_TAKEN = "taken"  # ids of uploads, numbers of files that the browser handed over
_ARRIVAL = "arrival"  # of uploads of which nothing was said yet
_NUMBER = re.compile(r"handed-\d+")  # by receiver.js
_NUMBERED = re.compile(rf"({_NUMBER.pattern})/(.+)", re.DOTALL)


@dataclass
class _Arrival:
    """What became of the files that came together.

    Attributes:
        files: how many uploads they were.
        added: keys of the new files.
        known: keys of those that the session has.
        left_out: names of those that it has no room for.
        others: archive or folder -> how many of its files are no pictures.
        done: sentences on what was done.
        problems: sentences on what was not.
    """

    files: int = 0
    added: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    done: list[Message] = field(default_factory=list)
    problems: list[Message] = field(default_factory=list)


def note() -> Message | None:
    """Return what could not be taken of the last files that came."""
    return st.session_state.get(_NOTE)


def close_note() -> None:
    """Say no longer what could not be taken."""
    st.session_state.pop(_NOTE, None)


def said() -> tuple[str, Message]:
    """Return what was done last in a sentence, with an id that tells it from an earlier one."""
    return st.session_state.get(_SAID, ("", Message("")))


def unlisted() -> list[Message]:
    """Say of each archive or folder that came last how many of its files are no pictures."""
    return st.session_state.get(_UNLISTED, [])


def receive() -> None:
    """Take the files that are new in the uploader, which then holds them no longer.

    Streamlit breaks a run off, a callback too, when the next one is asked for. So each file stays
    where it is until it is taken, and the next run goes on. The browser asks again where to send a
    file when no answer comes; two answers bring it twice, under one number.
    """
    taken: dict[str, None] = st.session_state.setdefault(_TAKEN, {})  # in order
    arrival: _Arrival = st.session_state.setdefault(_ARRIVAL, _Arrival())
    for file in st.session_state.get(KEY, []):
        if isinstance(file, UploadedFile) and file.file_id not in taken:
            number, name = _parts(file.name)
            if number not in taken:
                _take(name, file.getvalue(), arrival)
                arrival.files += 1
            taken |= dict.fromkeys((file.file_id, number or file.file_id))
            release(file)
    if arrival.files:
        _tell(arrival)
        del st.session_state[_ARRIVAL]


def numbers_taken(most: int) -> tuple[str, ...]:
    """Return the numbers of the files that were taken last, at most so many."""
    numbers = [one for one in st.session_state.get(_TAKEN, {}) if _NUMBER.fullmatch(one)]
    return tuple(numbers[-most:])


def add_sample(case: Case) -> None:
    """Add a sample and choose it."""
    arrival = _Arrival()
    _add(case, arrival)
    _tell(arrival)


def remove(*keys: str) -> None:
    """Remove files with their results; they can be brought back for a while."""
    if not removal.remove(*keys):
        return
    for key in (_UNLISTED, _NOTE):
        st.session_state.pop(key, None)
    if pending := removal.pending():
        _say(join([removed_message(pending.names), UNDO_ENDS]))


def clear() -> None:
    """Remove every file."""
    remove(*cases.by_key())


def undo() -> None:
    """Bring back what was removed last."""
    came_back = Message("The files are back.")
    _say(came_back if removal.undo() else Message("The minute is over: the files are gone."))


def removed_message(names: tuple[str, ...]) -> Message:
    """Say which files were removed."""
    if len(names) == 1:
        return Message("Removed: {name}.", name=names[0])
    return Message("Files removed: {count}.", count=len(names))


def release(file: UploadedFile) -> None:
    """Have Streamlit hold an upload no longer."""
    file.truncate(0)  # the widget's value of one run outlives the next
    context = get_script_run_ctx()
    if context and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)


def _parts(name: str) -> tuple[str, str]:
    """Split a file's name into the number that the browser gave it, "" without, and its path."""
    numbered = _NUMBERED.fullmatch(name)
    return (numbered[1], printable(unquote(numbered[2]))) if numbered else ("", name)


def _take(name: str, data: bytes, arrival: _Arrival) -> None:
    if name.lower().endswith(".csv"):
        _load_readings(name, data, arrival)
        return
    content = uploads.content_of(name, data)
    for source in content.sources:
        if _may_fit(source):
            _add(uploads.load_case(source), arrival)
        else:
            arrival.left_out.append(source.name)
    arrival.others[name.partition("/")[0]] += content.others


def _may_fit(source: Source) -> bool:
    """Whether there is room for one more file, or this one may be here already."""
    files = cases.by_key()
    return len(files) < cases.MAX_CASES or source.name in {case.name for case in files.values()}


def _load_readings(name: str, data: bytes, arrival: _Arrival) -> None:
    try:
        log = kept_readings.read_csv(data, name)
    except DataError as error:
        arrival.problems.append(error.message)
        return
    new = reading.take_back(log)
    known = len(log.readings) - new
    arrival.done.append(Message("Readings loaded: {count}.", count=new))
    if known:
        arrival.done.append(Message("Readings that were here already: {count}.", count=known))


def _add(case: Case, arrival: _Arrival) -> None:
    if case.key in cases.by_key():
        arrival.known.append(case.key)
        return
    removal.let_go()  # what could be brought back has to have room
    if cases.add(case):
        arrival.added.append(case.key)
    else:
        arrival.left_out.append(case.name)


def _tell(arrival: _Arrival) -> None:
    """Choose the first of the files that came, and say what became of all."""
    done, problems = [*arrival.done], [*arrival.problems]
    if arrival.added:
        done.append(Message("Files added: {count}.", count=len(arrival.added)))
    if arrival.known:
        known = Message("Files that were here already: {count}.", count=len(arrival.known))
        done.append(known)
    if arrival.left_out:
        size = cases.MAX_BYTES >> 20
        problems.append(
            uploads.left_out_message(arrival.left_out, files=cases.MAX_CASES, size=size)
        )
    chosen = next(iter(arrival.added or arrival.known), None)
    cases.choose(chosen)
    st.session_state[_NOTE] = join(problems) if problems else None
    st.session_state[_UNLISTED] = [
        uploads.not_listed_message(name, count) for name, count in arrival.others.items() if count
    ]
    _say(join(done or problems or [Message("There was no picture among the files.")]))


def _say(sentence: Message) -> None:
    st.session_state[_SAID] = uuid.uuid4().hex, sentence
