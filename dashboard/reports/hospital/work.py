"""Evaluation of one session: what was given, how far it is, what came out; all of it in memory."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import monotonic

import streamlit as st

from covid_model.common.errors import CovidModelError
from covid_model.common.messages import Message
from covid_model.evaluation.comparison.asking.evaluation import Evaluation
from covid_model.evaluation.tables import Files
from dashboard.reports.hospital.upload import Upload
from dashboard.session import cases, turns
from dashboard.session.intake import removal
from dashboard.session.readings import reading

TIME_SLICE = 2.0  # seconds of asking, after which the page shows how far it is
_WORK = "hospital"


@dataclass(eq=False)
class Work:
    """What the page has of one visitor.

    Attributes:
        upload: the zip with radiographs, or the table for the files of the session.
        evaluation: what is under way, or was done last.
        steps: what asks about the next image; None where nothing is under way.
        done: how many images were asked about.
        files: of the evaluation, by their paths; empty before there is one.
        problem: why there is no report though one was asked for.
        no_profile: why there is no profile though one was asked for.
        names: table of the images' numbers with the names of their files, as CSV.
    """

    upload: Upload | None = None
    evaluation: Evaluation | None = None
    steps: Iterator[int] | None = None
    done: int = 0
    files: dict[str, bytes] = field(default_factory=dict)
    problem: Message | None = None
    no_profile: Message | None = None
    names: str = ""

    def begin(self, evaluation: Evaluation) -> None:
        """Begin with an evaluation that was checked."""
        self.evaluation, self.steps, self.done = evaluation, evaluation.steps(), 0
        self.files, self.problem, self.no_profile = {}, None, None

    def go_on(self) -> bool:
        """Ask about images for a time slice, each in its turn; return whether any is left."""
        deadline = monotonic() + TIME_SLICE
        while self.steps is not None and monotonic() < deadline:
            with turns.turn(delay=turns.AFTER_ANSWERS):
                done = next(self.steps, None)
            if done is None:
                self.steps = None
            else:
                self.done = done
        return self.steps is not None

    def finish(self) -> None:
        """Compute what the answers tell; what was read without a reading is no longer blind."""
        evaluation = self.evaluation
        if evaluation is None:
            return
        try:
            with turns.turn(delay=turns.AFTER_ANSWERS):
                files, failure = evaluation.files()
        except CovidModelError as error:
            self.stop()
            self.problem = error.message
            return
        self.no_profile = failure.message if failure else None
        self.files = files
        log = reading.log()
        log.seen |= {d for d in evaluation.hospital.frame["sha256"] if log.last(d) is None}

    def stop(self) -> None:
        """Stop asking; what was said so far is dropped."""
        self.evaluation = self.steps = None


def packed(files: Files) -> bytes:
    """The folder of an evaluation as a zip."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(f"evaluation/{name}", data)
    return stream.getvalue()


def current() -> Work:
    """Return the work of this session."""
    return st.session_state.setdefault(_WORK, Work())


def give(upload: Upload) -> None:
    """Take what was uploaded, in place of what was before."""
    forget()
    current().upload = upload
    cases.hold(upload.size)


def stop() -> None:
    """Stop asking; what was said so far is dropped."""
    current().stop()


def forget() -> None:
    """Drop everything of the page: upload, answers, report."""
    st.session_state.pop(_WORK, None)
    cases.hold(0)
    removal.note_freed()
