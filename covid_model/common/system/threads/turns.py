"""Turns at what takes the processor: so many at once, in the order in which they are due."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic

TICK = 1.0  # seconds between two looks at how many come before


def usable_cores() -> int:
    """The processor cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS, Windows
        return os.cpu_count() or 1


@dataclass(eq=False)
class _Ticket:
    due: float  # on the clock of time.monotonic
    called: threading.Event = field(default_factory=threading.Event)


class Turns:
    """A line in which ``places`` threads are served at once and the others wait.

    Args:
        places: how many are served at once, >= 1.
    """

    def __init__(self, places: int) -> None:
        self.places = places
        self._lock = threading.Lock()
        self._line: list[_Ticket] = []  # those who are served, then those who wait

    @contextmanager
    def turn(self, waiting: Callable[[int], None], *, delay: float = 0.0) -> Iterator[None]:
        """Wait for a turn, which lasts as long as the block.

        Args:
            waiting: called about once a second with how many have to be done before, 0 when the
                turn comes after such a call; what it raises gives the place in the line up.
            delay: seconds for which all who ask later come before.
        """
        ticket, said = _Ticket(monotonic() + delay), False
        with self._lock:
            after = (i for i, other in enumerate(self._line) if self._comes_after(other, ticket))
            self._line.insert(next(after, len(self._line)), ticket)
            self._call()
        try:
            while not ticket.called.wait(TICK):
                waiting(self._before(ticket))
                said = True
            if said:
                waiting(0)
            yield
        finally:
            with self._lock:
                self._line.remove(ticket)
                self._call()

    @staticmethod
    def _comes_after(other: _Ticket, ticket: _Ticket) -> bool:
        return not other.called.is_set() and other.due > ticket.due

    def _before(self, ticket: _Ticket) -> int:
        with self._lock:
            return max(0, self._line.index(ticket) - self.places + 1)

    def _call(self) -> None:
        for ticket in self._line[: self.places]:
            ticket.called.set()
