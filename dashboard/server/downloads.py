"""Downloads on their way out: gone from their address soon after."""

import asyncio
import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import runtime
from streamlit.runtime.media_file_storage import MediaFileKind

LIFE = 10.0  # seconds; a browser may ask for one download more than once
_MEDIA = re.compile(r"/media/(?P<file>(?P<id>[^/.]+)[^/]*)$")


class ShortLived:
    """Drops a download soon after its first reader asked: later its address gives nothing.

    The pages offer downloads that are made on a click, so each click makes one.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; where it is of a download, drop that in ``LIFE`` seconds."""
        media = _MEDIA.search(scope["path"]) if scope.get("method") == "GET" else None
        if media is None:
            await self.app(scope, receive, send)
            return
        manager = runtime.get_instance().media_file_mgr
        file = manager.read_file(media["file"])

        async def send_and_drop(message: Message) -> None:
            whole = message["type"] == "http.response.start" and message["status"] == 200
            if whole and file is not None and file.kind == MediaFileKind.DOWNLOADABLE:
                drop = manager._storage.delete_file  # the manager has no way of its own
                asyncio.get_running_loop().call_later(LIFE, drop, media["id"])
            await send(message)

        await self.app(scope, receive, send_and_drop)
