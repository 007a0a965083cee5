"""Sessions that left, uploads that are too many, what a browser keeps: rules without a server."""

import asyncio
import gc
import json
import weakref

import pytest

from dashboard.server import departures, memory, uploads
from dashboard.server.departures import Departures
from dashboard.session.intake import removal
from dashboard.session.readings import kept_readings
from dashboard.session.readings.reading_log import CHANGED, SEEN, Reading, ReadingLog

DIGEST = "ab" * 32
TIME, PIXELS = "2026-01-02T03:04:05+00:00", "533 x 640 of 2500 x 3000"
READING = Reading("DOE^JANE.dcm", DIGEST, "normal", 4, "of Jane", TIME, SEEN, PIXELS)


def test_a_session_is_due_after_the_grace_alone():
    departures = Departures(grace=60)
    assert departures.due(["a"], now=0) == []
    assert departures.due(["a", "b"], now=59) == []
    assert departures.due(["a", "b"], now=60) == ["a"]
    assert departures.due(["a"], now=61) == ["a"]  # b came back
    assert departures.due(["b"], now=119) == []


@pytest.mark.parametrize("event", ["a session left", "files were freed"])
def test_memory_is_given_back_when_something_left(event, monkeypatch):
    given, rounds = asyncio.Event(), []

    async def forget(_):
        rounds.append(given.is_set())
        return len(rounds) == 2 and event == "a session left"

    monkeypatch.setattr(departures, "TICK", 0)
    monkeypatch.setattr(departures, "grace", lambda: 60)
    monkeypatch.setattr(departures, "_forget", forget)
    freed = lambda: int(len(rounds) >= 2 and event == "files were freed")  # noqa: E731
    monkeypatch.setattr(removal, "times_let_go", freed)
    loop_of = []
    monkeypatch.setattr(memory, "give_back", lambda: loop_of[0].call_soon_threadsafe(given.set))

    async def watched():
        loop_of.append(asyncio.get_running_loop())
        watch = asyncio.create_task(departures._watch())
        await asyncio.wait_for(given.wait(), 60)
        watch.cancel()

    asyncio.run(watched())
    assert not any(rounds[:2])  # nothing before it


def test_what_was_left_out_of_collections_is_collected_when_something_left():
    class Picture:
        pass

    picture = Picture()
    picture.itself, alive = picture, weakref.ref(picture)
    memory.collect()  # as when another session left
    del picture
    gc.collect()
    assert alive() is not None
    memory.collect()
    assert alive() is None


@pytest.mark.parametrize(
    ("sizes", "statuses"),
    [
        ([60, 40], [204, 204]),
        ([60, 41], [204, 413]),
        ([101], [413]),
        (["", "x", "-1"], [411, 411, 411]),
    ],
)
def test_a_session_uploads_so_much_at_once(sizes, statuses, monkeypatch):
    monkeypatch.setattr(uploads, "held", dict)
    assert asyncio.run(answers(sizes)) == statuses


def test_what_a_session_holds_counts(monkeypatch):
    monkeypatch.setattr(uploads, "held", lambda: {"s": 50, "other": 100})
    assert asyncio.run(answers([51])) == [413]
    assert asyncio.run(answers([50])) == [204]


async def answers(sizes):
    """The statuses of uploads of some sizes that are all under way at once, of 100 allowed."""
    all_began, statuses = asyncio.Event(), []

    async def taken(scope, receive, send):
        await all_began.wait()
        await send({"type": "http.response.start", "status": 204})

    bounded = uploads.BoundedUploads(taken, limit=100)

    async def upload(size):
        async def send(message):
            if message["type"] == "http.response.start":
                statuses.append((sizes.index(size), message["status"]))

        scope = {
            "type": "http",
            "method": "PUT",
            "path": "/base/_stcore/upload_file/s/f",
            "headers": [(b"content-length", str(size).encode())],
        }
        await bounded(scope, None, send)

    coming = [asyncio.create_task(upload(size)) for size in sizes]
    await asyncio.sleep(0)
    all_began.set()
    await asyncio.gather(*coming)
    assert not bounded.coming
    return [status for _, status in sorted(statuses)]


def test_a_browser_keeps_readings_without_names_and_notes():
    text = kept_readings.write(3, ReadingLog([READING], seen={"cd" * 32}))
    assert "Jane" not in text
    assert "DOE" not in text
    copy = kept_readings.read(text)
    assert copy.files == 3
    assert copy.log.seen == {"cd" * 32}
    [reading] = copy.log.readings
    assert reading == Reading("", DIGEST, "normal", 4, "", READING.time, SEEN, PIXELS)


@pytest.mark.parametrize("log", [ReadingLog(), ReadingLog(seen={DIGEST})])
def test_nothing_is_kept_of_a_session_without_anything(log):
    assert bool(kept_readings.write(0, log)) == bool(log.seen)


GOOD = [DIGEST, "covid", None, READING.time, CHANGED]


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "[",
        "[" * 100_000,
        "null",
        {"files": 1, "seen": []},
        {"files": -1, "seen": [], "readings": []},
        {"files": True, "seen": [], "readings": []},
        {"files": 1, "seen": ["<b>"], "readings": []},
        {"files": 1, "seen": 7, "readings": []},
        *(
            {"files": 1, "seen": [], "readings": [[*GOOD[:at], bad, *GOOD[at + 1 :]]]}
            for at, bad in [(0, "x"), (1, "cat"), (1, []), (2, 6), (2, True), (3, "now"), (4, "y")]
        ),
        {"files": 1, "seen": [], "readings": [GOOD[:4]]},
        {"files": 1, "seen": [], "readings": [[*GOOD, "Jane"]]},
        {"files": 1, "seen": [], "readings": [[*GOOD, 7]]},
    ],
)
def test_what_is_no_copy_of_ours_is_not_taken(stored):
    text = stored if isinstance(stored, str) else json.dumps(stored)
    assert kept_readings.read(text) is None
    assert kept_readings.read(json.dumps({"files": 1, "seen": [], "readings": [GOOD]})) is not None
