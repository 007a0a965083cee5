"""Turns: so many at once, in order, and nobody waits behind one who left."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from covid_model.common.system.threads import turns
from covid_model.common.system.threads.turns import Turns

PATIENCE = 60  # seconds


@pytest.fixture(autouse=True)
def short_tick(monkeypatch):
    monkeypatch.setattr(turns, "TICK", 0.001)


class Visitor:
    """One thread that wants a turn, and keeps it until it is told to leave."""

    def __init__(self, line, pool, served, *, delay=0.0):
        self.said, self.news, self.leave = [], threading.Condition(), threading.Event()
        self.gone = False
        self.done = pool.submit(self._visit, line, served, delay)
        with self.news:
            assert self.news.wait_for(lambda: self.said or self in served, PATIENCE)

    def _visit(self, line, served, delay):
        with line.turn(self._hear, delay=delay):
            served.append(self)
            with self.news:
                self.news.notify_all()
            assert self.leave.wait(PATIENCE)

    def _hear(self, before):
        if self.gone:
            raise InterruptedError
        with self.news:
            self.said.append(before)
            self.news.notify_all()

    def hears(self, before):
        """Wait until it was told this number."""
        with self.news:
            return self.news.wait_for(lambda: before in self.said, PATIENCE)


def test_who_came_first_is_served_first_and_the_others_hear_how_many_are_before():
    line, served = Turns(1), []
    with ThreadPoolExecutor() as pool:
        first, *others = visitors = [Visitor(line, pool, served) for _ in range(3)]
        assert first.said == []
        assert [visitor.said[0] for visitor in others] == [1, 2]
        first.leave.set()
        assert others[1].hears(1)
        for visitor in others:
            visitor.leave.set()
            visitor.done.result(PATIENCE)
            assert visitor.said[-1] == 0
    assert served == visitors


def test_who_lets_others_come_first_is_served_after_them_for_as_long():
    line, served = Turns(1), []
    with ThreadPoolExecutor() as pool:
        first = Visitor(line, pool, served)
        polite = Visitor(line, pool, served, delay=PATIENCE)
        hasty = Visitor(line, pool, served)
        later = Visitor(line, pool, served, delay=2 * PATIENCE)
        assert polite.hears(2)
        for visitor in (first, hasty, polite, later):
            visitor.leave.set()
            visitor.done.result(PATIENCE)
    assert served == [first, hasty, polite, later]


def test_one_who_leaves_gives_the_place_up():
    line, served = Turns(1), []
    with ThreadPoolExecutor() as pool:
        first, second, third = (Visitor(line, pool, served) for _ in range(3))
        assert third.hears(2)
        second.gone = True
        with pytest.raises(InterruptedError):
            second.done.result(PATIENCE)
        assert third.hears(1)
        first.leave.set()
        third.leave.set()
        third.done.result(PATIENCE)
    assert served == [first, third]


def test_a_turn_that_fails_ends():
    line = Turns(1)
    for _ in range(2):
        with pytest.raises(ValueError, match="broken"), line.turn(pytest.fail):
            raise ValueError("broken")


def test_no_more_than_the_places_are_served_at_once():
    line, inside, most = Turns(3), [], []
    full = threading.Barrier(3, timeout=PATIENCE)

    def visit(number):
        with line.turn(lambda before: None):
            inside.append(number)
            full.wait()  # three have to be inside before one may leave
            most.append(len(inside))
            full.wait()
            inside.remove(number)
            full.wait()

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(visit, range(12)))
    assert most == [3] * 12
