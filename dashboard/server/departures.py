"""Sessions that left: forgotten after a grace, also where nobody else comes; their memory."""

import asyncio
import logging
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from time import monotonic

import streamlit as st
from streamlit import runtime
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.session_manager import SessionClient

from covid_model.common.system import logs
from dashboard.server import memory, uploads
from dashboard.server.warm_up import make_first_page_ready, warm_up
from dashboard.session.intake import removal

LOGGER = logging.getLogger(__name__)
GRACE, TICK, VISIT = 60.0, 1.0, 0.2  # seconds
OPENING = 3.0  # seconds that a browser opened with the server has to itself
SETTLING = 15.0  # seconds in which a page may still be drawn that holds removed files


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:
    """Keep uploads in memory, watch for sessions that left, and make ready for the first."""
    uploads.keep_in_memory()
    memory.keep_together()
    watch = asyncio.create_task(_watch())
    ready = asyncio.create_task(_make_ready())
    try:
        yield
    finally:
        for task in (watch, ready):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


class Departures:
    """How long each session has been without a browser.

    Streamlit keeps such a session for a browser that comes back, and drops it only when another
    one leaves.
    """

    def __init__(self, grace: float) -> None:
        self.grace = grace
        self._since: dict[str, float] = {}

    def due(self, away: Collection[str], now: float) -> list[str]:
        """Return the sessions to forget.

        Args:
            away: the sessions without a browser; one that is missing came back.
            now: seconds of a steady clock.
        """
        self._since = {session: self._since.get(session, now) for session in away}
        return [session for session, since in self._since.items() if now - since >= self.grace]


def grace() -> float:
    """Return the grace: a minute, or half of Streamlit's own time where that is shorter.

    Past its own time Streamlit lists a session no longer, though it still holds it.
    """
    return min(GRACE, st.get_option("server.disconnectedSessionTTL") / 2)


async def _make_ready() -> None:
    try:
        await asyncio.to_thread(make_first_page_ready)
        await asyncio.sleep(OPENING)
        await asyncio.to_thread(warm_up)
        memory.collect()
    except Exception:  # whoever comes first waits for what is not ready
        logs.failure(LOGGER, "The server could not make ready for its first visitor.")


async def _watch() -> None:
    """Forget each session at the end of its grace; give memory back after that, or a removal."""
    departures, before, settled = Departures(grace()), removal.times_let_go(), 0.0
    while True:
        await asyncio.sleep(TICK)
        try:
            forgotten, now = await _forget(departures), removal.times_let_go()
            if forgotten or now != before:
                settled = monotonic() + SETTLING
                memory.collect()
            if settled:
                await asyncio.to_thread(memory.give_back)
            if settled and monotonic() > settled:
                settled = 0.0
                memory.collect()
                await asyncio.to_thread(memory.give_back)
            before = now
        except Exception:  # the watch goes on, whatever befell it once
            logs.failure(LOGGER, "Sessions that left could not be forgotten.")


async def _forget(departures: Departures) -> bool:
    """Close the sessions that are due, on the event loop's thread; return whether there were."""
    server = runtime.get_instance()
    manager = server._session_mgr  # nothing public lists the sessions without a browser
    sessions = [info.session.id for info in manager.list_sessions()]
    due = departures.due([s for s in sessions if not manager.is_active_session(s)], monotonic())
    for session in due:
        server.close_session(session)
    if due and len(due) == len(sessions):  # nobody is left whose downloads could be on their way
        server.media_file_mgr.remove_orphaned_files()
        await _visit(server)
    return bool(due)


async def _visit(server: runtime.Runtime) -> None:
    """Be the next visitor for a moment: the server's loop holds the last one until it sends again.

    The visitor asks where to put no files, which has an answer at once and runs no page.
    """
    visitor = server.connect_session(_Nobody(), user_info={})
    question = BackMsg()
    question.file_urls_request.session_id = visitor
    server.handle_backmsg(visitor, question)
    await asyncio.sleep(VISIT)
    server.close_session(visitor)


class _Nobody(SessionClient):
    """A browser that looks at nothing."""

    def write_forward_msg(self, msg: ForwardMsg) -> None:
        """Take a message."""
