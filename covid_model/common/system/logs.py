"""Logs without anything of a patient: lines of text or JSON, an id for each failure.

File names, header values and what a visitor typed reach a log in two ways that nobody means: in the
text of an exception, and in what a library says of a file. So of an exception only its type and the
lines of code are written, and of another library's messages only who said it and where.
"""

import argparse
import json
import logging
import os
import re
import secrets
import sys
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from covid_model.common.errors import UsageError

LEVELS = ("debug", "info", "warning", "error")
FORMATS = ("text", "json")
LEVEL_VARIABLE, FORMAT_VARIABLE = "COVID_XRAY_LOG_LEVEL", "COVID_XRAY_LOG_FORMAT"
OURS = ("covid_model", "dashboard")
SERVERS = ("streamlit", "uvicorn")  # what they say in detail holds what a visitor sent
WARNINGS = "py.warnings"  # where ``logging.captureWarnings`` puts them
WARNED_AT = re.compile(r"(?P<file>[^\n]*):(?P<line>\d+): (?P<category>\w+): ")
FRAMES = 20  # of an exception, the innermost


class Handler(logging.Handler):
    """Writes to the error output, wherever that leads at the moment."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        try:
            line = self.format(record)
        except Exception:  # logging's own report of it would show what the record holds
            line = f"A record of {record.name} could not be written, line {record.lineno}."
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()


class Formatter(logging.Formatter):
    """One record as a line, of text or of JSON.

    A text of several lines goes on in indented ones, so that no text can pass for another record.
    """

    def __init__(self, form: str) -> None:
        super().__init__()
        self.form = form

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without what may be a patient's."""
        values = fields(record)
        if self.form == "json":
            return json.dumps(values, ensure_ascii=False)
        text = "{time} {level} {logger}: {message}".format(**values)
        line = "\n    ".join(text.splitlines())
        line += f" [id {values['id']}]" if "id" in values else ""
        return line + "".join(
            f" | {error['type']} at {' > '.join(error['at'])}" for error in values.get("errors", ())
        )


def configure(level: str, form: str) -> None:
    """Write the log of this process to the error output; a second call replaces the first.

    Args:
        level: the least of ``LEVELS`` that is written.
        form: one of ``FORMATS``.

    Raises:
        UsageError: for another level or format.
    """
    for what, given, known in (("level", level, LEVELS), ("format", form, FORMATS)):
        if given not in known:
            raise UsageError(
                f"Expected a log {what} of {', '.join(known)}. Received: {given}. Choose one."
            )
    root = logging.getLogger()
    for earlier in [handler for handler in root.handlers if isinstance(handler, Handler)]:
        root.removeHandler(earlier)
    handler = Handler()
    handler.setFormatter(Formatter(form))
    root.addHandler(handler)
    root.setLevel(level.upper())
    logging.captureWarnings(True)


def add_options(parser: argparse.ArgumentParser, *, default: str) -> None:
    """Add ``--log-level`` and ``--log-format``, which win over the environment's variables.

    Args:
        parser: of the command.
        default: the level where neither says one.
    """
    parser.add_argument(
        "--log-level",
        choices=LEVELS,
        default=os.environ.get(LEVEL_VARIABLE, default),
        help=f"the least that is logged, to the error output (default: {default})",
    )
    parser.add_argument(
        "--log-format",
        choices=FORMATS,
        default=os.environ.get(FORMAT_VARIABLE, "text"),
        help="lines of text (default) or of JSON",
    )


def failure(log: logging.Logger, sentence: str) -> str:
    """Log the exception that is being handled; return its id, for the user's sentence to show.

    Args:
        log: of the module that caught it.
        sentence: what stopped, without anything that came from outside.
    """
    number = secrets.token_hex(4)
    log.error(sentence, exc_info=True, extra={"failure": number})
    return number


def fields(record: logging.LogRecord) -> dict[str, Any]:
    """Return what is written of a record: plain values by name.

    ``time`` (UTC), ``level``, ``logger``, ``message``; ``id`` where a user was shown one;
    ``errors``, the exception before those it came from, each with ``type`` and ``at``, its lines of
    code from the outermost to the innermost.
    """
    time = datetime.fromtimestamp(record.created, UTC)
    values: dict[str, Any] = {
        "time": time.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "message": _message(record),
    }
    if hasattr(record, "failure"):
        values["id"] = record.failure
    if record.exc_info and record.exc_info[1]:
        values["errors"] = [
            {"type": type(error).__qualname__, "at": _lines(error)}
            for error in _chain(record.exc_info[1])
        ]
    return values


def _message(record: logging.LogRecord) -> str:
    """What a record says, or only where it was said."""
    package = record.name.partition(".")[0]
    if package in OURS or (package in SERVERS and record.levelno >= logging.INFO):
        return record.getMessage()
    if record.name == WARNINGS:
        warned = WARNED_AT.match(record.getMessage())
        if warned:
            return f"{warned['category']} at {_place(warned['file'], int(warned['line']))}"
    return f"text left out, said at {_place(record.pathname, record.lineno)}"


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An exception, then those that it came from."""
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = following.__cause__ or (
            None if following.__suppress_context__ else following.__context__
        )


def _lines(error: BaseException) -> list[str]:
    frames = list(traceback.walk_tb(error.__traceback__))[-FRAMES:]
    return [
        f"{_place(frame.f_code.co_filename, line)} {frame.f_code.co_name}" for frame, line in frames
    ]


def _place(file: str, line: int) -> str:
    """A line of code, without the folders above its package, which may name a user."""
    return f"{'/'.join(Path(file).parts[-3:])}:{line}"
