"""What is done, what is tried again and when."""

import stat

import pytest

from covid_model.common.errors import PacsError, UsageError
from covid_model.serving.pacs.films import Film
from covid_model.serving.pacs.ledger import DONE, PAUSES, SET_ASIDE, WAITING, Ledger
from covid_model.serving.pacs.watch import Watch


class Clock:
    def __init__(self):
        self.seconds = 1000.0

    def __call__(self):
        return self.seconds


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def ledger(tmp_path, clock):
    ledger = Ledger.open(tmp_path / "ledger", networks="a", now=clock)
    yield ledger
    ledger.close()


def test_what_is_done_is_not_due_again_even_after_a_restart(tmp_path, ledger):
    assert ledger.due("1.2")
    ledger.done("1.2")
    ledger.close()
    again = Ledger.open(tmp_path / "ledger", networks="a")
    assert not again.due("1.2", waiting=True)
    assert again.counts() == {DONE: 1}
    again.close()


def test_other_networks_see_it_again(tmp_path, ledger):
    ledger.done("1.2")
    ledger.close()
    other = Ledger.open(tmp_path / "ledger", networks="b")
    assert other.due("1.2")
    other.close()


def test_a_failure_waits_longer_each_time_and_is_then_set_aside(ledger, clock):
    for pause in PAUSES:
        assert ledger.failed("1.2", "slow") == WAITING
        clock.seconds += pause - 1
        assert not ledger.due("1.2")
        assert ledger.due("1.2", waiting=True)
        clock.seconds += 1
        assert ledger.due("1.2")
    assert ledger.failed("1.2", "too slow") == SET_ASIDE
    assert not ledger.due("1.2", waiting=True)
    assert ledger.set_aside() == [("1.2", "too slow")]
    assert ledger.retry() == 1
    assert ledger.due("1.2")


def test_a_lasting_failure_is_set_aside_at_once(ledger):
    assert ledger.failed("1.2", "too large", lasting=True) == SET_ASIDE


def test_others_cannot_read_it_and_two_cannot_have_it(tmp_path, ledger):
    assert stat.S_IMODE((tmp_path / "ledger").stat().st_mode) == 0o600
    with pytest.raises(UsageError, match="in use"):
        Ledger.open(tmp_path / "ledger", networks="a")


def test_another_file_is_no_ledger(tmp_path):
    (tmp_path / "note").write_text("a note of somebody, longer than a header of a database" * 9)
    with pytest.raises(UsageError, match="no ledger"):
        Ledger.open(tmp_path / "note", networks="a")


FILMS = [Film("1", "2", str(number)) for number in range(3)]


def watching(monkeypatch, ledger, process):
    monkeypatch.setattr("covid_model.serving.pacs.watch.find_films", lambda *_: iter(FILMS))
    written, said = [], []
    watch = Watch(
        pacs=None,
        filters=dict,
        ledger=ledger,
        process=process,
        write=lambda film, result: written.append(film.instance),
        say=said.append,
    )
    return watch, written, said


def test_one_film_that_fails_stops_no_other(monkeypatch, ledger):
    def process(film):
        if film.instance == "1":
            raise PacsError("Refused ({status}).", status=400)

    watch, written, said = watching(monkeypatch, ledger, process)
    assert watch.once()
    assert written == ["0", "2"]
    assert len(said) == 1
    assert ledger.counts() == {DONE: 2, WAITING: 1}


def test_a_pacs_that_is_away_is_no_fault_of_a_film(monkeypatch, ledger):
    def process(film):
        raise PacsError("Away.", away=True)

    watch, written, _ = watching(monkeypatch, ledger, process)
    assert not watch.once()
    assert written == []
    assert ledger.counts() == {}


def test_a_film_at_which_the_pacs_hangs_lets_the_others_pass_in_the_next_round(monkeypatch, ledger):
    def process(film):
        if film.instance == "0":
            raise PacsError("Not in time.")

    watch, written, _ = watching(monkeypatch, ledger, process)
    assert not watch.once(whole=False)
    assert watch.once(whole=False)
    assert written == ["1", "2"]


class Enough(Exception):
    pass


def test_rounds_that_break_off_are_further_and_further_apart(monkeypatch, ledger):
    watch, _, _ = watching(monkeypatch, ledger, lambda film: None)
    ends, pauses = iter([False, False, True, False]), []
    monkeypatch.setattr(watch, "once", lambda **_: next(ends))

    def sleep(seconds):
        pauses.append(seconds)
        if len(pauses) == 4:
            raise Enough

    with pytest.raises(Enough):
        watch.forever(5.0, sleep)
    assert pauses == [10.0, 30.0, 5.0, 10.0]
