"""Streamlit's own scripts, styles and fonts, each read and sent in one piece.

Streamlit reads them piece by piece, each in a thread: for the sixty files of a first page that
takes longer than the page itself.
"""

import re
from pathlib import Path

import streamlit as st
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.file_util import get_static_dir

NAMED = re.compile(r"(js|css|media)/[\w.-]+")  # with a digest of what is in the file
TYPES = {".js": "application/javascript", ".css": "text/css", ".woff2": "font/woff2"}
FOR_EVER = {"Cache-Control": "public, immutable, max-age=31536000"}  # as Streamlit has it


class WholeAssets:
    """Answers for these files, and leaves other requests and parts of a file to Streamlit."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.folder = Path(get_static_dir()) / "static"
        base = st.get_option("server.baseUrlPath").strip("/")
        self.prefix = f"/{base}/static/" if base else "/static/"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send a file of Streamlit's, or pass the request on."""
        file = self._file(scope)
        if file is None:
            await self.app(scope, receive, send)
        else:
            answer = Response(file.read_bytes(), media_type=TYPES[file.suffix], headers=FOR_EVER)
            await answer(scope, receive, send)

    def _file(self, scope: Scope) -> Path | None:
        if scope["type"] != "http" or scope["method"] != "GET":
            return None
        asked = scope["path"].removeprefix(self.prefix)
        part = {"range", "if-none-match", "if-modified-since"} & set(Headers(scope=scope))
        if part or not scope["path"].startswith(self.prefix) or not NAMED.fullmatch(asked):
            return None
        file = self.folder / asked
        return file if file.suffix in TYPES and file.is_file() else None
