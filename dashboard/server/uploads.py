"""Uploads on their way in: of visitors who may, kept in memory, bounded for each session."""

import re
from collections import Counter

import streamlit as st
from starlette.datastructures import Headers
from starlette.formparsers import MultiPartParser
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from dashboard.server import login
from dashboard.session import cases

_FRAMING = 2**20  # bytes beside the file that Streamlit lets a request have
MAX_BYTES = cases.MAX_BYTES + _FRAMING  # waiting for the page, which soon takes them
_UPLOAD = re.compile(r"/_stcore/upload_file/(?P<session>[^/]+)/[^/]+$")


def keep_in_memory() -> None:
    """Have the form parser hold a whole upload; it would write more than 1 MiB to a file."""
    MultiPartParser.spool_max_size = st.get_option("server.maxUploadSize") * 2**20 + _FRAMING


def held() -> dict[str, int]:
    """Return how many bytes of uploads the server holds, by session."""
    manager = runtime.get_instance().uploaded_file_mgr
    if not isinstance(manager, MemoryUploadedFileManager):
        raise TypeError(f"Expected uploads in memory. Received {type(manager).__name__}.")
    return {  # copied first: other threads add and remove meanwhile
        session: sum(len(file.data) for file in list(files.values()))
        for session, files in list(manager.file_storage.items())
    }


class BoundedUploads:
    """Refuses an upload of a visitor who has yet to log in, or of too much.

    A session may have ``limit`` bytes of uploads on the server. Streamlit itself asks nobody who
    uploads to log in: it gives every visitor a session, which draws the login.
    """

    def __init__(self, app: ASGIApp, limit: int = MAX_BYTES) -> None:
        self.app, self.limit = app, limit
        self.coming: Counter[str] = Counter()  # bytes of the uploads under way

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer 403: log in; 411: no length; 413: too large together."""
        upload = _UPLOAD.search(scope["path"]) if scope.get("method") == "PUT" else None
        if upload is None:
            await self.app(scope, receive, send)
            return
        session, length = upload["session"], Headers(scope=scope).get("content-length", "")
        if not login.may_upload(session):
            await PlainTextResponse("Log in first", 403)(scope, receive, send)
            return
        if not length.isdecimal():
            await PlainTextResponse("Length required", 411)(scope, receive, send)
            return
        if held().get(session, 0) + self.coming[session] + int(length) > self.limit:
            text = "Your files are too large together. Remove some first."
            await PlainTextResponse(text, 413)(scope, receive, send)
            return
        self.coming[session] += int(length)
        try:
            await self.app(scope, receive, send)
        finally:
            self.coming[session] -= int(length)
            self.coming += Counter()  # drops the sessions at 0
