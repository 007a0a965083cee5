"""Turns at what takes the processor: so many at once, in the order in which they asked."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

TICK = 1.0  # seconds between two looks at how many come before


def usable_cores() -> int:
    """The processor cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS, Windows
        return os.cpu_count() or 1


class Turns:
    """A line in which ``places`` threads are served at once and the others wait.

    Args:
        places: how many are served at once, >= 1.
    """

    def __init__(self, places: int) -> None:
        self.places = places
        self._lock = threading.Lock()
        self._line: list[threading.Event] = []  # those who are served, then those who wait

    @contextmanager
    def turn(self, waiting: Callable[[int], None]) -> Iterator[None]:
        """Wait for a turn, which lasts as long as the block.

        Args:
            waiting: called about once a second with how many have to be done before, 0 when the
                turn comes after such a call; what it raises gives the place in the line up.
        """
        ticket, said = threading.Event(), False
        with self._lock:
            self._line.append(ticket)
            self._call()
        try:
            while not ticket.wait(TICK):
                waiting(self._before(ticket))
                said = True
            if said:
                waiting(0)
            yield
        finally:
            with self._lock:
                self._line.remove(ticket)
                self._call()

    def _before(self, ticket: threading.Event) -> int:
        with self._lock:
            return max(0, self._line.index(ticket) - self.places + 1)

    def _call(self) -> None:
        for ticket in self._line[: self.places]:
            ticket.set()
