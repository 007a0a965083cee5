"""Commands that are stopped: by Ctrl-C, by SIGTERM, or because nobody reads their output.

Exit codes are those that a shell gives a program that a signal ended: 128 and the signal's number.
"""

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)
INTERRUPTED, UNREAD = 130, 141  # by SIGINT, by SIGPIPE
UNWRITTEN = 2
AGAIN = "run the same command again."


class Stopped(KeyboardInterrupt):
    """A signal asked this process to end."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.exit_code = 128 + number


def run(command: Callable[[], int]) -> int:
    """Run a command to its end, or until it is stopped; return its exit code.

    Stopped by a signal, it says one sentence on the error output: what ``add_note`` of the
    ``KeyboardInterrupt`` was told, or to run the command again. A second signal ends at once. Where
    the reader of the standard output has gone, as ``head`` does, it ends without a word.
    """
    try:
        with _handled(_stop):
            try:
                return command()
            finally:
                _flush()
    except KeyboardInterrupt as stop:
        words = " ".join(getattr(stop, "__notes__", ())) or AGAIN
        with contextlib.suppress(OSError):
            print(f"stopped: {words}", file=sys.stderr)
        return getattr(stop, "exit_code", INTERRUPTED)
    except BrokenPipeError:
        drop_output()
        return UNREAD
    except _OutputError as error:
        print(f"error: The output cannot be written ({error}).", file=sys.stderr)
        return UNWRITTEN


@contextlib.contextmanager
def held() -> Iterator[None]:
    """Let a block end before a signal stops it: what it writes is whole, or not begun."""
    received: list[int] = []
    with _handled(lambda number, frame: received.append(number)):
        yield
    for number in received[:1]:
        signal.raise_signal(number)


@contextlib.contextmanager
def unhandled() -> Iterator[None]:
    """Let a signal end a block and the process as the system does, without a word.

    It is for a server, which handles signals itself and, when it is done, raises them again.
    """
    with _handled(signal.SIG_DFL):
        yield


@contextlib.contextmanager
def given_back() -> Iterator[None]:
    """Handle signals after a block as before it, whatever a library that it starts does to them."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    yield
    if threading.current_thread() is threading.main_thread():
        for number, handler in before.items():
            if handler is not None:
                signal.signal(number, handler)


def drop_output() -> None:
    """Throw away what the standard output still holds, so that Python's end does not write it."""
    with contextlib.suppress(OSError, ValueError), Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


class _OutputError(Exception):
    """The standard output takes no more."""


def _flush() -> None:
    """Write what the standard output still holds while a failure can be told."""
    if sys.stdout is None or sys.stdout.closed:
        return
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        drop_output()
        raise _OutputError(error.strerror) from error


def _stop(number: int, frame: FrameType | None) -> None:
    for again in SIGNALS:
        signal.signal(again, _leave)
    raise Stopped(number)


def _leave(number: int, frame: FrameType | None) -> None:
    os._exit(128 + number)


@contextlib.contextmanager
def _handled(handler: Callable[[int, FrameType | None], Any] | signal.Handlers) -> Iterator[None]:
    """Handle signals in a block, but those that whoever started the process has it ignore."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may, and gets them
        return
    before = {number: signal.getsignal(number) for number in SIGNALS}
    ours = [number for number in SIGNALS if before[number] not in (signal.SIG_IGN, None)]
    for number in ours:
        signal.signal(number, handler)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, before[number])
